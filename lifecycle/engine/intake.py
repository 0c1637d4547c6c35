"""From what was sent to events that can be stored, and sentences about those that cannot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from lifecycle.metrics.facts import IDENTIFY, VALUE_OF, VALUE_RANGE
from lifecycle.models import ERASED
from lifecycle.rules.traits import problem_of

MAX_BATCH = 1_000
MAX_PROPERTIES_BYTES = 32_000
# Clocks of senders run a little ahead; what lies further in the future has not happened.
MAX_AHEAD = timedelta(hours=1)
# In any zone this is still the year 1; PostgreSQL knows earlier years, Python does not.
EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
MAX_ORDER_ID = 200

Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ .:/-]*")


@lru_cache(maxsize=10_000)
def is_name(text: str) -> bool:
    """Whether events may be called so; remembered, since a batch has many events and few names."""
    return _NAME.fullmatch(text) is not None


class SentEvent(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One event as it is sent. ``customer_id`` is the customer's external id; the time needs a zone."""

    message_id: Key
    customer_id: Key
    name: Name
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)]
    properties: dict[str, Any] = {}
    value: Any = msgspec.UNSET  # not for senders: taken from the properties by the event's name


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was not stored: its place in the batch, from 0, and why."""

    index: int
    reason: str


@dataclass(slots=True)
class Batch:
    """The acceptable events of what was sent, each with its place, and the others with their reasons."""

    events: list[SentEvent] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class BatchError(ValueError):
    """Nothing of what was sent can be read as a list of events."""


_FIELD = re.compile(r"(missing required field `|unknown field `|at `\$\.)(\w+)", re.DOTALL)
_RIGHT = {
    "message_id": "a text of 1 to 200 characters",
    "customer_id": "a text of 1 to 200 characters",
    "name": "a text of 1 to 80 characters",
    "occurred_at": "an instant with its zone, such as 2026-01-31T12:00:00Z",
    "properties": "an object",
}

_all = msgspec.json.Decoder(list[SentEvent])
_each = msgspec.json.Decoder(list[msgspec.Raw])
_one = msgspec.json.Decoder(SentEvent)
_encode = msgspec.json.encode


def read_batch(body: bytes, *, now: datetime) -> Batch:
    """Read a JSON list of events. One bad event does not stop the others; raises ``BatchError`` if it is no list."""
    try:
        return check_batch(_all.decode(body), now=now, may_hold_nul=b"\\u0000" in body)
    except (msgspec.ValidationError, RecursionError):
        return _read_one_by_one(body, now)
    except msgspec.DecodeError as error:
        raise BatchError(f"This is not valid JSON: {error}.") from error
    except UnicodeDecodeError as error:
        raise BatchError("The body is not UTF-8.") from error


def check_batch(
    events: Iterable[SentEvent], *, now: datetime, may_hold_nul: bool = True, places: Iterable[int] | None = None
) -> Batch:
    """Check what the types cannot say: the time, the number that an event carries, the traits."""
    latest = now + MAX_AHEAD
    batch = Batch()
    where = iter(places) if places is not None else None
    for position, event in enumerate(events):
        place = next(where) if where else position
        name = event.name
        problem = None
        if event.value is not msgspec.UNSET:
            problem = "there is no field value; what else is known of an event goes into its properties"
        elif name in VALUE_OF:
            problem = _take_value(event)
        elif name == IDENTIFY:
            problem = problem_of(event.properties)
        if not is_name(name):
            problem = "name must start with a letter and have letters, digits, spaces and _ . : / - only"
        problem = _never_so(event, latest) or problem
        if event.properties and problem is None and len(_encode(event.properties)) > MAX_PROPERTIES_BYTES:
            problem = f"properties take more than {MAX_PROPERTIES_BYTES:,} bytes"
        if may_hold_nul and problem is None and _holds_nul(event):
            problem = "texts must not contain the NUL character"
        if problem is None:
            if event.occurred_at.tzinfo is not UTC:  # PostgreSQL knows no offsets of 16 hours and more, RFC 3339 does
                event.occurred_at = event.occurred_at.astimezone(UTC)
            batch.events.append(event)
            batch.places.append(place)
        else:
            batch.rejected.append(Rejected(place, problem))
    return batch


def _never_so(event: SentEvent, latest: datetime) -> str | None:
    if event.occurred_at > latest:
        return "occurred_at lies in the future"
    if event.occurred_at < EARLIEST:
        return "occurred_at lies before all calendars"
    return f"customer_id must not begin with {ERASED}" if event.customer_id.startswith(ERASED) else None


def _read_one_by_one(body: bytes, now: datetime) -> Batch:
    try:
        raws = _each.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BatchError(f"Expected a list of events: {error}.") from error
    good: list[SentEvent] = []
    places: list[int] = []
    rejected: list[Rejected] = []
    for place, raw in enumerate(raws):
        try:
            good.append(_one.decode(raw))
            places.append(place)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            rejected.append(Rejected(place, _reason(error)))
    batch = check_batch(good, now=now, places=places)
    batch.rejected = sorted(batch.rejected + rejected, key=lambda one: one.index)
    return batch


def _reason(error: Exception) -> str:
    """A sentence in the sender's words for what the decoder met."""
    if isinstance(error, RecursionError):
        return "the properties are nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "the event is not UTF-8"
    text = str(error)
    if field := _FIELD.search(text):
        name, kind = field[2], field[1]
        if kind == "missing required field `":
            return f"{name} is missing"
        if kind == "unknown field `":
            return f"there is no field {name}; what else is known of an event goes into its properties"
        return f"{name} must be {_RIGHT[name]}"
    if isinstance(error, msgspec.ValidationError):
        return "an event must be an object"
    return f"the event is not valid JSON: {text}"


def _take_value(event: SentEvent) -> str | None:
    name = VALUE_OF[event.name]
    value = event.properties.get(name)
    low, high = VALUE_RANGE[event.name]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return f"{event.name} needs the number properties.{name}"
    if not low <= value <= (high if high is not None else 1e12):
        return f"properties.{name} must be from {low} to {high if high is not None else '1e12'}"
    event.value = value
    if event.name == "ORDER_PAID" and not _is_order_id(event.properties.get("order_id")):
        return f"properties.order_id must be a number or a text of up to {MAX_ORDER_ID} characters"
    return None


def _is_order_id(value: object) -> bool:
    return value is None or (
        isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) <= MAX_ORDER_ID
    )


def _holds_nul(event: SentEvent) -> bool:
    return b"\\u0000" in _encode(event)
