"""What is said, in each language."""

from __future__ import annotations

import pghistory
from django.core.validators import RegexValidator
from django.db import models

_LANGUAGE = RegexValidator(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "A language such as en, de or pt-BR.")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class MessageTemplate(models.Model):
    """A message that campaigns send by email, once for each language."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    default_language = models.CharField(max_length=10, default="en", validators=[_LANGUAGE])

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TemplateText(models.Model):
    """A message in one language. Liquid in all fields; ``body`` is MJML."""

    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10, default="en", validators=[_LANGUAGE])
    subject = models.CharField(max_length=300)
    preheader = models.CharField(max_length=300, blank=True, help_text="What mail programs show beside the subject.")
    body = models.TextField(help_text="MJML with Liquid.")
    text = models.TextField(blank=True, help_text="For programs without HTML; empty: made from the body.")

    class Meta:
        ordering = ("template", "language")
        constraints = (models.UniqueConstraint(fields=("template", "language"), name="template_text_unique"),)

    def __str__(self) -> str:
        return f"{self.template} ({self.language})"
