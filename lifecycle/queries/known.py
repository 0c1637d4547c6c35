"""Until when a lifecycle is followed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.db.models import Max

from lifecycle.models import Lifecycle, Transition

QUIET = timedelta(days=365)  # a lifecycle in which nobody has moved for so long is not followed any more


def known_until(lifecycle: Lifecycle, *, as_of: datetime) -> datetime:
    """Until when whoever had moved would have been seen to: of a history that was imported, the end of its last day."""
    moves = Transition.objects.filter(lifecycle=lifecycle, applied_at__lt=as_of)
    newest: datetime | None = moves.aggregate(newest=Max("applied_at"))["newest"]
    if newest is None or newest >= as_of - QUIET:
        return as_of
    return datetime.combine(newest.astimezone(UTC).date(), time.max, UTC)
