"""Service tiers: what each of them promises, and how customers came into theirs."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from lifecycle.models import Customer
from lifecycle.rules.traits import TIERS

from .choices import BusinessReviewType, CustomerTier


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TierPolicy(models.Model):
    """From which revenue on a tier is, and its service level. Empty: not promised."""

    tier = models.CharField(max_length=20, choices=CustomerTier, primary_key=True)
    from_revenue = models.DecimalField(
        max_digits=19, decimal_places=2, validators=[MinValueValidator(0)],
        help_text="Annual revenue from which the tier begins; it ends where the next one begins.",
    )  # fmt: skip
    accounts_per_manager = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)],
        help_text="How many of its accounts fill a success manager's time; empty: looked after automatically.",
    )  # fmt: skip
    response_hours = models.PositiveIntegerField(help_text="Within which somebody answers.")
    onboarding_days = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: at the customer's own pace.")
    first_month_reviews = models.CharField(
        max_length=10, choices=BusinessReviewType, blank=True, help_text="How often in the first month."
    )
    reviews = ArrayField(
        models.CharField(max_length=10, choices=BusinessReviewType), default=list, blank=True,
        help_text="Which reviews are held regularly; empty: none.",
    )  # fmt: skip

    class Meta:
        ordering = ("-from_revenue",)
        verbose_name_plural = "tier policies"
        constraints = (models.UniqueConstraint(fields=("from_revenue",), name="tier_policy_begins_once"),)

    def __str__(self) -> str:
        return self.get_tier_display()


class TierChange(models.Model):
    """A customer came into another tier: why, and by whom (NULL: by its revenue or an event)."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tier_changes")
    from_tier = models.CharField(max_length=30, null=True, blank=True)
    to_tier = models.CharField(max_length=30, null=True, blank=True)
    annual_revenue = models.DecimalField(max_digits=19, decimal_places=2, null=True, blank=True)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.customer}: {self.from_shown} to {self.to_shown}"

    @property
    def from_shown(self) -> str:
        return TIERS.get(self.from_tier or "", self.from_tier or "No tier")

    @property
    def to_shown(self) -> str:
        return TIERS.get(self.to_tier or "", self.to_tier or "No tier")
