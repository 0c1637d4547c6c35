"""Opportunities to sell more to an account, as its own figures show them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from lifecycle.models import Customer

from .account import money
from .choices import CustomerTier


class ExpansionKind(models.TextChoices):
    """The sign that was seen."""

    USAGE_NEAR_LIMIT = "USAGE_NEAR_LIMIT", "Usage near a limit"
    FAST_ADOPTION = "FAST_ADOPTION", "Fast adoption"
    SEVERAL_UNITS = "SEVERAL_UNITS", "Several business units"
    ROI = "ROI", "High ROI"
    HIGH_PROBABILITY = "HIGH_PROBABILITY", "High expansion probability"
    NEAR_NEXT_TIER = "NEAR_NEXT_TIER", "Near the next tier"
    HIGH_SATISFACTION = "HIGH_SATISFACTION", "High satisfaction"


class ExpansionStatus(models.TextChoices):
    OPEN = "OPEN", "Open"
    PURSUED = "PURSUED", "Pursued"
    WON = "WON", "Won"
    LOST = "LOST", "Lost"
    DISMISSED = "DISMISSED", "Dismissed"
    GONE = "GONE", "Sign gone"  # nobody pursued it, and its sign went away


LIVE = (ExpansionStatus.OPEN, ExpansionStatus.PURSUED)


class ExpansionOpportunity(models.Model):
    """One sign at one account, from when it was seen until a person or the sign itself ended it."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="expansion_opportunities")
    kind = models.CharField(max_length=20, choices=ExpansionKind)
    status = models.CharField(max_length=10, choices=ExpansionStatus, default=ExpansionStatus.OPEN)
    current_tier = models.CharField(max_length=30, null=True, blank=True, choices=CustomerTier)
    potential_tier = models.CharField(
        max_length=30, null=True, blank=True, choices=CustomerTier, help_text="Empty: there is no higher one."
    )
    reason = models.CharField(max_length=300)
    estimated_revenue = money(help_text="Per year, to come on top.")
    probability = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)], help_text="In percent.")
    suggested_actions = ArrayField(models.CharField(max_length=120), default=list)
    detected_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=500, blank=True)
    won_amount = money(help_text="Per year.")
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "expansion opportunities"
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "kind"), condition=Q(status__in=LIVE), name="expansion_one_live_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, ended_at=None) | Q(~Q(status__in=LIVE), ended_at__isnull=False),
                name="expansion_ended_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(status=ExpansionStatus.WON, won_amount__isnull=False)
                | Q(~Q(status=ExpansionStatus.WON), won_amount=None),
                name="expansion_won_an_amount",
            ),
        )
        indexes = (models.Index(fields=("status", "kind"), name="expansion_status_kind"),)

    def __str__(self) -> str:
        return f"{self.customer}: {self.get_kind_display()}"
