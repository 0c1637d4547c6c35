"""How figures of success managers read, and where they lead."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from analytics.rules.managers import Manager, Measure

from .words import NONE, figure

_LISTS = {
    "customers": "lifecycle_customer", "accounts": "customer_success_account", "at_risk": "customer_success_account",
    "tasks_open": "customer_success_task", "tasks_overdue": "customer_success_task",
    "tasks_done": "customer_success_task", "task_hours": "customer_success_task", "health": "customer_success_account",
    "reviews_held": "customer_success_businessreview", "alerts_in_time": "customer_success_healthalert",
    "milestones_on_time": "customer_success_successplan",
}  # fmt: skip
_OF_LISTS = {"at_risk": {"status": "AT_RISK"}, "tasks_done": {"state": "done"}, "task_hours": {"state": "done"}}
_WITH_OWNER = {"lifecycle_customer", "customer_success_account", "customer_success_healthalert"}


def cell(manager: Manager, measure: Measure) -> str:
    """A figure as it reads; where there are too few for a rate, of how many."""
    value, n = measure.of(manager), measure.n(manager)
    if value is None:
        return f"too few ({n})" if n else NONE
    return figure(value, measure.unit)


def listed(code: str, manager: Manager | None = None) -> str:
    """The rows behind a figure, of one manager where the list can tell."""
    model = _LISTS.get(code)
    if model is None:
        return ""
    asked = dict(_OF_LISTS.get(code, {}))
    if manager and model in _WITH_OWNER:
        asked["owner"] = str(manager.id)
    return f"{reverse(f'admin:{model}_changelist')}{'?' if asked else ''}{urlencode(asked)}"
