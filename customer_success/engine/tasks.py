"""Tasks: made, done, put off, handed on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_success.models import MilestonePriority, Task, TaskType
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
