"""Teams, and what they are told."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .customer import Customer
from .evaluation import Transition


class NoticePriority(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"


class Team(models.Model):
    """Who is told when a rule with a notification moves a customer."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True, help_text="Empty: the team reads its messages here only.")
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="teams")
    leads = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="leads",
        help_text="They see and edit the customers of all members.",
    )  # fmt: skip

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """A message to a team about a move, or with a ``text``; in its list until somebody has done something about it."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="notices")
    priority = models.CharField(max_length=10, choices=NoticePriority)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notices", db_index=False)
    transition = models.ForeignKey(Transition, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    text = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("-id",)
        verbose_name = "message"
        indexes = (
            models.Index(fields=("team", "-id"), condition=models.Q(done_at=None), name="notice_open"),
            models.Index(fields=("customer",), condition=models.Q(done_at=None), name="notice_open_of_customer"),
            models.Index(fields=("id",), condition=models.Q(mailed_at=None), name="notice_to_mail"),
        )

    def __str__(self) -> str:
        return f"{self.team}: {self.matter}"

    @property
    def matter(self) -> str:
        """What it is about, in words."""
        move = self.transition
        if self.text or move is None:
            return self.text
        return f"{move.from_tag or 'no tag'} → {move.to_tag or 'no tag'} ({move.lifecycle})"
