"""What providers tell of messages: stored once, in any order, to the same end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from campaigns.models import Channel, ConsentSource, Delivery, DeliveryState, Receipt, ReceiptKind, SuppressionReason
from campaigns.queries.contact import normal, of_addresses
from campaigns.queries.receipts import messages_by_id, messages_by_provider, now_known, refusing_addresses
from campaigns.rules.states import later
from campaigns.sql import receipts as statements
from lifecycle.models import Customer

from .consent import suppress_all, unsubscribe_all

SOFT_BOUNCES = 5
AT_ONCE, MATCHED_WITHIN = 1_000, timedelta(days=1)
PROGRAM_SECONDS = timedelta(seconds=2)
BY_A_PROGRAM = "Clicked by a program, within 2 s of acceptance."

# What a kind of receipt says of its message. One that bounced for now, or that somebody unsubscribed by, was taken.
SAYS = {
    ReceiptKind.ACCEPTED: DeliveryState.ACCEPTED,
    ReceiptKind.SOFT_BOUNCED: DeliveryState.ACCEPTED,
    ReceiptKind.UNSUBSCRIBED: DeliveryState.ACCEPTED,
    ReceiptKind.DELIVERED: DeliveryState.DELIVERED,
    ReceiptKind.OPENED: DeliveryState.OPENED,
    ReceiptKind.CLICKED: DeliveryState.CLICKED,
    ReceiptKind.BOUNCED: DeliveryState.BOUNCED,
    ReceiptKind.COMPLAINED: DeliveryState.COMPLAINED,
    ReceiptKind.FAILED: DeliveryState.FAILED,
}
STOPS = {
    ReceiptKind.BOUNCED: SuppressionReason.HARD_BOUNCE,
    ReceiptKind.COMPLAINED: SuppressionReason.COMPLAINT,
}
MAY_STOP = {*STOPS, ReceiptKind.SOFT_BOUNCED, ReceiptKind.UNSUBSCRIBED}
_GOOD = {DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.OPENED, DeliveryState.CLICKED}

Event = tuple[str, str]  # provider and its id of the event


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider says. ``message_id`` is ours, ``provider_id`` its own; ``event_id`` makes a repeat harmless."""

    provider: str
    event_id: str
    kind: ReceiptKind
    happened_at: datetime
    message_id: UUID | None = None
    provider_id: str = ""
    recipient: str = ""
    detail: str = ""

    @property
    def event(self) -> Event:
        return self.provider, self.event_id


@dataclass(frozen=True, slots=True)
class Taken:
    """``stored``: what was not known before. ``unknown``: what speaks of no message of ours, and is kept as well."""

    stored: frozenset[Event]
    unknown: frozenset[Event]


def take_receipts(*, receipts: Sequence[Told], now: datetime) -> Taken:
    """Store what providers tell, and do what follows.

    1. Find the messages, and hold the customers that the receipts, or what follows from them, may be about.
    2. Store each event once; what was known already moves nothing again.
    3. Move the messages: an uncertain one is settled, a late word takes nothing back.
    4. Suppress addresses that do not exist, complain, or have refused several times; note who unsubscribed.
    """
    told = {one.event: one for one in reversed(receipts)}  # of two in one batch, the first
    with transaction.atomic():
        found = _messages(told)
        stored = _take(told, found, statements.STORE, now)
    return Taken(frozenset(stored), frozenset(told.keys() - found.keys()))


def match_receipts(*, now: datetime) -> int:
    """Do what follows from receipts that came before their messages were known by that id; returns how many."""
    told = {one.event: one for one in map(_told_by, now_known(since=now - MATCHED_WITHIN, most=AT_ONCE))}
    if not told:
        return 0
    with transaction.atomic():
        return len(_take(told, _messages(told), statements.MATCH, now))


def _take(told: Mapping[Event, Told], found: Mapping[Event, Delivery], store: str, now: datetime) -> set[Event]:
    """Steps 1 to 4 of ``take_receipts``; returns what is news."""
    _hold(found, told)
    rows = Delivery.objects.select_related("customer").in_bulk({row.pk for row in found.values()})
    mine = {event: rows[row.pk] for event, row in found.items()}
    marked = [_marked(one, mine.get(event)) for event, one in told.items()]
    stored = _store(store, marked, mine, now)
    news = [(one, mine.get(one.event)) for one in marked if one.event in stored]
    _move(news)
    _stop(news, now)
    return stored


def _told_by(row: Receipt) -> Told:
    return Told(
        row.provider, row.event_id, ReceiptKind(row.kind), row.happened_at,
        provider_id=row.provider_id, recipient=row.recipient, detail=row.detail,
    )  # fmt: skip


def _messages(told: Mapping[Event, Told]) -> dict[Event, Delivery]:
    ours = messages_by_id([one.message_id for one in told.values() if one.message_id])
    theirs = messages_by_provider([(one.provider, one.provider_id) for one in told.values() if one.provider_id])
    found = {
        event: (ours.get(one.message_id) if one.message_id else None) or theirs.get((one.provider, one.provider_id))
        for event, one in told.items()
    }
    return {event: row for event, row in found.items() if row is not None}


def _hold(found: Mapping[Event, Delivery], told: Mapping[Event, Told]) -> None:
    """All customers at once, in the order of their ids, also those who share an address that may be stopped."""
    stopping = {event: one for event, one in told.items() if one.kind in MAY_STOP}
    addresses = {one.recipient for one in stopping.values()}
    addresses |= {found[event].recipient for event in stopping if event in found}
    same = of_addresses(address for address in addresses if address).values("pk")
    held = Customer.objects.filter(Q(pk__in={row.customer_id for row in found.values()}) | Q(pk__in=same))
    list(held.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _marked(one: Told, row: Delivery | None) -> Told:
    """Programs that look into mails for what is bad click at once: that a mail arrived, and no more. Of an erased
    customer, nothing is kept of what others say."""
    if row is not None and row.customer.is_erased:
        one = replace(one, recipient="", detail="")
    if one.kind != ReceiptKind.CLICKED or row is None or row.accepted_at is None:
        return one
    if one.happened_at - row.accepted_at > PROGRAM_SECONDS:
        return one
    return replace(one, detail=f"{BY_A_PROGRAM} {one.detail}".strip())


def _store(statement: str, told: Sequence[Told], mine: Mapping[Event, Delivery], now: datetime) -> set[Event]:
    values: dict[str, Any] = {
        "now": now,
        "providers": [one.provider for one in told],
        "event_ids": [one.event_id for one in told],
        "ids": [one.provider_id for one in told],
        "deliveries": [mine[one.event].pk if one.event in mine else None for one in told],
        "kinds": [str(one.kind) for one in told],
        "happened": [one.happened_at for one in told],
        "recipients": [one.recipient[:300] for one in told],
        "details": [one.detail[:500] for one in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {(provider, event_id) for provider, event_id in cursor.fetchall()}


def _move(news: Sequence[tuple[Told, Delivery | None]]) -> None:
    moved = {}
    for one, row in news:
        if row is not None:
            _tell(row, one)
            moved[row.pk] = row
    values: dict[str, Any] = {
        "ids": [*moved],
        "states": [str(row.state) for row in moved.values()],
        "reasons": [row.reason for row in moved.values()],
        "ended": [row.ended_at for row in moved.values()],
        "opened": [row.opened_at for row in moved.values()],
        "clicked": [row.clicked_at for row in moved.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.MOVE, values)


def _tell(row: Delivery, one: Told) -> None:
    """Move a message by one receipt. Of several that say the same, the earliest counts, in whatever order they come."""
    says, before = SAYS[one.kind], (row.ended_at, row.reason)
    if one.kind == ReceiptKind.OPENED:
        row.opened_at = _earlier(row.opened_at, one.happened_at)
    if one.detail.startswith(BY_A_PROGRAM):
        says = DeliveryState.DELIVERED
    elif one.kind == ReceiptKind.CLICKED:
        row.clicked_at = _earlier(row.clicked_at, one.happened_at)
    after = (one.happened_at, "" if says in _GOOD else one.detail[:200])
    if (state := later(row.state, says)) != row.state:
        row.state, (row.ended_at, row.reason) = state, after
    elif state == says:
        row.ended_at, row.reason = min(before, after) if row.ended_at else after


def _earlier(known: datetime | None, told: datetime) -> datetime:
    return min(known, told) if known else told


def _stop(news: Sequence[tuple[Told, Delivery | None]], now: datetime) -> None:
    """The address counts to which the message went; a provider may name one that it was forwarded to."""
    stops = {(normal(_address(one, row)), STOPS[one.kind]): one.detail[:300] for one, row in news if one.kind in STOPS}
    soft = {row.customer_id for one, row in news if row and one.kind == ReceiptKind.SOFT_BOUNCED}
    if soft:
        addresses = refusing_addresses(soft, times=SOFT_BOUNCES)
        stops |= {(normal(address), SuppressionReason.SOFT_BOUNCES): "" for address in addresses}
    worst = {address: (reason, stops[address, reason]) for address, reason in sorted(stops, reverse=True) if address}
    if worst:
        suppress_all(addresses=worst, by=None, now=now)
    said_no = defaultdict(list)
    for one, row in reversed(news):  # of several of one customer, the first
        if row and one.kind == ReceiptKind.UNSUBSCRIBED:
            said_no[one.provider].append(row)
    for provider, rows in said_no.items():
        wording = f"Unsubscribed, as {provider} tells."
        unsubscribe_all(deliveries=rows, wording=wording, source=ConsentSource.RECEIPT, now=now)


def _address(one: Told, row: Delivery | None) -> str:
    if row is None:
        return one.recipient
    return row.recipient if row.channel == Channel.EMAIL else ""
