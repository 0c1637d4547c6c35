"""Scorecards, the health of each customer now and day by day, what people say against it, and alerts."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from lifecycle.models import Customer

from .choices import HealthLevel, HealthTrend


class ScorecardState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


class ScoreSource(models.TextChoices):
    COMPUTED = "COMPUTED", "Computed"
    REPORTED = "REPORTED", "Reported"


class AlertKind(models.TextChoices):
    SIGNIFICANT_DROP = "SIGNIFICANT_DROP", "Significant drop"
    BELOW_THRESHOLD = "BELOW_THRESHOLD", "Below threshold"
    RED_ZONE = "RED_ZONE", "Red zone"


class AlertState(models.TextChoices):
    OPEN = "OPEN", "Open"
    ACKNOWLEDGED = "ACKNOWLEDGED", "Acknowledged"
    SNOOZED = "SNOOZED", "Snoozed"
    RESOLVED = "RESOLVED", "Resolved"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Scorecard(models.Model):
    """How customers of a segment are scored. A customer is scored by the first one that applies to it."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    priority = models.PositiveSmallIntegerField(help_text="The lower number comes first.")

    class Meta:
        ordering = ("priority", "id")

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ScorecardVersion(models.Model):
    """One text of a scorecard; a published one is never changed. ``definition``: ``rules.scorecard_text``."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ScorecardState, default=ScorecardState.DRAFT)
    applies_to = models.JSONField(
        null=True, blank=True, help_text="Condition tree over metrics: whom it scores; empty: everybody."
    )
    definition = models.JSONField(help_text="Dimensions with weights and metrics, bands, alerts.")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("scorecard", "-number")
        constraints = (
            models.UniqueConstraint(fields=("scorecard", "number"), name="scorecard_version_unique"),
            models.UniqueConstraint(
                fields=("scorecard",), condition=Q(state=ScorecardState.PUBLISHED), name="scorecard_one_published"
            ),
            models.UniqueConstraint(
                fields=("scorecard",), condition=Q(state=ScorecardState.DRAFT), name="scorecard_one_draft"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scorecard} {self.number}"


class ExactDecoder(json.JSONDecoder):
    """Numbers keep their digits, so that what is calculated again is what was."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class Scored(models.Model):
    """A score, how it came about, and where it goes. ``values``: what each input was; ``components``: the mean of each
    dimension, in tenths."""

    version = models.ForeignKey(ScorecardVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=10, choices=ScoreSource, default=ScoreSource.COMPUTED)
    score = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    level = models.CharField(max_length=10, choices=HealthLevel)
    trend = models.CharField(max_length=10, choices=HealthTrend, default=HealthTrend.UNKNOWN)
    components = models.JSONField(default=dict)
    values = models.JSONField(default=dict, decoder=ExactDecoder)

    class Meta:
        abstract = True


class HealthScore(Scored):
    """The score of a day. A day on which nothing changed has no row: the latest one before it holds."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="health_scores", db_index=False)
    day = models.DateField()
    recorded_at = models.DateTimeField()
    notes = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("customer", "day"), name="health_score_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.day}: {self.score}"


class CustomerHealth(Scored):
    """One row a scored customer: the score in force (overridden, or as computed) and the computed one beside it."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="health")
    computed_score = models.PositiveSmallIntegerField(null=True)
    computed_level = models.CharField(max_length=10, choices=HealthLevel, null=True)
    change = models.SmallIntegerField(null=True, help_text="Points since the score before.")
    day = models.DateField()
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "customer health"
        indexes = (
            models.Index(fields=("level", "score"), name="health_level_score"),
            models.Index(fields=("score", "customer"), name="health_score_customer"),
        )

    def __str__(self) -> str:
        return str(self.customer)


class Scoring(models.Model):
    """How far scoring has come; one row. What changed since then has not been looked at."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_event_id = models.BigIntegerField(default=0)
    through = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="scoring_one_row"),)

    def __str__(self) -> str:
        return f"through {self.through}"


class HealthOverride(models.Model):
    """A person's word against a computed score, until an instant or until it is taken back."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="health_overrides")
    score = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("customer",), condition=Q(ended_at=None), name="health_override_one"),
        )

    def __str__(self) -> str:
        return f"{self.customer}: {self.score} until {self.expires_at:%Y-%m-%d}"


class HealthAlert(models.Model):
    """Something is wrong with a customer's health: one row an episode, which ends when the health has recovered."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="health_alerts")
    version = models.ForeignKey(ScorecardVersion, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=AlertKind)
    threshold = models.PositiveSmallIntegerField(help_text="The score below, or the drop above which it alerts.")
    score = models.PositiveSmallIntegerField(help_text="When it was opened.")
    previous_score = models.PositiveSmallIntegerField(null=True)
    is_escalated = models.BooleanField(default=False, help_text="It goes to those who lead the owner's team, too.")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=AlertState, default=AlertState.OPEN)
    snoozed_until = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, help_text="When somebody first said something about it.")
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="When the health had recovered.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "kind", "threshold"),
                condition=Q(ended_at=None),
                name="health_alert_once_an_episode",
            ),
        )
        indexes = (
            models.Index(fields=("due_at", "id"), condition=Q(ended_at=None), name="health_alert_due"),
            # Small, and read whole where the alerts of many customers are looked for.
            models.Index(
                fields=("kind", "customer"), condition=Q(ended_at=None, state=AlertState.OPEN), name="health_alert_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer}: {self.get_kind_display()}"
