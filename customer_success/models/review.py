"""Business reviews: meetings with a customer about what was reached and what comes next."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from lifecycle.models import Customer

from .choices import BusinessReviewType

MAX_LINE = 500


class ReviewStatus(models.TextChoices):
    SCHEDULED = "SCHEDULED", "Scheduled"
    HELD = "HELD", "Held"
    CANCELLED = "CANCELLED", "Cancelled"
    MISSED = "MISSED", "Missed"


def lines(help_text: str = "") -> ArrayField[Any, Any]:
    return ArrayField(models.CharField(max_length=MAX_LINE), default=list, blank=True, help_text=help_text)


class BusinessReview(models.Model):
    """One review (spec 3), in the order of the conversation.

    ``metrics_review``: rows of name, before, now, change, unit, points. ``goals_progress``: rows of name, baseline,
    target, current, unit, progress. ``prepared``: what the last preparation proposed, so that the next one can tell
    it from what people wrote. ``origin`` names the meeting of a cadence: each is scheduled once.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="business_reviews")
    type = models.CharField(max_length=10, choices=BusinessReviewType)
    status = models.CharField(max_length=10, choices=ReviewStatus, default=ReviewStatus.SCHEDULED, editable=False)
    scheduled_for = models.DateTimeField()
    held_at = models.DateTimeField(null=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="business_reviews",
        db_index=False, help_text="Who leads it; empty: whoever looks after the customer.",
    )  # fmt: skip
    attendees = lines()
    agenda = lines()
    achievements = lines()
    challenges = lines()
    metrics_review = models.JSONField(default=list, blank=True)
    goals_progress = models.JSONField(default=list, blank=True)
    decisions = lines()
    next_steps = lines()
    overall_rating = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="The customer's, 1 to 5.",
    )  # fmt: skip
    feedback = models.TextField(blank=True)
    follow_up_on = models.DateField(null=True, blank=True)
    prepared = models.JSONField(default=dict, editable=False)
    prepared_at = models.DateTimeField(null=True, editable=False)
    prepared_since = models.DateTimeField(null=True, editable=False, help_text="Where the period under review begins.")
    origin = models.CharField(max_length=80, null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False,
        help_text="Empty: no person has touched it.",
    )  # fmt: skip

    class Meta:
        ordering = ("scheduled_for", "id")
        constraints = (
            models.UniqueConstraint(fields=("origin",), name="review_once_an_origin"),
            models.CheckConstraint(
                condition=Q(status=ReviewStatus.HELD, held_at__isnull=False)
                | Q(~Q(status=ReviewStatus.HELD), held_at=None),
                name="review_held_at_an_instant",
            ),
            models.CheckConstraint(condition=Q(overall_rating__range=(1, 5)), name="review_rated_1_to_5"),
        )
        indexes = (
            models.Index(fields=("scheduled_for", "id"), name="review_scheduled_for"),
            models.Index(
                fields=("scheduled_for",), condition=Q(status=ReviewStatus.SCHEDULED), name="review_to_be_held"
            ),
            models.Index(
                fields=("owner", "scheduled_for"), condition=Q(status=ReviewStatus.SCHEDULED), name="review_of_owner"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_type_display()} review with {self.customer}"

    @property
    def leader(self) -> Any:
        """Who leads it, if anybody."""
        return self.owner or self.customer.owner


class ReviewActionItem(models.Model):
    """What somebody promised in a review; it is a task as well, whose origin is ``action:`` and the id."""

    id = models.BigAutoField(primary_key=True)
    review = models.ForeignKey(BusinessReview, on_delete=models.CASCADE, related_name="action_items")
    text = models.CharField(max_length=MAX_LINE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    due_on = models.DateField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text
