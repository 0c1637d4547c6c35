"""Which moves of customers ask for which tasks."""

from __future__ import annotations

from datetime import timedelta

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from lifecycle.models import StatusTag, Team

from .choices import CustomerTier, MilestonePriority
from .task import TaskType

NAME = "{name}"


class TimeUnit(models.TextChoices):
    HOURS = "hours", "Hours"
    DAYS = "days", "Days"


def only_known_placeholders(title: str) -> None:
    rest = title.replace(NAME, "")
    if "{" in rest or "}" in rest:
        raise ValidationError(f"Only {NAME} is filled in, with the customer's name; leave other braces out.")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TaskRule(models.Model):
    """When a customer enters a tag, somebody has something to do. ``key`` names those that are shipped."""

    key = models.SlugField(max_length=40, unique=True, null=True, editable=False)
    tag = models.ForeignKey(
        StatusTag, on_delete=models.PROTECT, related_name="+", help_text="A customer that enters it asks for the task."
    )
    from_tag = models.ForeignKey(
        StatusTag, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="coming from",
        help_text="Only customers that come from this tag of the same lifecycle; empty: from any.",
    )  # fmt: skip
    tiers = ArrayField(
        models.CharField(max_length=20, choices=CustomerTier), default=list, blank=True,
        help_text="Only customers in these service tiers; none: all customers.",
    )  # fmt: skip
    type = models.CharField(max_length=20, choices=TaskType, default=TaskType.CALL)
    priority = models.CharField(max_length=10, choices=MilestonePriority, default=MilestonePriority.MEDIUM)
    title = models.CharField(
        max_length=150, validators=[only_known_placeholders],
        help_text=f"What has to be done; {NAME} becomes the customer's name.",
    )  # fmt: skip
    notes = models.TextField(blank=True, help_text="What whoever does it should know.")
    due_in = models.PositiveSmallIntegerField(
        "due in", default=1, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    due_unit = models.CharField("hours or days", max_length=5, choices=TimeUnit, default=TimeUnit.DAYS)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="Whose queue it goes to; empty: to the customer's success manager.",
    )  # fmt: skip
    is_active = models.BooleanField(default=True, help_text="Off: it asks for no new tasks; open ones stay.")

    class Meta:
        ordering = ("tag", "id")
        constraints = (models.CheckConstraint(condition=models.Q(due_in__range=(1, 365)), name="task_rule_due_in"),)

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.from_tag and self.tag_id and self.from_tag.lifecycle_id != self.tag.lifecycle_id:
            raise ValidationError({"from_tag": f"Choose a tag of “{self.tag.lifecycle}”, or none."})

    @property
    def due_after(self) -> timedelta:
        return timedelta(**{self.due_unit: self.due_in})
