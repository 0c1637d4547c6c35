"""What workers that died or stood still have left behind."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from campaigns.channels.registry import port_for
from campaigns.models import Channel, Delivery, DeliveryState, RunState, StepRun

AT_ONCE = 5_000


@transaction.atomic
def sweep(*, now: datetime, most: int = AT_ONCE) -> int:
    """Take back runs whose lease is over; returns how many.

    1. Hold them, except those whose worker writes at this moment after all.
    2. A message that was on its way is uncertain now, unless the other side knows a repeat: then it is tried again.
    3. The runs wait again. Without the token the old worker's writes no longer count. A run whose message is settled or
       uncertain will only go on to the next step.
    """
    expired = StepRun.objects.filter(state=RunState.LEASED, lease_until__lte=now).order_by("lease_until")
    runs = [run.id for run in expired.select_for_update(no_key=True, skip_locked=True).only("id")[:most]]
    if not runs:
        return 0
    sending = Delivery.objects.filter(run__in=runs, state=DeliveryState.SENDING)
    repeating = [channel for channel in sending.values_list("channel", flat=True).distinct() if _knows_repeats(channel)]
    sending.exclude(channel__in=repeating).update(
        state=DeliveryState.UNCERTAIN, ended_at=now, reason="Its worker ended before the answer was written down."
    )
    return StepRun.objects.filter(id__in=runs).update(state=RunState.WAITING, token=None, lease_until=None)


def _knows_repeats(channel: str) -> bool:
    return channel != Channel.IN_APP and port_for(channel).key_window is not None
