"""Tasks: made, done, put off, handed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_success.models import MilestonePriority, Task, TaskState, TaskType
from lifecycle.models import Customer, Team


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
    rows = (
        Task(
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
        for task in tasks
    )
    Task.objects.bulk_create(rows, ignore_conflicts=True)


def close_asked(*, origins: Iterable[str], state: TaskState, by: Any, now: datetime) -> None:
    """Close the open tasks of what asked for them, for it is done or asks no longer."""
    asked = Task.objects.filter(origin__in=tuple(origins), state=TaskState.OPEN)
    asked.update(state=state, closed_at=now, closed_by=by)
