"""Success plans: what a customer and we want to reach together, by when, in which steps."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from customer_success.rules.plans import OPEN, plan_progress
from lifecycle.models import Customer

from .choices import MilestonePriority, MilestoneStatus, SuccessPlanStatus, SuccessPlanType


class PlanSection(models.TextChoices):
    """The parts of a written plan (spec 3, success plan template), in their order."""

    EXECUTIVE_SUMMARY = "EXECUTIVE_SUMMARY", "Executive summary"
    STAKEHOLDER_MAP = "STAKEHOLDER_MAP", "Stakeholder map"
    TECHNICAL_REQUIREMENTS = "TECHNICAL_REQUIREMENTS", "Technical requirements"
    TRAINING_ADOPTION = "TRAINING_ADOPTION", "Training and adoption plan"
    ONBOARDING_TIMELINE = "ONBOARDING_TIMELINE", "Onboarding timeline"
    COMMUNICATION = "COMMUNICATION", "Communication plan"
    RISK_MANAGEMENT = "RISK_MANAGEMENT", "Risk management"
    VALUE_REALIZATION = "VALUE_REALIZATION", "Value realization"
    EXPANSION_OPPORTUNITIES = "EXPANSION_OPPORTUNITIES", "Expansion opportunities"
    HEALTH_CRITERIA = "HEALTH_CRITERIA", "Health score criteria"


class OwnerRole(models.TextChoices):
    """To whom a template gives a milestone."""

    PLAN_OWNER = "PLAN_OWNER", "Owner of the plan"
    SUCCESS_MANAGER = "SUCCESS_MANAGER", "Customer's success manager"
    NOBODY = "NOBODY", "Nobody yet"


def lines(help_text: str) -> ArrayField[Any, Any]:
    return ArrayField(models.CharField(max_length=300), default=list, blank=True, help_text=help_text)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PlanTemplate(models.Model):
    """What plans of a type start from. A change here changes no plan that was made before."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=12, choices=SuccessPlanType)
    description = models.TextField(blank=True)
    days = models.PositiveSmallIntegerField(validators=[MaxValueValidator(1100)], help_text="From start to end.")
    objectives = lines("One a line.")
    success_metrics = lines("One a line.")
    sections = models.JSONField(default=dict, blank=True, help_text="Text by section, and whether it is shared.")
    is_active = models.BooleanField(default=True, help_text="Offered to those who make plans.")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TemplateMilestone(models.Model):
    """A step that plans from a template get. ``depends_on`` names other steps of the template by their titles."""

    id = models.BigAutoField(primary_key=True)
    template = models.ForeignKey(PlanTemplate, on_delete=models.CASCADE, related_name="milestones", db_index=False)
    title = models.CharField(max_length=200)
    day = models.PositiveSmallIntegerField(validators=[MaxValueValidator(1100)], help_text="Due so long after start.")
    priority = models.CharField(max_length=10, choices=MilestonePriority, default=MilestonePriority.MEDIUM)
    owner_role = models.CharField("owner", max_length=20, choices=OwnerRole, default=OwnerRole.PLAN_OWNER)
    deliverables = lines("One a line.")
    depends_on = lines("Titles of milestones that have to be completed before, one a line.")
    is_shared = models.BooleanField("shared", default=True, help_text="The customer sees it in a shared plan.")

    class Meta:
        ordering = ("day", "id")
        constraints = (models.UniqueConstraint(fields=("template", "title"), name="template_milestone_title_once"),)

    def __str__(self) -> str:
        return self.title


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SuccessPlan(models.Model):
    """``sections``: by ``PlanSection``, the text and whether the customer sees it. Whatever else is not said to be
    shared stays with us."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="success_plans", db_index=False,
        limit_choices_to={"account__isnull": False},
    )  # fmt: skip
    type = models.CharField(max_length=12, choices=SuccessPlanType)
    status = models.CharField(max_length=12, choices=SuccessPlanStatus, default=SuccessPlanStatus.DRAFT)
    title = models.CharField(max_length=200, help_text="The customer sees it when the plan is shared.")
    objectives = lines("What the customer wants to reach, one a line.")
    success_metrics = lines("By what both will know, such as “Cost a lead: from 40 to 25”, one a line.")
    stakeholders = lines("Who takes part, one a line.")
    starts_on = models.DateField()
    ends_on = models.DateField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="success_plans"
    )
    template = models.ForeignKey(PlanTemplate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sections = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="success_plan_ends_after_start"),
        )
        indexes = (
            models.Index(fields=("customer", "-id"), name="success_plan_of_customer"),
            models.Index(fields=("status", "-id"), name="success_plan_status"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def progress(self) -> int:
        """In percent; of its milestones, so prefetch them."""
        return plan_progress((one.status, one.priority, one.progress) for one in self.milestones.all())

    @property
    def next_milestone(self) -> PlanMilestone | None:
        """The open one that is due first."""
        return next((one for one in self.milestones.all() if one.status in OPEN), None)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PlanMilestone(models.Model):
    """A step of a plan. The clock makes an open one OVERDUE while the plan is ACTIVE, and nobody else does."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="milestones", db_index=False)
    title = models.CharField(max_length=200)
    due_date = models.DateField()
    status = models.CharField(max_length=12, choices=MilestoneStatus, default=MilestoneStatus.PENDING)
    priority = models.CharField(max_length=10, choices=MilestonePriority, default=MilestonePriority.MEDIUM)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="plan_milestones"
    )
    deliverables = lines("What will be there when it is done, one a line.")
    depends_on = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="dependents",
        help_text="Milestones of the plan that have to be completed before.",
    )  # fmt: skip
    progress = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(100)], help_text="In percent; 100 once it is completed."
    )
    is_shared = models.BooleanField(
        "shared",
        default=False,
        help_text="The customer sees title, due date, status and deliverables in a shared plan.",
    )
    completed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due_date", "id")
        verbose_name = "milestone"
        constraints = (
            models.UniqueConstraint(fields=("plan", "title"), name="milestone_title_once_a_plan"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="milestone_progress_in_percent"),
            models.CheckConstraint(
                condition=Q(status=MilestoneStatus.COMPLETED, completed_at__isnull=False, progress=100)
                | Q(~Q(status=MilestoneStatus.COMPLETED), completed_at=None),
                name="milestone_completed_at_an_instant",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_date",),
                condition=Q(status__in=OPEN),
                name="milestone_open_due",
            ),
        )

    def __str__(self) -> str:
        return self.title


class PlanShare(models.Model):
    """A link by which the customer sees the shared part of a plan. Only the digest of its token is stored."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(SuccessPlan, on_delete=models.CASCADE, related_name="shares")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="plan_share_expires_later"),
        )

    def __str__(self) -> str:
        return f"{self.plan}, until {self.expires_at:%Y-%m-%d}"
