"""Whether anything goes out at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.models import Channel, SendingSwitch

MAX_REASON = 500


class SwitchRefused(ValueError):
    """The switch was not changed; the message says why."""


def switch_sending(*, channel: str, is_on: bool, reason: str, by: Any, now: datetime) -> SendingSwitch:
    """Turn a channel, or with ``""`` all sending, off or on. Raises ``SwitchRefused``."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON or "\x00" in reason:
        raise SwitchRefused(f"A reason of 1 to {MAX_REASON} characters is needed; everybody will see it.")
    if channel and channel not in Channel.values:
        raise SwitchRefused(f"There is no channel {channel}.")
    told = {"is_on": is_on, "reason": reason, "changed_at": now, "changed_by": by}
    changed, _ = SendingSwitch.objects.update_or_create(channel=channel, defaults=told)
    return changed
