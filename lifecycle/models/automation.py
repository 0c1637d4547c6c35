"""What people allow automation to do: switches that stop it, and when it has to ask."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from lifecycle.rules.traits import PRODUCT_TAGS

from .rule import TransitionRule
from .status import Lifecycle


class SwitchKind(models.TextChoices):
    STATUS_TAGS = "STATUS_TAGS_ENABLED", "Status tags"
    AUTOMATION = "AUTOMATION_ENABLED", "All automation"
    LIFECYCLE = "lifecycle", "A lifecycle"
    RULE = "rule", "A rule"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Switch(models.Model):
    """What somebody has switched, and the last word on it; what has no row is on.

    A rule is named by its key, so that a new version of it stays off.
    """

    kind = models.CharField(max_length=20, choices=SwitchKind)
    lifecycle = models.ForeignKey(Lifecycle, null=True, on_delete=models.CASCADE, related_name="switches")
    rule_key = models.CharField(max_length=60, blank=True, default="")
    is_on = models.BooleanField()
    reason = models.CharField(max_length=500)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "switches"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "lifecycle", "rule_key"), nulls_distinct=False, name="switch_one_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'on' if self.is_on else 'off'}"


def _enterprise() -> list[str]:
    return ["PT_002"]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ReviewPolicy(models.Model):
    """When a person decides in a lifecycle though a rule is automatic. An empty threshold asks nobody.

    Defaults: implementation guide of the status tags, ``shouldRequireManualReview``.
    """

    lifecycle = models.OneToOneField(Lifecycle, on_delete=models.CASCADE, primary_key=True, related_name="policy")
    auto_apply_confidence = models.DecimalField(
        max_digits=3, decimal_places=2, default="0.85", validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="A rule below this confidence asks.",
    )  # fmt: skip
    competing_confidence = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, blank=True, default="0.70",
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="Ask when several rules above this confidence hold at once.",
    )  # fmt: skip
    high_value_spend = models.DecimalField(
        max_digits=19, decimal_places=2, null=True, blank=True, default=5000, validators=[MinValueValidator(0)],
        help_text="Ask when a customer who spent more than this would move to risk or churn.",
    )  # fmt: skip
    high_value_products = ArrayField(
        models.CharField(max_length=10, choices=tuple(PRODUCT_TAGS.items())), default=_enterprise, blank=True,
        help_text="Ask when a customer with one of these products would move to risk or churn.",
    )  # fmt: skip
    rapid_transitions = models.PositiveSmallIntegerField(
        null=True, blank=True, default=2, validators=[MinValueValidator(1)],
        help_text="Ask when a customer has moved this often in the last days.",
    )  # fmt: skip
    rapid_days = models.PositiveSmallIntegerField(default=14, validators=[MinValueValidator(1), MaxValueValidator(366)])
    risk_indicators = models.PositiveSmallIntegerField(
        null=True, blank=True, default=2, validators=[MaxValueValidator(4)],
        help_text="Ask when the latest day showed more risk indicators than this.",
    )  # fmt: skip

    class Meta:
        verbose_name_plural = "review policies"

    def __str__(self) -> str:
        return f"When a person decides in {self.lifecycle}"


class RuleTrust(models.Model):
    """What became of the moves that a version of a rule recommended or made; its confidence follows from it."""

    rule = models.OneToOneField(TransitionRule, on_delete=models.CASCADE, primary_key=True, related_name="trust")
    approved = models.PositiveIntegerField(default=0, db_default=0, help_text="Approved, and stood so far.")
    rejected = models.PositiveIntegerField(default=0, db_default=0)
    reverted = models.PositiveIntegerField(default=0, db_default=0, help_text="Undone by hand within 14 days.")
    rolled_back = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"trust in {self.rule}"
