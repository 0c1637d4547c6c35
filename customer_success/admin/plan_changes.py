"""What was changed in a plan, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from pghistory.models import Events

_DID = {"insert": "Added", "update": "Changed", "delete": "Deleted"}
_UNSAID = {"updated_at", "completed_at"}


@dataclass(frozen=True, slots=True)
class Told:
    """One change: when, who, what."""

    at: datetime
    who: str
    what: str
    values: tuple[str, ...]


def told_changes(events: Iterable[Events]) -> list[Told]:
    """A line for each event in which something was changed that a person looks for."""
    found = [(event, _differences(event)) for event in events]
    users = {user for event, _ in found if (user := (event.pgh_context or {}).get("user"))}
    names = dict(get_user_model().objects.filter(id__in=users).values_list("id", "username"))
    return [
        Told(event.pgh_created_at, _who(event, names), _what(event), values)
        for event, values in found
        if values or event.pgh_label != "update"
    ]


def _what(event: Events) -> str:
    kind = "milestone " if event.pgh_obj_model.endswith("PlanMilestone") else "the plan "
    return f"{_DID[event.pgh_label]} {kind}“{event.pgh_data.get('title', '')}”"


def _who(event: Events, names: dict[Any, str]) -> str:
    user = (event.pgh_context or {}).get("user")
    return names.get(user, f"User {user}") if user else "The system"


def _differences(event: Events) -> tuple[str, ...]:
    return tuple(
        f"{field.removesuffix('_id').replace('_', ' ')}: {_shown(old)} → {_shown(new)}"
        if not isinstance(new, dict)
        else f"{field} written"
        for field, (old, new) in (event.pgh_diff or {}).items()
        if field not in _UNSAID
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)
