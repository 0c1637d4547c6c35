"""Customers leave a campaign, at once and from wherever they are in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from campaigns.definition.text import DefinitionError
from campaigns.models import (
    CampaignEntry,
    CampaignVersion,
    Delivery,
    DeliveryState,
    EndReason,
    Enrollment,
    EnrollmentState,
    RunState,
    SkipReason,
    StepRun,
)
from campaigns.queries.conditions import customers_for_whom
from campaigns.queries.definitions import flow_of
from campaigns.sql import exits as statements
from customer_success.engine.tasks import close_by_origin
from customer_success.models import TaskState
from lifecycle.models import Customer

_STATES = {
    EndReason.END: EnrollmentState.COMPLETED,
    EndReason.ROLLED_BACK: EnrollmentState.CANCELLED,
    EndReason.BY_HAND: EnrollmentState.CANCELLED,
    EndReason.CAMPAIGN_ENDED: EnrollmentState.CANCELLED,
}


def hold_customers(ids: Iterable[int]) -> None:
    """Hold customers' rows until the transaction ends, in the order in which everybody does."""
    rows = Customer.objects.filter(id__in=list(ids)).order_by("id").select_for_update(no_key=True)
    list(rows.values_list("id"))


@transaction.atomic
def end_enrollments(*, enrollments: QuerySet[Enrollment], reason: EndReason, now: datetime) -> int:
    """End those that are active, and cancel what waits for them; returns how many.

    1. Hold the customers, so that nothing goes out to them and no step is planned meanwhile.
    2. End what is still active. A step that is in work finds that out at the gate, or when it is completed.
    3. Cancel the runs that wait, and skip the messages that wait with them.
    """
    active = enrollments.filter(state=EnrollmentState.ACTIVE).order_by()
    hold_customers(active.values_list("customer", flat=True))
    ids = list(active.values_list("id", flat=True))
    state = _STATES.get(reason, EnrollmentState.EXITED)
    Enrollment.objects.filter(id__in=ids).update(state=state, ended_at=now, end_reason=reason)
    runs = StepRun.objects.filter(enrollment__in=ids)
    Delivery.objects.filter(run__in=runs, state=DeliveryState.PLANNED).update(
        state=DeliveryState.SKIPPED, reason=SkipReason.ENDED, ended_at=now
    )
    runs.filter(state__in=(RunState.WAITING, RunState.FROZEN)).update(
        state=RunState.CANCELLED, reason=reason, done_at=now
    )
    return len(ids)


@transaction.atomic
def take_out(*, enrollment: Enrollment, by: Any, now: datetime, reason: str = "") -> bool:
    """Take a customer out by hand; false: it was not inside any more."""
    mine = Enrollment.objects.filter(id=enrollment.id)
    if not end_enrollments(enrollments=mine, reason=EndReason.BY_HAND, now=now):
        return False
    did = f"Took customer {enrollment.customer_id} out"
    CampaignEntry.objects.create(campaign_id=enrollment.campaign_id, at=now, by=by, did=did, reason=reason)
    return True


@transaction.atomic
def cancel_moves(*, moves: Collection[int], now: datetime) -> None:
    """Cancel what moves have started that were taken back: enrollments, and the open tasks of their steps."""
    started = Enrollment.objects.filter(transition_id__in=moves)
    end_enrollments(enrollments=started, reason=EndReason.ROLLED_BACK, now=now)
    runs = StepRun.objects.filter(enrollment__in=started, kind="task").values_list("id", flat=True)
    close_by_origin(
        origins=[f"step:{run}" for run in runs], state=TaskState.DROPPED,
        outcome="The move that it followed was taken back.", by=None, now=now,
    )  # fmt: skip


def end_who_may_not_stay(*, now: datetime, customers: Collection[int] | None = None) -> int:
    """End the enrollments of those for whom the condition to stay does not hold; returns how many.

    Of everybody, or of some ``customers``.
    """
    inside = Enrollment.objects.filter(version=OuterRef("pk"), state=EnrollmentState.ACTIVE)
    versions = CampaignVersion.objects.filter(Exists(inside)).defer("definition")
    return sum(_end_strangers(version, now, customers) for version in versions)


def _end_strangers(version: CampaignVersion, now: datetime, customers: Collection[int] | None) -> int:
    try:
        definition = flow_of(version).definition
    except DefinitionError:  # whoever is at work on it will say so
        return 0
    if definition.stay is None:
        return 0
    holds = customers_for_whom(definition.stay, lifecycle=definition.lifecycle, as_of=now)
    and_who = "" if customers is None else statements.AND_OF_CUSTOMERS
    sql = statements.MAY_NOT_STAY.format(and_who=and_who, holds=holds.sql)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**holds.params, "version": version.id, "customers": list(customers or ())})
        found = [number for (number,) in cursor.fetchall()]
    if not found:
        return 0
    strangers = Enrollment.objects.filter(id__in=found)
    return end_enrollments(enrollments=strangers, reason=EndReason.STAY_ENDED, now=now)
