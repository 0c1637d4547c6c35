"""What customer success knows of a customer who is erased: the work ends, the words go, the figures stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from customer_success.models import (
    Account,
    AdvocacyActivity,
    AdvocacyStatus,
    AlertState,
    BusinessReview,
    CustomerHealth,
    ExpansionOpportunity,
    ExpansionStatus,
    Handover,
    HealthAlert,
    HealthOverride,
    HealthScore,
    MilestoneStatus,
    PlanMilestone,
    PlanShare,
    ReviewActionItem,
    ReviewStatus,
    Stakeholder,
    SuccessPlan,
    SuccessPlanStatus,
    SuccessProfile,
    Task,
    TaskEntry,
    TaskState,
    TierChange,
    ValueMetric,
)
from customer_success.models.expansion import LIVE
from customer_success.rules.advocacy import NEXT
from customer_success.rules.plans import OPEN
from lifecycle.engine.erasing import BY_NUMBER, GONE, Blank, NumbersOnly, blank
from lifecycle.models import Customer

_VALUES = {"values": NumbersOnly(F("values"))}
_BLANKS = (
    Blank(Account, {"industry": None, "labels": []}),
    Blank(
        SuccessProfile,
        {"executive_sponsor": None, "business_objectives": [], "success_criteria": []},
        of="account__customer",
    ),
    Blank(
        AdvocacyActivity,
        {
            "title": GONE, "description": "", "contact_name": "", "contact_email": "", "contact_role": "",
            "outcome": "", "case_study_url": "", "testimonial_url": "", "content_url": "", "quote": "", "story": "",
            "declined_reason": "",
        },
    ),
    Blank(ExpansionOpportunity, {"reason": GONE, "outcome": "", "suggested_actions": []}),
    Blank(Handover, {"note": GONE}),
    Blank(HealthScore, {**_VALUES, "notes": ""}),
    Blank(CustomerHealth, _VALUES),
    Blank(HealthOverride, {"reason": GONE}),
    Blank(HealthAlert, {"note": ""}),
    Blank(
        SuccessPlan,
        {"title": GONE, "objectives": [], "success_metrics": [], "stakeholders": [], "sections": {}},
    ),
    Blank(PlanMilestone, {"title": BY_NUMBER, "deliverables": []}, of="plan__customer"),
    Blank(
        BusinessReview,
        {
            "attendees": [], "agenda": [], "achievements": [], "challenges": [], "metrics_review": [],
            "goals_progress": [], "decisions": [], "next_steps": [], "feedback": "", "prepared": {},
        },
    ),
    Blank(ReviewActionItem, {"text": GONE}, of="review__customer"),
    Blank(Task, {"title": GONE, "notes": "", "outcome": ""}),
    Blank(TaskEntry, {"note": ""}, of="task__customer"),
    Blank(TierChange, {"reason": GONE}),
)  # fmt: skip


def erase(*, customer: Customer, by: Any, now: datetime) -> None:
    """End what is open for a customer, and blank what people wrote about it. The links to its plans lead nowhere."""
    mine = {"customer": customer}
    Task.objects.filter(**mine, state=TaskState.OPEN).update(
        state=TaskState.DROPPED, closed_at=now, closed_by=by, snoozed_until=None
    )
    HealthAlert.objects.filter(**mine, ended_at=None).exclude(state=AlertState.RESOLVED).update(
        state=AlertState.RESOLVED, snoozed_until=None
    )
    HealthAlert.objects.filter(**mine, ended_at=None).update(ended_at=now)
    HealthOverride.objects.filter(**mine, ended_at=None).update(ended_at=now, ended_by=by)
    ExpansionOpportunity.objects.filter(**mine, status__in=LIVE).update(status=ExpansionStatus.GONE, ended_at=now)
    going_on = [status for status, after in NEXT.items() if after]
    AdvocacyActivity.objects.filter(**mine, status__in=going_on).update(status=AdvocacyStatus.CANCELLED)
    BusinessReview.objects.filter(**mine, status=ReviewStatus.SCHEDULED).update(status=ReviewStatus.CANCELLED)
    plans = SuccessPlan.objects.filter(**mine)
    plans.exclude(status=SuccessPlanStatus.COMPLETED).update(status=SuccessPlanStatus.CANCELLED)
    PlanMilestone.objects.filter(plan__in=plans, status__in=OPEN).update(status=MilestoneStatus.CANCELLED)
    PlanShare.objects.filter(plan__in=plans).delete()
    Stakeholder.objects.filter(profile__account__customer=customer).delete()
    ValueMetric.objects.filter(profile__account__customer=customer).delete()
    blank(customer, *_BLANKS)
