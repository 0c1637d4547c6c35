"""What happened to a customer, events, moves and what floors above add, the latest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Q

from lifecycle import queries
from lifecycle.metrics.facts import VALUE_OF
from lifecycle.models import Customer, Event, Transition
from lifecycle.rules.explain import shown_value
from lifecycle.templatetags.wording import ShownLine, shown_lines

from .panels import Entry, Place, Source, sources

PAGE = 25
_EVENT, _MOVE = 0, 1  # at one instant the event came first


@dataclass(frozen=True, slots=True)
class ShownEvent:
    event: Event

    @property
    def title(self) -> str:
        """``ORDER_PAID`` reads "Order paid"."""
        return self.event.name.replace("_", " ").replace(".", " ").capitalize()

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        shown = VALUE_OF.get(self.event.name)  # stands beside the title already
        pairs = self.event.properties.items()
        return tuple((name.replace("_", " "), _short(value)) for name, value in pairs if name != shown)


@dataclass(frozen=True, slots=True)
class ShownMove:
    """``lines`` are the conditions of the rule that made it."""

    transition: Transition
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of entries; ``earlier`` is the cursor of the next page, empty at the beginning of history."""

    entries: tuple[Entry, ...]
    earlier: str


def timeline(customer: Customer, *, user: Any, before: str = "", size: int = PAGE) -> Timeline:
    """The entries before a cursor: one statement a source, along an index of the customer. Raises ``BadRequest``."""
    place = _read(before) if before else None
    found = [entry for source in (*_OWN, *sources(user)) for entry in source.read(customer, place, size + 1)]
    found.sort(key=lambda entry: entry.place, reverse=True)
    shown = tuple(found[:size])
    return Timeline(shown, _written(shown[-1]) if len(found) > size else "")


def _events(customer: Customer, place: Place | None, size: int) -> Iterator[Entry]:
    found = queries.events_of(customer).filter(place.before(_EVENT, "occurred_at") if place else Q())
    for event in found[:size]:
        yield Entry(event.occurred_at, _EVENT, event.id, "lifecycle/admin/_timeline_event.html", ShownEvent(event))


def _moves(customer: Customer, place: Place | None, size: int) -> Iterator[Entry]:
    found = queries.transitions_of(customer).filter(place.before(_MOVE, "applied_at") if place else Q())
    for move in found.order_by("-applied_at", "-id")[:size]:
        item = ShownMove(move, shown_lines(queries.why(move)))
        yield Entry(move.applied_at, _MOVE, move.id, "lifecycle/admin/_timeline_move.html", item)


_OWN = (Source(_EVENT, "", _events), Source(_MOVE, "", _moves))  # whoever sees the page sees these


def _written(entry: Entry) -> str:
    return f"{entry.at.isoformat()}~{entry.rank}~{entry.id}"


def _read(cursor: str) -> Place:
    try:
        at, rank, number = cursor.split("~")
        found = Place(datetime.fromisoformat(at), int(rank), int(number))
    except ValueError:
        raise BadRequest("The address does not say where in the history to go on.") from None
    if found.at.tzinfo is None or abs(found.id) >= 2**63:
        raise BadRequest("The address does not say where in the history to go on.")
    return found


def _short(value: object) -> str:
    text = shown_value(value) if not isinstance(value, dict | list) else str(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
