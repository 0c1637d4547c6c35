"""What would keep messages from a customer, said ahead of time. The gate decides anew when they are due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaigns.models import (
    Channel,
    Delivery,
    DeliveryState,
    FrequencyCap,
    MessageClass,
    OnExcess,
    QuietHours,
    SendingSwitch,
)
from campaigns.rules.schedule import local_day, quiet_until
from lifecycle.models import Customer
from lifecycle.rules.calendar import zone_of

from .consents import standings_of
from .contact import suppressed

_NOT_SENT = (DeliveryState.PLANNED, DeliveryState.SKIPPED, DeliveryState.FAILED)
_MOST_SENT = 1_000


@dataclass(frozen=True, slots=True)
class Message:
    """One that is planned; ``channel`` empty: nothing is sent."""

    at: datetime
    channel: str
    is_marketing: bool
    topic: str
    priority: int
    is_paused: bool


@dataclass(slots=True)
class _Policy:
    """All that is asked, read once. ``sent`` grows by what is foreseen to go out."""

    customer: Customer
    off: dict[str, str]
    refused: frozenset[str]
    is_suppressed: bool
    quiet: QuietHours | None
    caps: list[FrequencyCap]
    sent: list[tuple[str, datetime]] = field(default_factory=list)


def hindrances_of(customer: Customer, messages: Sequence[Message], *, now: datetime) -> list[tuple[str, ...]]:
    """For each message, in order of time, the sentences that say what may stop it; eight statements for all."""
    policy = _read(customer, now)
    found = []
    for message in messages:
        stops = tuple(_stops(message, policy))
        if message.channel and message.is_marketing and not stops:
            policy.sent.append((message.channel, message.at))
        found.append(stops)
    return found


def _read(customer: Customer, now: datetime) -> _Policy:
    caps = list(FrequencyCap.objects.all())
    since = now - timedelta(days=max((cap.days for cap in caps), default=0) + 1)
    sent = Delivery.objects.filter(
        customer=customer, message_class=MessageClass.MARKETING, planned_at__gte=since
    ).exclude(state__in=_NOT_SENT)
    standings = standings_of(customer)
    return _Policy(
        customer=customer,
        off={one.channel: one.reason for one in SendingSwitch.objects.filter(is_on=False)},
        refused=frozenset("" if one.topic is None else one.topic.key for one in standings if not one.may_receive),
        is_suppressed=bool(suppressed([customer.email or ""])),
        quiet=QuietHours.objects.filter(is_on=True).first(),
        caps=caps,
        sent=list(sent.order_by("-planned_at").values_list("channel", "planned_at")[:_MOST_SENT]),
    )


def _stops(message: Message, policy: _Policy) -> Iterator[str]:
    if message.is_paused:
        yield "The campaign is paused."
    if not message.channel:
        return
    for channel in ("", message.channel):
        if channel in policy.off:
            yield f"{Channel(channel).label if channel else 'All sending'} is switched off: {policy.off[channel]}"
    if message.channel == Channel.EMAIL:
        if not policy.customer.email:
            yield "The customer has no email address."
        if policy.is_suppressed:
            yield "The address is on the suppression list."
    if message.is_marketing and message.channel != Channel.WEBHOOK:
        yield from _stops_marketing(message, policy)


def _stops_marketing(message: Message, policy: _Policy) -> Iterator[str]:
    if message.topic in policy.refused or "" in policy.refused:
        yield f"No consent to {message.topic or 'marketing'}."
    zone = policy.customer.timezone
    if quiet := policy.quiet:
        until = quiet_until(message.at, quiet.starts, quiet.ends, zone)
        if until:
            yield f"Quiet hours: it waits until {until.astimezone(zone_of(zone)):%-d %b, %H:%M}."
    for cap in policy.caps:
        is_spared = cap.spares_priority is not None and message.priority <= cap.spares_priority
        if not is_spared and _is_full(cap, message, policy):
            yield f"Frequency cap of {cap}: it {'waits' if cap.on_excess == OnExcess.WAIT else 'is dropped'}."


def _is_full(cap: FrequencyCap, message: Message, policy: _Policy) -> bool:
    if cap.channel and cap.channel != message.channel:
        return False
    zone = policy.customer.timezone
    if cap.is_calendar:
        first = local_day(message.at, zone) - timedelta(days=cap.days - 1)
        counted = [one for one, at in policy.sent if local_day(at, zone) >= first and cap.channel in {"", one}]
    else:
        since = message.at - timedelta(days=cap.days)
        counted = [one for one, at in policy.sent if at > since and cap.channel in {"", one}]
    return len(counted) >= cap.most
