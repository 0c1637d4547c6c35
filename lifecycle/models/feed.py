"""The systems that send events, and the rules that wait because one of them is silent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from .rule import TransitionRule


class Feed(models.Model):
    """A source of events. It is watched once it has delivered over more than a day."""

    source = models.CharField(max_length=60, unique=True, editable=False)
    event_names = ArrayField(models.CharField(max_length=80), default=list, editable=False)
    first_seen_at = models.DateTimeField(editable=False)
    last_seen_at = models.DateTimeField(editable=False)
    stale_after_hours = models.PositiveIntegerField(
        null=True, blank=True, default=36, db_default=36, validators=[MinValueValidator(1)],
        help_text="Rules that read this source wait when it has been silent for longer. Empty: it may be silent.",
    )  # fmt: skip

    class Meta:
        ordering = ("source",)
        verbose_name = "source"

    def __str__(self) -> str:
        return self.source


class RuleHold(models.Model):
    """A rule that does not fire at present, because what it reads is stale."""

    rule = models.OneToOneField(TransitionRule, on_delete=models.CASCADE, primary_key=True, related_name="hold")
    since = models.DateTimeField()
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"{self.rule} waits: {self.reason}"
