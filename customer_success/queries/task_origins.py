"""What asked for a task: an alert, a milestone of a plan, a business review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet

from customer_success.models import BusinessReview, HealthAlert, SuccessPlan, Task
from lifecycle.queries import in_portfolio

from .reviews import ACTION_ORIGIN

_ROWS: dict[str, Callable[[int], QuerySet[Any]]] = {
    "alert": lambda number: HealthAlert.objects.filter(id=number),
    "milestone": lambda number: SuccessPlan.objects.filter(milestones=number),
    "review": lambda number: BusinessReview.objects.filter(id=number),
    "follow-up": lambda number: BusinessReview.objects.filter(id=number),
    ACTION_ORIGIN.rstrip(":"): lambda number: BusinessReview.objects.filter(action_items=number),
}


def asked_by(task: Task, user: Any) -> Model | None:
    """The alert, plan or review that asked for a task; ``None`` where there is none that the person may see."""
    kind, _, rest = (task.origin or "").partition(":")
    number = rest.partition(":")[0]
    if kind not in _ROWS or not (number.isascii() and number.isdigit()):
        return None
    found: Model | None = in_portfolio(_ROWS[kind](int(number)), user).first()
    if found is None or not user.has_perm(f"customer_success.view_{found._meta.model_name}"):
        return None
    return found
