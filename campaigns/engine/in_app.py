"""Messages that front ends fetch for a customer, and say when it has seen them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from campaigns.models import Delivery, DeliveryState, InAppMessage
from lifecycle.models import Customer

from .exits import hold_customers

MOST = 100


@transaction.atomic
def fetch_messages(*, customer: Customer, now: datetime) -> list[InAppMessage]:
    """The latest that are neither acknowledged nor expired, the newest first; each counts as delivered from now on."""
    hold_customers([customer.pk])
    waiting = InAppMessage.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), acknowledged_at=None)
    rows = waiting.filter(customer=customer).order_by("-created_at", "-delivery_id")
    found = list(rows.select_related("delivery__campaign")[:MOST])
    new = [one for one in found if one.fetched_at is None]
    for one in new:
        one.fetched_at = now
    ids = [one.pk for one in new]
    InAppMessage.objects.filter(pk__in=ids).update(fetched_at=now)
    _moved(Delivery.objects.filter(pk__in=ids, state=DeliveryState.ACCEPTED), DeliveryState.DELIVERED, now)
    return found


@transaction.atomic
def acknowledge(*, message: InAppMessage, now: datetime) -> None:
    """The customer has seen it. Twice is as good as once."""
    hold_customers([message.customer_id])
    mine = InAppMessage.objects.filter(pk=message.pk, acknowledged_at=None)
    if mine.update(acknowledged_at=now, fetched_at=Coalesce("fetched_at", now)):
        seen = Delivery.objects.filter(pk=message.pk, state__in=(DeliveryState.ACCEPTED, DeliveryState.DELIVERED))
        _moved(seen, DeliveryState.OPENED, now, opened_at=now)


def _moved(rows: QuerySet[Delivery], state: DeliveryState, now: datetime, **more: datetime) -> None:
    rows.update(state=state, ended_at=now, **more)
