"""Steps that stand still while their campaign is paused, and how they go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from campaigns.definition.kinds import PATHS
from campaigns.models import (
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Enrollment,
    EnrollmentState,
    RunState,
    SkipReason,
    StepRun,
)
from campaigns.queries.definitions import flow_of
from lifecycle.models import Customer

from .advance import plan_next
from .kinds import Work, channel_of

AT_ONCE = 1_000
# What only finds the way is never left out.
WAYS = frozenset({*PATHS, "split", "holdout", "wait"})


class Resume(StrEnum):
    SHIFT = "shift"
    SKIP = "skip"
    NOW = "now"


def freeze(campaign: Campaign) -> int:
    """Returns how many steps stand still from now on."""
    return StepRun.objects.filter(campaign=campaign, state=RunState.WAITING).update(state=RunState.FROZEN)


@transaction.atomic
def freeze_stragglers() -> int:
    """Steps that workers planned for paused campaigns while these were being paused; returns how many.

    The campaigns are held, so that none is resumed meanwhile: nobody would thaw what is frozen after that. What a
    worker claims at this moment it freezes itself.
    """
    paused = Campaign.objects.filter(state=CampaignState.PAUSED).order_by("id").select_for_update(no_key=True)
    late = StepRun.objects.filter(campaign__in=[one.id for one in paused], state=RunState.WAITING).order_by("id")
    free = list(late.select_for_update(no_key=True, skip_locked=True).values_list("id", flat=True))
    return StepRun.objects.filter(id__in=free).update(state=RunState.FROZEN)


def thaw(campaign: Campaign, *, how: Resume, paused_at: datetime, now: datetime) -> int:
    """Everything waits again; returns how many steps were left out."""
    frozen = StepRun.objects.filter(campaign=campaign, state=RunState.FROZEN)
    left_out = _leave_out(frozen.filter(due_at__lte=now).exclude(kind__in=WAYS), now) if how == Resume.SKIP else 0
    due_at = {
        Resume.SHIFT: F("due_at") + (now - paused_at),
        Resume.SKIP: F("due_at"),
        Resume.NOW: Greatest(F("due_at"), Value(now)),
    }[how]
    frozen.update(due_at=due_at, state=RunState.WAITING)
    return left_out


def _leave_out(overdue: QuerySet[StepRun], now: datetime) -> int:
    """Customers go on to the step after; a message that was not sent leaves its row. Their rows are held meanwhile."""
    number = 0
    while runs := list(overdue.order_by("customer_id", "id")[:AT_ONCE]):
        customers = Customer.objects.filter(id__in={run.customer_id for run in runs}).order_by("id")
        list(customers.select_for_update(no_key=True).values_list("id"))
        StepRun.objects.filter(id__in=[run.id for run in runs], state=RunState.FROZEN).update(
            state=RunState.SKIPPED, reason=SkipReason.RESUME, done_at=now
        )
        works = _works(runs)
        _skip_messages([work for work in works if channel_of(work.step.kind)], now)
        plan_next(works=[work for work in works if _is_inside(work)], paths={}, now=now)
        number += len(runs)
    return number


def _works(runs: Sequence[StepRun]) -> list[Work]:
    related = Enrollment.objects.select_related("customer", "version")
    enrollments = related.in_bulk([run.enrollment_id for run in runs])
    works = []
    for run in runs:
        enrollment = enrollments[run.enrollment_id]
        flow = flow_of(enrollment.version)
        works.append(Work(run, enrollment, flow.definition, flow.steps[run.step]))
    return works


def _is_inside(work: Work) -> bool:
    """Not so: who has left, and was to get a message once more."""
    return work.enrollment.state == EnrollmentState.ACTIVE


def _skip_messages(works: Sequence[Work], now: datetime) -> None:
    """A message that was put off has its row already; what became of one that was on its way, the sweep says."""
    rows = Delivery.objects.filter(run__in=[work.run.id for work in works])
    known = set(rows.values_list("run", flat=True))
    rows.filter(state=DeliveryState.PLANNED).update(state=DeliveryState.SKIPPED, reason=SkipReason.RESUME, ended_at=now)
    Delivery.objects.bulk_create(_not_sent(work, now) for work in works if work.run.id not in known)


def _not_sent(work: Work, now: datetime) -> Delivery:
    return Delivery(
        run=work.run, campaign_id=work.run.campaign_id, customer_id=work.run.customer_id,
        channel=channel_of(work.step.kind), message_class=work.definition.message_class, topic=work.definition.topic,
        template=getattr(work.settings, "template", ""), state=DeliveryState.SKIPPED, reason=SkipReason.RESUME,
        planned_at=now, ended_at=now,
    )  # fmt: skip
