"""How figures of success managers read, and where they lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from analytics.queries.managers import Compared
from analytics.rules.managers import Manager, Measure
from lifecycle.admin.between import between

from .words import NONE, figure


@dataclass(frozen=True, slots=True)
class _List:
    """A list and what is asked of it. ``whose``: the parameter that takes a manager's id, or ``of_all`` of them;
    ``at``: the time that has to be in the range."""

    model: str
    asked: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    whose: str = "owner"
    of_all: str = "somebody"


def _tasks(at: str = "", **asked: str) -> _List:
    return _List("customer_success_task", asked, at, whose="whose", of_all="managers")


_ACCOUNTS = _List("customer_success_account", {"status": "open"})
_RENEWALS = _List("customer_success_account", {"status": "open", "renewal": "90"})

# Those with exactly the rows that were counted. No list tells scores of open accounts, milestones or contacts.
_LISTS = {
    "customers": _List("lifecycle_customer"),
    "accounts": _ACCOUNTS,
    "revenue": _ACCOUNTS,
    "renewals": _RENEWALS,
    "renewal_revenue": _RENEWALS,
    "at_risk": _List("customer_success_account", {"status": "AT_RISK"}),
    "tasks_open": _tasks(),
    "tasks_overdue": _tasks(),
    "tasks_done": _tasks("closed_at", state="done"),
    "task_hours": _tasks("closed_at", state="done"),
    "reviews_held": _List("customer_success_businessreview", {"when": "HELD"}, "scheduled_for"),
    "alerts_in_time": _List("customer_success_healthalert", {"state": "in_time"}, "due_at"),
}


def cell(manager: Manager, measure: Measure) -> str:
    """A figure as it reads; where there are too few for a rate, of how many."""
    value, n = measure.of(manager), measure.n(manager)
    if value is None:
        return f"too few ({n})" if n else NONE
    return figure(value, measure.unit)


def listed(code: str, found: Compared, manager: Manager | None = None) -> str:
    """The rows behind a figure, of one manager or of all; of a rate those that reached it."""
    one = _LISTS.get(code)
    if one is None:
        return ""
    asked = {one.whose: str(manager.id) if manager else one.of_all, **one.asked}
    if one.at:
        asked[one.at] = between(found.period.since, found.period.until, known=found.as_of)
    if code == "tasks_overdue":
        asked["due_at"] = between(None, found.as_of)
    return f"{reverse(f'admin:{one.model}_changelist')}?{urlencode(asked)}"
