"""What people say of a customer goes the way of all that is said of customers: as an identify event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import SentEvent, check_batch
from lifecycle.metrics.facts import IDENTIFY

SOURCE = "success-team"
Traits = Mapping[str, str | None]


class TraitRefused(ValueError):
    """Nothing was told; the message says which trait cannot be so."""


def tell(*, traits: Mapping[str, Traits], now: datetime) -> None:
    """Tell traits of customers by external id; ``None`` clears one, and unknown customers are created.

    Written past the events they would last until the next identify event; rules would not see them either.
    Raises ``TraitRefused``.
    """
    events = [
        SentEvent(str(uuid4()), external_id, IDENTIFY, occurred_at=now, properties=dict(told))
        for external_id, told in traits.items()
    ]
    batch = check_batch(events, now=now)
    if batch.rejected:
        raise TraitRefused(f"{batch.rejected[0].reason}.")
    # As history: people are no feed that could fall silent.
    if ingest(batch=batch, source=SOURCE, now=now, is_history=True).erased:
        raise TraitRefused("The customer was erased.")
