"""What customers do for us in public or for other customers, and how often they are asked for it."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q

from customer_success.rules.advocacy import OPEN_ASKS
from lifecycle.models import Customer

from .account import money
from .choices import AdvocacyStatus, AdvocacyType

WEB_ADDRESS = URLValidator(schemes=("http", "https"), message="Enter an address that begins with http:// or https://.")


def web_address(name: str) -> models.CharField[str, str]:
    """Not a ``URLField``, which takes ftp:// as well."""
    return models.CharField(name, max_length=500, blank=True, validators=[WEB_ADDRESS])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class AdvocacyActivity(models.Model):
    """One favour of a customer (spec 3). Those with ``requested_at`` are the log of asks that all teams share."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="advocacy_activities")
    type = models.CharField(max_length=20, choices=AdvocacyType)
    status = models.CharField(max_length=12, choices=AdvocacyStatus, default=AdvocacyStatus.PENDING, editable=False)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=10_000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="Who sees to it; the customer's success manager if empty.",
    )  # fmt: skip
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_role = models.CharField(max_length=120, blank=True)
    scheduled_for = models.DateTimeField(null=True, blank=True, help_text="When it takes place, in UTC.")
    outcome = models.TextField(blank=True, max_length=10_000, help_text="What came of it.")
    outcome_value = money(help_text="What it was worth, such as the deal that a reference call helped to win.")
    case_study_url = web_address("case study URL")
    testimonial_url = web_address("testimonial URL")
    content_url = web_address("content URL")
    quote = models.TextField(blank=True, max_length=2_000, help_text="Word for word, as it may be published.")
    story = models.TextField(blank=True, max_length=50_000, editable=False, help_text="The draft, in Markdown.")
    requested_at = models.DateTimeField(null=True, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    declined_at = models.DateTimeField(null=True, editable=False)
    declined_reason = models.CharField(max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    updated_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name = "advocacy activity"
        verbose_name_plural = "advocacy activities"
        constraints = (
            models.CheckConstraint(
                condition=~Q(status__in=(*OPEN_ASKS, AdvocacyStatus.COMPLETED)) | Q(requested_at__isnull=False),
                name="advocacy_asked_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(status=AdvocacyStatus.COMPLETED, completed_at__isnull=False)
                | Q(~Q(status=AdvocacyStatus.COMPLETED), completed_at=None),
                name="advocacy_completed_at_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(status=AdvocacyStatus.DECLINED, declined_at__isnull=False)
                | Q(~Q(status=AdvocacyStatus.DECLINED), declined_at=None),
                name="advocacy_declined_at_an_instant",
            ),
        )
        indexes = (
            models.Index(fields=("customer", "-requested_at"), name="advocacy_asks_of_customer"),
            models.Index(fields=("status", "type"), name="advocacy_status_type"),
        )

    def __str__(self) -> str:
        return self.title


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class AdvocacyPolicy(models.Model):
    """One row: how often customers may be asked, and who is worth asking."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    asks = models.PositiveSmallIntegerField(
        "asks at most",
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Of one customer, by all teams together.",
    )
    within_days = models.PositiveSmallIntegerField(
        default=90, validators=[MaxValueValidator(3650)], help_text="The days in which so many asks are allowed."
    )
    open_at_once = models.PositiveSmallIntegerField(
        "open at once", default=2, validators=[MinValueValidator(1)], help_text="Asks that are not done with."
    )
    days_after_decline = models.PositiveSmallIntegerField(
        default=180, validators=[MaxValueValidator(3650)], help_text="How long a customer who declined is left alone."
    )
    min_nps = models.PositiveSmallIntegerField(
        "lowest NPS answer", default=9, validators=[MaxValueValidator(10)],
        help_text="Of customers that are proposed as advocates.",
    )  # fmt: skip

    class Meta:
        verbose_name_plural = "advocacy policy"
        constraints = (models.CheckConstraint(condition=Q(id=1), name="advocacy_policy_one"),)

    def __str__(self) -> str:
        return "How often customers are asked"
