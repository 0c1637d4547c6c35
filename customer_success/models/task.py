"""Tasks: what people have to do, for whom, until when, and what was done about each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from lifecycle.models import Customer, Team

from .choices import MilestonePriority


class TaskType(models.TextChoices):
    CALL = "CALL", "Call"
    EMAIL = "EMAIL", "Email"
    MEETING = "MEETING", "Meeting"
    HEALTH_ALERT = "HEALTH_ALERT", "Health alert"
    ESCALATION = "ESCALATION", "Escalation"
    RENEWAL = "RENEWAL", "Renewal"
    TIER_REVIEW = "TIER_REVIEW", "Tier review"
    MILESTONE = "MILESTONE", "Milestone"
    BUSINESS_REVIEW = "BUSINESS_REVIEW", "Business review"
    ACTION_ITEM = "ACTION_ITEM", "Action item"
    EXPANSION = "EXPANSION", "Expansion"
    ADVOCACY = "ADVOCACY", "Advocacy"
    OTHER = "OTHER", "Other"


class TaskState(models.TextChoices):
    OPEN = "OPEN", "Open"
    DONE = "DONE", "Done"
    DROPPED = "DROPPED", "Dropped"


class Task(models.Model):
    """One thing to do for a customer, by a person or from a team's queue.

    ``origin`` names what asked for it, such as ``alert:17``: the same thing asks once, until it is said to ask no
    longer.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="tasks")
    type = models.CharField(max_length=20, choices=TaskType, default=TaskType.OTHER)
    priority = models.CharField(max_length=10, choices=MilestonePriority, default=MilestonePriority.MEDIUM)
    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True)
    due_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks", db_index=False
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.OPEN, editable=False)
    snoozed_until = models.DateTimeField(null=True, blank=True, editable=False)
    outcome = models.TextField(blank=True, editable=False)
    origin = models.CharField(max_length=80, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ("due_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("origin",), name="task_once_an_origin"),
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, closed_at=None)
                | Q(~Q(state=TaskState.OPEN), closed_at__isnull=False),
                name="task_closed_at_an_instant",
            ),
        )
        indexes = (
            models.Index(fields=("owner", "due_at"), condition=Q(state=TaskState.OPEN), name="task_open_of_owner"),
            models.Index(fields=("team", "due_at"), condition=Q(state=TaskState.OPEN), name="task_open_of_team"),
            models.Index(fields=("due_at",), condition=Q(state=TaskState.OPEN), name="task_open"),
            models.Index(fields=("closed_at",), condition=Q(closed_at__isnull=False), name="task_closed"),
        )

    def __str__(self) -> str:
        return self.title


class TaskStep(models.TextChoices):
    FINISHED = "FINISHED", "Finished"
    SNOOZED = "SNOOZED", "Snoozed"
    REASSIGNED = "REASSIGNED", "Reassigned"
    TAKEN = "TAKEN", "Taken"
    DROPPED = "DROPPED", "Dropped"


class TaskEntry(models.Model):
    """One thing that was done about a task. Rows, not a trigger: they say why."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="entries")
    step = models.CharField(max_length=10, choices=TaskStep)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        verbose_name_plural = "task entries"

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.task}"
