"""What a person says became of a message of which nobody knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Delivery, DeliveryState


class NotResolved(ValueError):
    """Nothing was changed; the message says why."""


def treat_as_sent(*, delivery: Delivery, reason: str, by: Any, now: datetime) -> None:
    """Close it: the customer is taken to have the message. Raises ``NotResolved``."""
    _settle(delivery, reason, state=DeliveryState.ACCEPTED, accepted_at=now, resolved_by=by, ended_at=now)


@transaction.atomic
def send_again(*, delivery: Delivery, reason: str, by: Any, now: datetime) -> None:
    """Let it go out once more, with the same message id. Raises ``NotResolved``."""
    _settle(delivery, reason, state=DeliveryState.PLANNED, resolved_by=by)


def _settle(delivery: Delivery, reason: str, **values: Any) -> None:
    waiting = Delivery.objects.filter(id=delivery.id, state=DeliveryState.UNCERTAIN)
    if not waiting.update(reason=reason[:200], **values):
        raise NotResolved("Its outcome is known meanwhile; nothing was changed.")
