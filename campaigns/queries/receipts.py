"""Which messages receipts speak of, and which addresses refuse again and again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from campaigns.models import Channel, Delivery, DeliveryState, Receipt, ReceiptKind

SENT = (
    DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.OPENED, DeliveryState.CLICKED, DeliveryState.BOUNCED,
    DeliveryState.COMPLAINED,
)  # fmt: skip


def messages_by_id(ids: Collection[UUID]) -> dict[UUID, Delivery]:
    return Delivery.objects.in_bulk(ids, field_name="message_id")


def messages_by_provider(ids: Collection[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
    """By provider and its own id of the message."""
    rows = Delivery.objects.filter(
        provider__in={provider for provider, _ in ids}, provider_id__in={one for _, one in ids}
    )
    return {(row.provider, row.provider_id or ""): row for row in rows}


def now_known(*, since: datetime, most: int) -> list[Receipt]:
    """Receipts of unknown messages that came since then, and whose messages are known by now."""
    theirs = Delivery.objects.filter(provider=OuterRef("provider"), provider_id=OuterRef("provider_id"))
    unknown = Receipt.objects.filter(delivery=None, received_at__gte=since).exclude(provider_id="")
    return list(unknown.filter(Exists(theirs)).order_by("id")[:most])


def refusing_addresses(customers: Collection[int], *, times: int) -> set[str]:
    """Addresses of these customers that bounced for now the newest so many messages, all of them."""
    soft = Receipt.objects.filter(delivery=OuterRef("pk"), kind=ReceiptKind.SOFT_BOUNCED)
    newest = (
        Delivery.objects.filter(customer__in=customers, channel=Channel.EMAIL, state__in=SENT)
        .annotate(
            place=Window(RowNumber(), partition_by=(F("customer"), F("recipient")), order_by=F("id").desc()),
            is_soft=Exists(soft),
        )
        .filter(place__lte=times)
    )
    refused = [row.recipient for row in newest if row.is_soft and row.state == DeliveryState.ACCEPTED]
    return {address for address in refused if refused.count(address) >= times}
