"""What a provider tells of messages that were sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaigns.engine.receipts import Told, take_receipts
from campaigns.models import Delivery, ReceiptKind
from tests.factories.campaigns import THEN, DeliveryFactory

NOW = THEN + timedelta(days=1)


def told(row: Delivery | None, kind: str, *, minutes: float = 1, event: str = "", **more: Any) -> Told:
    name = event or f"{row.pk if row else 'none'}:{kind}:{minutes}"
    values = {"recipient": row.recipient if row else "", "message_id": row.message_id if row else None, **more}
    return Told("postmark", name, ReceiptKind(kind), THEN + timedelta(minutes=minutes), **values)


def take(*receipts: Told) -> Any:
    return take_receipts(receipts=receipts, now=NOW)


def sent(**more: Any) -> Delivery:
    return DeliveryFactory(**{"accepted_at": THEN, **more})


def state(row: Delivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.reason
