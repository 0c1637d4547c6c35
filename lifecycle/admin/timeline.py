"""What happened to a customer, events and moves mixed, the latest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest
from django.db.models import Q

from lifecycle import queries
from lifecycle.metrics.facts import VALUE_OF
from lifecycle.models import Customer, Event, Transition
from lifecycle.rules.explain import shown_value
from lifecycle.templatetags.wording import ShownLine, shown_lines

PAGE = 25
_EVENT, _MOVE = 0, 1  # at one instant the event came first


@dataclass(frozen=True, slots=True)
class Entry:
    """One event or one transition; ``lines`` are the conditions of the rule that made it."""

    at: datetime
    rank: int
    id: int
    event: Event | None = None
    transition: Transition | None = None
    lines: tuple[ShownLine, ...] = ()

    @property
    def place(self) -> tuple[datetime, int, int]:
        return self.at, self.rank, self.id

    @property
    def title(self) -> str:
        """``ORDER_PAID`` reads "Order paid"."""
        return self.event.name.replace("_", " ").replace(".", " ").capitalize() if self.event else ""

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        if self.event is None:
            return ()
        shown = VALUE_OF.get(self.event.name)  # stands beside the title already
        pairs = self.event.properties.items()
        return tuple((name.replace("_", " "), _short(value)) for name, value in pairs if name != shown)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of entries; ``earlier`` is the cursor of the next page, empty at the beginning of history."""

    entries: tuple[Entry, ...]
    earlier: str


def timeline(customer: Customer, *, before: str = "", size: int = PAGE) -> Timeline:
    """The entries before a cursor: two statements, each along an index of the customer. Raises ``BadRequest``."""
    events, moves = queries.events_of(customer), queries.transitions_of(customer).order_by("-applied_at", "-id")
    if before:
        at, rank, number = _read(before)
        older = Q(occurred_at__lt=at)
        events = events.filter(older | Q(occurred_at=at) & (Q() if rank == _MOVE else Q(id__lt=number)))
        earlier = Q(applied_at__lt=at)
        moves = moves.filter(earlier | Q(applied_at=at, id__lt=number) if rank == _MOVE else earlier)
    found = [Entry(event.occurred_at, _EVENT, event.id, event=event) for event in events[: size + 1]]
    found += [
        Entry(move.applied_at, _MOVE, move.id, transition=move, lines=shown_lines(queries.why(move)))
        for move in moves[: size + 1]
    ]
    found.sort(key=lambda entry: entry.place, reverse=True)
    shown = tuple(found[:size])
    return Timeline(shown, _written(shown[-1]) if len(found) > size else "")


def _written(entry: Entry) -> str:
    return f"{entry.at.isoformat()}~{entry.rank}~{entry.id}"


def _read(cursor: str) -> tuple[datetime, int, int]:
    try:
        at, rank, number = cursor.split("~")
        found = datetime.fromisoformat(at), int(rank), int(number)
    except ValueError:
        raise BadRequest("The address does not say where in the history to go on.") from None
    if found[0].tzinfo is None or abs(found[2]) >= 2**63:
        raise BadRequest("The address does not say where in the history to go on.")
    return found


def _short(value: object) -> str:
    text = shown_value(value) if not isinstance(value, dict | list) else str(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
