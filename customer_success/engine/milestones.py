"""Milestones: added, changed, overdue by the clock, and the tasks that remind of them.

Whoever writes to a milestone holds the row of its plan, so that what was decided upon is still true when it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Value, When

from customer_success import queries
from customer_success.models import (
    MilestonePriority,
    MilestoneStatus,
    PlanMilestone,
    SuccessPlan,
    SuccessPlanStatus,
    TaskState,
    TaskType,
)
from customer_success.rules.calendar import day_at, end_of_day
from customer_success.rules.plans import OPEN, circle, settled, told_circle

from .plan_checks import (
    MOST_MILESTONES,
    PlanInvalid,
    check_depends_on,
    check_done_before,
    check_due,
    check_not_over,
    check_title,
    hold,
)
from .tasks import NewTask, close_by_origin, create_tasks

REMIND_DAYS = 3


@dataclass(frozen=True, slots=True)
class NewMilestone:
    """``depends_on``: titles of other milestones of the plan."""

    title: str
    due_date: date
    status: str = MilestoneStatus.PENDING
    priority: str = MilestonePriority.MEDIUM
    owner: Any = None
    deliverables: Sequence[str] = ()
    depends_on: Sequence[str] = ()
    progress: int = 0
    is_shared: bool = False


@transaction.atomic
def add_milestone(*, plan: SuccessPlan, new: NewMilestone, by: Any, now: datetime) -> PlanMilestone:
    """One more step of a plan that is not over."""
    held = hold(plan)
    check_not_over(held)
    (milestone,) = store_milestones(plan=held, new=(new,), now=now, place="")
    _touch(held, now)
    return milestone


@transaction.atomic
def update_milestone(
    *,
    milestone: PlanMilestone,
    changes: Mapping[str, Any],
    by: Any,
    now: datetime,
    seen: datetime | None = None,
) -> PlanMilestone:
    """Change fields of a milestone; what is not named stays. ``depends_on``: milestones of the same plan.

    1. OVERDUE is the clock's word: it may be repeated, not given.
    2. COMPLETED needs everything that the milestone depends on to be completed or cancelled.
    3. A milestone that is opened again starts at 0 if nothing else is said.
    4. The task that reminds of it is closed with it, and dropped when its due date moves.
    """
    plan = hold(milestone.plan, seen=seen)
    check_not_over(plan)
    held = plan.milestones.get(id=milestone.id)
    before = (held.status, held.due_date)
    if changes.get("status", held.status) == MilestoneStatus.OVERDUE != held.status:
        raise PlanInvalid("status", "OVERDUE is set by the clock, after the due date.")
    for field, value in changes.items():
        if field != "depends_on":
            setattr(held, field, value)
    if before[0] == MilestoneStatus.COMPLETED != held.status and "progress" not in changes:
        held.progress = 0
    if held.due_date != before[1]:
        check_due(plan, held.due_date, field="due_date")
    _settle(held, plan, now)
    check_title(held.title, plan.milestones.exclude(id=held.id).values_list("title", flat=True))
    depends_on = changes.get("depends_on", held.depends_on.all())
    if "depends_on" in changes:
        check_depends_on(plan, held, depends_on)
        held.depends_on.set(depends_on)
    if held.status != before[0] or "depends_on" in changes:
        check_done_before(held, depends_on)
    held.save()
    _touch(plan, now)
    _close_reminder(held, before[1], by, now)
    return held


def store_milestones(
    *, plan: SuccessPlan, new: Sequence[NewMilestone], now: datetime, place: str
) -> list[PlanMilestone]:
    """Store new milestones of a plan that is held. ``place``: where they stand in what was asked, for the errors."""
    known = {one.title: one for one in plan.milestones.all()}
    if len(known) + len(new) > MOST_MILESTONES:
        raise PlanInvalid("milestones", f"A plan has at most {MOST_MILESTONES} milestones.")
    rows = []
    for number, one in enumerate(new):
        at = f"{place}{number}." if place else ""
        check_title(one.title, known, field=f"{at}title")
        row = PlanMilestone(
            plan=plan, title=one.title, due_date=one.due_date, status=one.status, priority=one.priority,
            owner=one.owner, deliverables=list(one.deliverables), progress=one.progress, is_shared=one.is_shared,
        )  # fmt: skip
        if one.status == MilestoneStatus.OVERDUE:
            raise PlanInvalid(f"{at}status", "OVERDUE is set by the clock, after the due date.")
        check_due(plan, row.due_date, field=f"{at}due_date")
        _settle(row, plan, now, at)
        known[one.title] = row
        rows.append(row)
    _check_new_dependencies(new, known, place)
    stored = PlanMilestone.objects.bulk_create(rows)
    for row, one in zip(stored, new, strict=True):
        depends_on = [known[title] for title in one.depends_on]
        check_done_before(row, depends_on)
        row.depends_on.set(depends_on)
    return stored


@transaction.atomic
def mark_overdue(*, now: datetime) -> int:
    """Make milestones of active plans OVERDUE that are past their due date where the customer is, and take it back from
    those that no longer are. How many changed."""
    past = queries.past_due(now)
    is_open = PlanMilestone.objects.filter(status__in=OPEN)
    became = is_open.exclude(status=MilestoneStatus.OVERDUE).filter(past).update(status=MilestoneStatus.OVERDUE)
    back = is_open.filter(status=MilestoneStatus.OVERDUE).exclude(past).update(
        status=Case(
            When(progress__gt=0, then=Value(MilestoneStatus.IN_PROGRESS)), default=Value(MilestoneStatus.PENDING)
        )
    )  # fmt: skip
    return became + back


def remind_of_milestones(*, now: datetime) -> None:
    """A task for the owner of each open milestone that is due within three days, once a due date."""
    create_tasks(tasks=[_reminder(one) for one in queries.milestones_to_remind(now, REMIND_DAYS)], by=None, now=now)


def settle_all(*, plan: SuccessPlan, now: datetime) -> None:
    """The milestones of a plan that has started, stopped or ended."""
    for one in plan.milestones.filter(status__in=OPEN):
        old = one.status
        _settle(one, plan, now)
        if one.status != old:
            one.save(update_fields=("status",))


def drop_reminders(*, plan: SuccessPlan, by: Any, now: datetime) -> None:
    origins = [_origin(one.id, one.due_date) for one in plan.milestones.all()]
    close_by_origin(origins=origins, state=TaskState.DROPPED, outcome="The plan is over.", by=by, now=now)


def _settle(milestone: PlanMilestone, plan: SuccessPlan, now: datetime, at: str = "") -> None:
    milestone.status, milestone.progress = settled(
        milestone.status, milestone.progress, due=milestone.due_date, today=day_at(now, plan.customer.timezone),
        is_running=plan.status == SuccessPlanStatus.ACTIVE,
    )  # fmt: skip
    is_completed = milestone.status == MilestoneStatus.COMPLETED
    if milestone.progress == 100 and not is_completed:
        raise PlanInvalid(f"{at}progress", "At 100 it is done: say COMPLETED in its status.")
    milestone.completed_at = (milestone.completed_at or now) if is_completed else None


def _check_new_dependencies(new: Sequence[NewMilestone], known: Mapping[str, object], place: str) -> None:
    for number, one in enumerate(new):
        for title in one.depends_on:
            if title not in known:
                at = f"{place}{number}." if place else ""
                raise PlanInvalid(f"{at}depends_on", f"There is no milestone “{title[:80]}” in this plan.")
    if found := circle({one.title: one.depends_on for one in new}):
        raise PlanInvalid(place.rstrip(".") or "depends_on", told_circle(found))


def _reminder(milestone: PlanMilestone) -> NewTask:
    plan = milestone.plan
    return NewTask(
        customer=plan.customer, type=TaskType.MILESTONE, title=f"{milestone.title} ({plan.title})",
        due_at=end_of_day(milestone.due_date, plan.customer.timezone),
        priority=MilestonePriority(milestone.priority), owner_id=milestone.owner_id or plan.owner_id,
        origin=_origin(milestone.id, milestone.due_date),
    )  # fmt: skip


def _origin(number: int, due: date) -> str:
    return f"milestone:{number}:{due.isoformat()}"


def _close_reminder(milestone: PlanMilestone, old_due: date, by: Any, now: datetime) -> None:
    if milestone.status == MilestoneStatus.COMPLETED:
        state, outcome = TaskState.DONE, "The milestone is completed."
    elif milestone.status == MilestoneStatus.CANCELLED or milestone.due_date != old_due:
        state, outcome = TaskState.DROPPED, "The milestone is cancelled, or due on another day."
    else:
        return
    origin = _origin(milestone.id, old_due)
    close_by_origin(origins=[origin], state=state, outcome=outcome, by=by, now=now)


def _touch(plan: SuccessPlan, now: datetime) -> None:
    SuccessPlan.objects.filter(id=plan.id).update(updated_at=now)
