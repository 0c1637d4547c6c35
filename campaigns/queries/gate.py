"""What the gate looks at, for a batch of messages, in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from campaigns.models import (
    Channel,
    Consent,
    Delivery,
    DeliveryState,
    FrequencyCap,
    MessageClass,
    OnExcess,
    QuietHours,
    SendingSwitch,
    Suppression,
    Topic,
)
from campaigns.rules.gate import Cap, Policy

_NOT_OUT = (DeliveryState.PLANNED, DeliveryState.SKIPPED, DeliveryState.FAILED)
Said = Mapping[tuple[int, int | None], bool]
Sent = Mapping[int, list[tuple[str, datetime]]]


def policy() -> Policy:
    """What holds for everybody at this moment."""
    quiet = QuietHours.objects.filter(is_on=True).order_by("id").first()
    return Policy(
        off=frozenset(SendingSwitch.objects.filter(is_on=False).values_list("channel", flat=True)),
        allowed=frozenset(one.casefold() for one in settings.CAMPAIGN_ALLOWED_RECIPIENTS),
        caps=tuple(map(_cap, FrequencyCap.objects.all())),
        quiet=(quiet.starts, quiet.ends) if quiet else None,
    )


def topics(keys: Collection[str]) -> dict[str, Topic]:
    return {topic.key: topic for topic in Topic.objects.filter(key__in=keys)}


def words(customers: Collection[int]) -> Said:
    """The latest yes or no by customer and topic; topic none: to all marketing."""
    found = Consent.objects.filter(customer__in=customers)
    return {(customer, topic): given for customer, topic, given in found.values_list("customer", "topic", "is_given")}


def suppressed(digests: Collection[str]) -> set[str]:
    return set(Suppression.objects.filter(digest__in=digests).values_list("digest", flat=True))


def sent_of_late(customers: Collection[int], *, caps: Collection[Cap], besides: Collection[int], now: datetime) -> Sent:
    """Channels and times of the marketing messages that caps count, ``besides`` those of some runs."""
    sent: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    if not caps:
        return sent
    since = now - timedelta(days=max(cap.days for cap in caps) + 1)  # a calendar day may have begun so much earlier
    found = Delivery.objects.filter(
        customer__in=customers, message_class=MessageClass.MARKETING, sending_at__gt=since
    ).exclude(Q(state__in=_NOT_OUT) | Q(channel=Channel.WEBHOOK))
    for customer, channel, at, run in found.values_list("customer", "channel", "sending_at", "run"):
        if at and run not in besides:
            sent[customer].append((channel, at))
    return sent


def _cap(row: FrequencyCap) -> Cap:
    return Cap(
        most=row.most,
        days=row.days,
        channel=row.channel,
        is_calendar=row.is_calendar,
        drops=row.on_excess == OnExcess.DROP,
        spares=row.spares_priority or 0,
    )
