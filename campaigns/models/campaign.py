"""Campaigns, the versions of their text, segments, and who did what to them."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from lifecycle.models import Lifecycle, StatusTag
from lifecycle.models.append_only import History


class CampaignState(models.TextChoices):
    """OFF: nobody enters, and nobody is inside. PAUSED: nobody enters, and who is inside stands still."""

    OFF = "off", "Off"
    LIVE = "live", "Live"
    PAUSED = "paused", "Paused"
    ENDING = "ending", "Ending"


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    LIVE = "live", "Live"
    RETIRED = "retired", "Retired"


class MessageClass(models.TextChoices):
    """Transactional: what a customer expects of something it did; needs no consent, knows no quiet hours and caps."""

    TRANSACTIONAL = "transactional", "Transactional"
    MARKETING = "marketing", "Marketing"


class TriggerKind(models.TextChoices):
    ENTERED_TAG = "entered_tag", "Entered a tag"
    LEFT_TAG = "left_tag", "Left a tag"
    EVENT = "event", "An event"
    METRIC = "metric", "A condition becomes true"
    DATE = "date", "A date of the customer"
    SCHEDULE = "schedule", "A schedule over a segment"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Segment(models.Model):
    """A named condition: the customers for whom it holds."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    lifecycle = models.ForeignKey(
        Lifecycle, on_delete=models.PROTECT, related_name="+", help_text="Whose tags the condition may speak of."
    )
    condition = models.JSONField(help_text="Condition tree over metrics.")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Campaign(models.Model):
    """What is said or done after something happened. What it says stands in its versions."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=CampaignState, default=CampaignState.OFF, editable=False)
    state_reason = models.CharField(max_length=500, blank=True, editable=False)
    state_at = models.DateTimeField(null=True, editable=False)
    state_before = models.CharField(
        max_length=10, choices=CampaignState, blank=True, editable=False, help_text="What a pause goes back to."
    )

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["looked_at", "audience"]
)
class CampaignVersion(models.Model):
    """One text of a campaign; one that was live is never changed. ``definition``: ``campaigns.definition.parts``.

    Who is inside keeps the version it entered with. The columns about the trigger repeat what the definition says.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    definition = models.JSONField()
    priority = models.PositiveSmallIntegerField(
        default=50, validators=[MinValueValidator(1), MaxValueValidator(100)], help_text="The lower number comes first."
    )
    trigger_kind = models.CharField(max_length=20, choices=TriggerKind)
    trigger_tag = models.ForeignKey(StatusTag, null=True, on_delete=models.PROTECT, related_name="+")
    trigger_event = models.CharField(max_length=80, null=True)
    looked_at = models.DateTimeField(null=True, help_text="Until when its dates, schedule or condition were looked at.")
    audience = models.PositiveIntegerField(null=True, help_text="How many a month it was expected to reach.")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("campaign", "-number")
        constraints = (
            models.UniqueConstraint(fields=("campaign", "number"), name="campaign_version_unique"),
            models.UniqueConstraint(
                fields=("campaign",), condition=Q(state=VersionState.LIVE), name="campaign_one_live"
            ),
            models.UniqueConstraint(
                fields=("campaign",), condition=Q(state__in=("draft", "in_review")), name="campaign_one_draft"
            ),
        )
        permissions = (("publish_campaign", "Can publish, pause and resume campaigns"),)

    def __str__(self) -> str:
        return f"{self.campaign} {self.number}"


class CampaignEntry(History):
    """One thing that a person, or automation (``by`` empty), did to a campaign."""

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    did = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "campaign entries"

    def __str__(self) -> str:
        return f"{self.campaign}: {self.did}"
