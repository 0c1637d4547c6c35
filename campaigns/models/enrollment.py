"""Who is in which campaign, and what is done with them when."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from lifecycle.models import Customer

from .campaign import Campaign, CampaignVersion


class EnrollmentState(models.TextChoices):
    ACTIVE = "active", "Inside"
    COMPLETED = "completed", "Completed"
    EXITED = "exited", "Left"
    CANCELLED = "cancelled", "Cancelled"


class EndReason(models.TextChoices):
    END = "end", "Came to the end"
    GOAL = "goal", "Reached the goal"
    EXIT = "exit", "Met an exit"
    STAY_ENDED = "stay_ended", "The condition to stay ended"
    HOLDOUT = "holdout", "Held out"
    ROLLED_BACK = "rolled_back", "The move was taken back"
    BY_HAND = "by_hand", "Taken out by hand"
    CAMPAIGN_ENDED = "campaign_ended", "The campaign was ended"


class Enrollment(models.Model):
    """One customer's way through one version of a campaign.

    ``occasion`` names what it entered upon, as often as re-entry lets it: ``once``, ``transition:17``, ``event:99``,
    ``date:2026-03-01``, ``schedule:2026-W12``. ``data``: the properties of the event, for texts.
    """

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="enrollments", db_index=False)
    version = models.ForeignKey(CampaignVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="enrollments", db_index=False)
    occasion = models.CharField(max_length=80)
    transition_id = models.BigIntegerField(null=True, help_text="The move that it followed.")
    event_id = models.BigIntegerField(null=True, help_text="The event that it followed.")
    data = models.JSONField(default=dict, db_default={})
    entered_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=EnrollmentState, default=EnrollmentState.ACTIVE, db_default=EnrollmentState.ACTIVE
    )
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True, default="", db_default="")
    converted_at = models.DateTimeField(null=True, help_text="When the goal was reached, also after the end.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "customer", "occasion"), name="enrollment_once_an_occasion"),
        )
        indexes = (
            models.Index(fields=("customer", "-entered_at"), name="enrollment_of_customer"),
            models.Index(fields=("version",), condition=Q(state="active"), name="enrollment_active"),
            models.Index(fields=("campaign", "-entered_at"), name="enrollment_of_campaign"),
            models.Index(
                fields=("campaign", "customer"), condition=Q(end_reason="rolled_back"), name="enrollment_rolled_back"
            ),
            models.Index(
                fields=("transition_id",), condition=Q(transition_id__isnull=False), name="enrollment_of_move"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer} in {self.campaign}"


class ConditionMet(models.Model):
    """Customers for whom the condition that triggers a version held at the last look: only news enroll."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "customer"), name="condition_met_unique"),)

    def __str__(self) -> str:
        return f"{self.customer_id} meets {self.version_id}"


class RunState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    LEASED = "leased", "In work"
    FROZEN = "frozen", "Frozen"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class StepRun(models.Model):
    """One step for one enrollment. It waits as a row until ``due_at``; a wait for an event is due at its timeout.

    A worker that claims it writes a ``token`` and a lease; every later write of that worker names the token. Whoever
    changes what becomes of a customer's runs holds the customer's row.
    """

    id = models.BigAutoField(primary_key=True)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="runs", db_index=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING, db_default=RunState.WAITING)
    due_at = models.DateTimeField()
    awaits = models.CharField(max_length=80, null=True, help_text="The event that ends the wait early.")
    heard_id = models.BigIntegerField(null=True, help_text="The event that ended it.")
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    path = models.CharField(max_length=40, blank=True, default="", db_default="")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("enrollment", "step"), name="step_once_an_enrollment"),)
        indexes = (
            models.Index(fields=("kind", "due_at"), condition=Q(state="waiting"), name="run_due"),
            models.Index(fields=("lease_until",), condition=Q(state="leased"), name="run_leased"),
            models.Index(fields=("customer", "awaits"), condition=Q(awaits__isnull=False), name="run_awaits"),
            models.Index(fields=("customer", "-due_at"), name="run_of_customer"),
            models.Index(fields=("campaign",), condition=Q(state__in=("waiting", "frozen")), name="run_of_campaign"),
            # Runs are mostly written in the order in which they are due, so the last days are found by a few pages.
            BrinIndex(fields=("due_at",), pages_per_range=32, name="run_time"),
        )

    def __str__(self) -> str:
        return f"{self.step} of enrollment {self.enrollment_id}"
