"""Steps that stand still while their campaign is paused, and how they go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from campaigns.definition.kinds import PATHS
from campaigns.definition.parts import Window
from campaigns.models import (
    Campaign,
    CampaignState,
    CampaignVersion,
    Delivery,
    DeliveryState,
    Enrollment,
    EnrollmentState,
    RunState,
    SkipReason,
    StepRun,
)
from campaigns.queries.definitions import flow_of
from campaigns.rules.schedule import within
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
    frozen, left_out = StepRun.objects.filter(campaign=campaign, state=RunState.FROZEN), 0
    match how:
        case Resume.SHIFT:
            _shift(frozen, now - paused_at)
        case Resume.SKIP:
            left_out = _leave_out(frozen.filter(due_at__lte=now).exclude(kind__in=WAYS), now)
        case Resume.NOW:
            frozen.update(due_at=Greatest(F("due_at"), Value(now)))
    frozen.update(state=RunState.WAITING)
    return left_out


def _shift(frozen: QuerySet[StepRun], by: timedelta) -> None:
    """Steps, and the messages that wait with them, are later by as long, or by more until their windows open."""
    Delivery.objects.filter(run__in=frozen, state=DeliveryState.PLANNED).update(planned_at=F("planned_at") + by)
    frozen.update(due_at=F("due_at") + by)
    versions = CampaignVersion.objects.filter(id__in=frozen.values("enrollment__version")).defer("definition")
    for version in versions:
        for step in flow_of(version).steps.values():
            if step.window is not None:
                _fit(frozen.filter(enrollment__version=version, step=step.key, heard_id=None), step.window)


def _fit(runs: QuerySet[StepRun], window: Window) -> None:
    """What was heard of is due at once; the rest keeps to its window, where the customer is."""
    moved = []
    for run in runs.select_related("customer").only("due_at", "customer__timezone").iterator(AT_ONCE):
        opens = within(run.due_at, window, run.customer.timezone)
        if opens != run.due_at:
            run.due_at = opens
            moved.append(run)
    StepRun.objects.bulk_update(moved, ["due_at"], batch_size=AT_ONCE)


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
    related = Enrollment.objects.select_related("customer", "version__campaign")
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
