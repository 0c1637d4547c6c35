"""What holds for all sending: switches, and the caps and quiet hours to begin with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Channel, FrequencyCap, QuietHours, SendingSwitch
from lifecycle.engine.switches import SwitchRefused, checked


@transaction.atomic
def switch_sending(*, channel: str, is_on: bool, reason: str, by: Any, now: datetime) -> SendingSwitch:
    """Turn a channel off or on, or all sending (``channel`` empty). What waits is kept, and goes or gets late.

    Raises ``SwitchRefused``.
    """
    reason = checked(reason)
    if channel and channel not in Channel.values:
        raise SwitchRefused(f"There is no channel {channel!r}; it is one of {', '.join(Channel.values)}.")
    changes = {"is_on": is_on, "reason": reason, "changed_at": now, "changed_by": by}
    switch, _ = SendingSwitch.objects.update_or_create(channel=channel, defaults=changes)
    return switch


def load_contact_policy(*, now: datetime) -> list[str]:
    """Quiet hours, and at most two marketing messages a day, where people have not set anything up."""
    lines = []
    if not QuietHours.objects.exists():
        QuietHours.objects.create()
        lines.append("quiet hours")
    if not FrequencyCap.objects.exists():
        FrequencyCap.objects.create(most=2, days=1, is_calendar=True)
        lines.append("frequency cap")
    return lines
