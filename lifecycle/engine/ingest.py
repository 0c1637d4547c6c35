"""Events come in: stored once, facts follow, customers are marked for the next evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import connection, transaction

from lifecycle.metrics.facts import IDENTIFY, PASSIVE
from lifecycle.models import Customer, name_once_erased
from lifecycle.rules.traits import COLUMNS
from lifecycle.sql.folds import (
    APPLY_TRAITS,
    CREATE_CUSTOMERS,
    NOTE_FEED,
    ORDER_REFERENCE,
    STORE_EVENTS,
    event_names,
    fold_into_facts,
)

from . import locks
from .intake import Batch, SentEvent

_FEEDING = event_names() | PASSIVE
_OTHER = frozenset({"(any)"})  # stands for all names that feed no fact of their own
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: how many events are new, which message ids were there before, who has news.

    ``erased``: the customer ids whose events were not taken, since the customer was erased.
    """

    stored: int
    repeated: frozenset[str]
    customers: tuple[int, ...]
    erased: frozenset[str] = frozenset()


def ingest(*, batch: Batch, source: str, now: datetime, is_history: bool = False) -> Stored:
    """Store the events of a batch in one transaction; repeats are harmless and named.

    Unknown customers are created, erased ones are not. With ``is_history``, an event counts as known from when it
    happened, not from ``now``: so can a lifecycle be replayed over an imported past.
    """
    with transaction.atomic():
        locks.share_writing()
        events, erased = batch.events, frozenset[str]()
        stored, customers, strangers, repeated = _store(events, source, now, is_history)
        if strangers:
            erased = _erased_among(strangers)
            create_customers(external_ids=[one for one in strangers if one not in erased], now=now)
            events = [event for event in events if event.customer_id not in erased]
            stored, customers, _, repeated = _store(events, source, now, is_history)
        if not is_history:
            _note_feed(source, sorted({event.name for event in batch.events}), now)
        identified = [event.customer_id for event in batch.events if event.name == IDENTIFY]
        if identified:
            _apply_traits(identified, now)
    return Stored(stored, frozenset(repeated), tuple(customers), erased)


def create_customers(*, external_ids: list[str], now: datetime) -> int:
    """Create customers that are not there yet, with empty facts and a status in every lifecycle; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE_CUSTOMERS, {"external_ids": external_ids, "now": now})
        return int(cursor.fetchone()[0])


def _erased_among(external_ids: list[str]) -> frozenset[str]:
    names = {one: name_once_erased(one) for one in external_ids}
    found = set(Customer.objects.filter(external_id__in=names.values()).values_list("external_id", flat=True))
    return frozenset(one for one, name in names.items() if name in found)


def _store(
    events: list[SentEvent], source: str, now: datetime, is_history: bool
) -> tuple[int, list[int], list[str], list[str]]:
    if not events:
        return 0, [], [], []
    present = frozenset(event.name for event in events)
    names = (present & _FEEDING) | (_OTHER if present - _FEEDING else frozenset())
    sql = STORE_EVENTS.format(
        folds=fold_into_facts("stored", names),
        received_at="occurred_at" if is_history else "%(now)s",
        order_reference=ORDER_REFERENCE,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql, {"events": _encode(events).decode(), "source": source, "now": now, "is_live": not is_history}
        )
        return cursor.fetchone()


def _note_feed(source: str, names: list[str], now: datetime) -> None:
    """Remember that a source is alive. Once in some minutes is enough, and nobody waits for somebody else's note."""
    if names:
        with connection.cursor() as cursor:
            cursor.execute(NOTE_FEED, {"source": source, "names": names, "now": now})


def _apply_traits(external_ids: list[str], now: datetime) -> None:
    # The lock comes first and in a statement of its own, so that the next one sees what the last holder stored.
    locked = Customer.objects.filter(external_id__in=external_ids).order_by("id").select_for_update(no_key=True)
    customers = list(locked.values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(APPLY_TRAITS, {"customers": customers, "columns": list(COLUMNS), "now": now})
