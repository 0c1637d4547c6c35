"""What stands on a customer's page, and what of it belongs to the customer's story: one statement each, or two."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, F, Prefetch, Q, QuerySet, Window
from django.db.models.functions import Cast, Lag

from customer_success.models import (
    AdvocacyActivity,
    AlertState,
    BusinessReview,
    ExpansionOpportunity,
    ExpansionStatus,
    HealthAlert,
    HealthScore,
    PlanMilestone,
    ReviewStatus,
    SuccessPlan,
    SuccessPlanStatus,
    TierChange,
)
from customer_success.models.expansion import LIVE
from lifecycle.models import Customer, Notice

MOST_WORTH = ((F("estimated_revenue") * F("probability")).desc(nulls_last=True), "-probability", "-id")
OPEN_PLANS = (SuccessPlanStatus.ACTIVE, SuccessPlanStatus.DRAFT, SuccessPlanStatus.ON_HOLD)


def open_alerts(customer: Customer) -> QuerySet[HealthAlert]:
    """Episodes that are not over and that nobody has resolved, the latest first."""
    return HealthAlert.objects.filter(customer=customer, ended_at=None).exclude(state=AlertState.RESOLVED)


def open_plans(customer: Customer) -> QuerySet[SuccessPlan]:
    """The running ones first (``ACTIVE`` begins the alphabet), with their milestones."""
    plans = SuccessPlan.objects.filter(customer=customer, status__in=OPEN_PLANS).order_by("status", "-id")
    return plans.prefetch_related(Prefetch("milestones", PlanMilestone.objects.select_related("owner")))


def next_review(customer: Customer) -> BusinessReview | None:
    scheduled = BusinessReview.objects.filter(customer=customer, status=ReviewStatus.SCHEDULED)
    return scheduled.select_related("customer", "owner").order_by("scheduled_for", "id").first()


def reviews_held(customer: Customer) -> QuerySet[BusinessReview]:
    held = BusinessReview.objects.filter(customer=customer, status=ReviewStatus.HELD)
    return held.select_related("customer", "owner").order_by("-held_at", "-id")


def live_opportunities(customer: Customer) -> QuerySet[ExpansionOpportunity]:
    """The one that is worth most first."""
    found = ExpansionOpportunity.objects.filter(customer=customer, status__in=LIVE)
    return found.order_by(*MOST_WORTH)


def advocacy_of(customer: Customer) -> QuerySet[AdvocacyActivity]:
    return AdvocacyActivity.objects.filter(customer=customer).order_by("-id")


def open_notices(customer: Customer) -> QuerySet[Notice]:
    """What teams were told about the customer and have not dealt with."""
    found = Notice.objects.filter(customer=customer, done_at=None)
    return found.select_related("team", "transition__from_tag", "transition__to_tag", "transition__lifecycle").order_by(
        "-id"
    )


# --- the story: each with the instant at which it happened ---------------------------------------------------------
def happened(rows: QuerySet[Any], at: str, before: Q) -> QuerySet[Any]:
    """The rows that happened at all, and before a place in the story; the latest first."""
    return rows.filter(before, **{f"{at}__isnull": False}).order_by(f"-{at}", "-id")


def tier_changes(customer: Customer) -> QuerySet[TierChange]:
    return TierChange.objects.filter(customer=customer).select_related("by")


def alerts_of(customer: Customer) -> QuerySet[HealthAlert]:
    return HealthAlert.objects.filter(customer=customer)


def level_changes(customer: Customer) -> QuerySet[HealthScore]:
    """Scores in another band than the one before; ``at``: the beginning of their day, ``was``: the score before."""
    rows = HealthScore.objects.filter(customer=customer).annotate(
        at=Cast("day", DateTimeField()),
        level_before=Window(Lag("level"), order_by="day"),
        was=Window(Lag("score"), order_by="day"),
    )
    return rows.filter(level_before__isnull=False).exclude(level=F("level_before"))


def milestones_of(customer: Customer) -> QuerySet[PlanMilestone]:
    return PlanMilestone.objects.filter(plan__customer=customer).select_related("plan")


def expansion_ended(customer: Customer) -> QuerySet[ExpansionOpportunity]:
    by_people = (ExpansionStatus.WON, ExpansionStatus.LOST)
    return ExpansionOpportunity.objects.filter(customer=customer, status__in=by_people).select_related("handled_by")
