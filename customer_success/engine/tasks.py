"""Tasks: made, done, put off, handed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from customer_success.models import MilestonePriority, Task, TaskEntry, TaskState, TaskStep, TaskType
from lifecycle.models import Customer, Team

MOST_LETTERS = 2_000
LONGEST_SNOOZE = timedelta(days=366)
LONGEST_OVERDUE, FARTHEST = timedelta(days=366), timedelta(days=3653)


class TaskNotAllowed(ValueError):
    """Nothing was done; the message says why. ``field``: where the mistake is, empty: nowhere in particular."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class NewTask:
    """``owner`` empty: whoever looks after the customer. ``origin`` names what asks for it; it asks once."""

    customer: Customer | None
    type: TaskType
    title: str
    due_at: datetime
    priority: MilestonePriority = MilestonePriority.MEDIUM
    notes: str = ""
    owner_id: int | None = None
    team: Team | None = None
    origin: str | None = None


def create_tasks(*, tasks: Iterable[NewTask], by: Any, now: datetime) -> None:
    """Make tasks in one statement; those whose origin has asked before are left out. ``by=None``: automation."""
    Task.objects.bulk_create([_row(task, by, now) for task in tasks], ignore_conflicts=True)


def create_task(*, task: NewTask, by: Any, now: datetime) -> Task:
    """Make one task by hand. Without owner and team it falls to the customer's success manager, else to its author.

    Raises ``TaskNotAllowed``.
    """
    check_new(task, now=now)
    row = _row(task, by, now)
    if row.owner_id is None and row.team is None:
        row.owner = by
    row.save(force_insert=True)
    return row


def check_new(task: NewTask, *, now: datetime) -> None:
    """Raises ``TaskNotAllowed`` if nobody could make such a task by hand."""
    if not _checked(task.title, field="title"):
        raise TaskNotAllowed("Say what has to be done.", field="title")
    if not now - LONGEST_OVERDUE <= task.due_at <= now + FARTHEST:
        raise TaskNotAllowed("A task is due from a year ago to ten years ahead.", field="due_at")
    if task.owner_id and task.team:
        raise TaskNotAllowed("A task goes to a person or to a team's queue, not to both.", field="team")
    _checked(task.notes, field="notes")


def finish_task(*, task: Task, outcome: str, by: Any, now: datetime) -> None:
    """Say that a task is done, and what came of it. Raises ``TaskNotAllowed``."""
    outcome = _checked(outcome, field="outcome")
    closed = {"state": TaskState.DONE, "outcome": outcome, "closed_at": now, "closed_by": by}
    _step(task, TaskStep.FINISHED, note=outcome, by=by, now=now, **closed)


def drop_task(*, task: Task, reason: str, by: Any, now: datetime) -> None:
    """Say that a task need not be done any more, and why. Raises ``TaskNotAllowed``."""
    if not (reason := _checked(reason, field="reason")):
        raise TaskNotAllowed("Say why it need not be done; it stands in the task's history.", field="reason")
    closed = {"state": TaskState.DROPPED, "outcome": reason, "closed_at": now, "closed_by": by}
    _step(task, TaskStep.DROPPED, note=reason, by=by, now=now, **closed)


def snooze_task(*, task: Task, until: datetime, by: Any, now: datetime) -> None:
    """Put a task out of sight until an instant; when it is due stays as it was. Raises ``TaskNotAllowed``."""
    if not now < until <= now + LONGEST_SNOOZE:
        raise TaskNotAllowed("Choose a day after today and within a year.", field="until")
    _step(task, TaskStep.SNOOZED, note=f"until {until:%-d %b %Y}", by=by, now=now, snoozed_until=until)


def reassign_task(*, task: Task, to: Any, by: Any, now: datetime, note: str = "") -> None:
    """Hand a task to a person or into a team's queue, awake. Raises ``TaskNotAllowed``.

    The person need not have the customer in the portfolio: the task is seen, the customer's page is not.
    """
    note = _checked(note, field="note")
    holder = {"owner": None, "team": to} if isinstance(to, Team) else {"owner": to, "team": None}
    if not isinstance(to, Team) and not to.is_active:
        raise TaskNotAllowed(f"{to} does not work here any more.", field="to")
    _step(task, TaskStep.REASSIGNED, note=_told(to, note), by=by, now=now, snoozed_until=None, **holder)


@transaction.atomic
def hand_over_tasks(*, tasks: QuerySet[Task], to: Any, note: str, by: Any, now: datetime) -> None:
    """Give those of some tasks that are open to a person, as ``reassign_task`` does; what is put off stays so.

    Three statements, whatever the number. The caller has checked person and note.
    """
    found = tasks.filter(state=TaskState.OPEN).order_by("id").select_for_update(of=("self",))
    ids = list(found.values_list("id", flat=True))
    Task.objects.filter(id__in=ids).update(owner=to)
    entries = (TaskEntry(task_id=one, step=TaskStep.REASSIGNED, at=now, by=by, note=_told(to, note)) for one in ids)
    TaskEntry.objects.bulk_create(entries)


def take_task(*, task: Task, by: Any, now: datetime) -> None:
    """Take a task from a team's queue, of one of one's own teams. Raises ``TaskNotAllowed``."""
    if task.team is None or not task.team.members.filter(id=by.id).exists():
        raise TaskNotAllowed(f"“{task}” is not in the queue of a team of yours.")
    _step(task, TaskStep.TAKEN, by=by, now=now, only={"owner": None, "team": task.team}, owner=by)


@transaction.atomic
def close_by_origin(*, origins: Iterable[str], state: TaskState, outcome: str, by: Any, now: datetime) -> int:
    """Close the open tasks that these asked for, since it is done or asks no longer; returns how many.

    They free their origins: what asks again, as a milestone that is opened again, gets a new task. One that a person
    closed keeps its origin. ``state``: DONE or DROPPED. ``by=None``: automation.
    """
    found = Task.objects.select_for_update().filter(origin__in=list(origins), state=TaskState.OPEN)
    ids = list(found.order_by("id").values_list("id", flat=True))
    Task.objects.filter(id__in=ids).update(
        state=state, outcome=outcome, closed_at=now, closed_by=by, origin=None
    )  # fmt: skip
    step = TaskStep.FINISHED if state == TaskState.DONE else TaskStep.DROPPED
    TaskEntry.objects.bulk_create(TaskEntry(task_id=one, step=step, at=now, by=by, note=outcome) for one in ids)
    return len(ids)


def _told(to: Any, note: str) -> str:
    return f"to {to}: {note}" if note else f"to {to}"


def _row(task: NewTask, by: Any, now: datetime) -> Task:
    return Task(
        customer=task.customer,
        type=task.type,
        title=task.title[:200],
        notes=task.notes,
        due_at=task.due_at,
        priority=task.priority,
        owner_id=task.owner_id or (task.customer.owner_id if task.customer and not task.team else None),
        team=task.team,
        origin=task.origin,
        created_at=now,
        created_by=by,
    )


@transaction.atomic
def _step(
    task: Task, step: TaskStep, *, by: Any, now: datetime, note: str = "", only: dict[str, Any] | None = None,
    **values: Any,
) -> None:  # fmt: skip
    """Change a task that is still open, and remember it. ``only``: what else has to be as it was."""
    if not Task.objects.filter(id=task.id, state=TaskState.OPEN, **(only or {})).update(**values):
        task.refresh_from_db()
        raise TaskNotAllowed(_why_not(task))
    TaskEntry.objects.create(task=task, step=step, at=now, by=by, note=note)
    task.refresh_from_db()


def _why_not(task: Task) -> str:
    if task.state == TaskState.OPEN:
        return f"“{task}” was taken by {task.owner or 'somebody else'} meanwhile."
    return f"“{task}” was {task.get_state_display().lower()} already, by {task.closed_by or 'automation'}."


def _checked(text: str, *, field: str) -> str:
    text = text.strip()
    if len(text) > MOST_LETTERS:
        raise TaskNotAllowed(f"That has {len(text):,} characters; it may have {MOST_LETTERS:,}.", field=field)
    if "\x00" in text:
        raise TaskNotAllowed("The text must not contain the NUL character.", field=field)
    return text
