"""Whether messages go out, and what waits to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from campaigns.definition.kinds import CHANNELS
from campaigns.models import Breaker, Channel, RunState, SendingSwitch, StepRun

MOST = 10_000


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel, or all (``channel`` empty). ``held``: steps that are due and not done, counted to ``MOST``."""

    channel: str
    name: str
    last: SendingSwitch | None
    held: int
    breaker: Breaker | None = None

    @property
    def is_on(self) -> bool:
        return self.last is None or self.last.is_on

    @property
    def held_shown(self) -> str:
        return f"{MOST:,}+" if self.held >= MOST else f"{self.held:,}"


def channel_states(now: datetime) -> list[ChannelState]:
    """All sending first, then each channel; three statements."""
    last = {one.channel: one for one in SendingSwitch.objects.select_related("changed_by")}
    held = _held(now)
    open_ones = {one.channel: one for one in Breaker.objects.filter(open_until__gt=now)}
    channels = [
        ChannelState(str(value), str(label), last.get(value), held.get(str(value), 0), open_ones.get(value))
        for value, label in Channel.choices
    ]
    return [ChannelState("", "All sending", last.get(""), min(sum(held.values()), MOST)), *channels]


def _held(now: datetime) -> dict[str, int]:
    """Due steps that send, by channel: of the first ``MOST`` in the order in which they are due."""
    due = StepRun.objects.filter(state=RunState.WAITING, due_at__lte=now, kind__in=CHANNELS).order_by("due_at")[:MOST]
    counted = StepRun.objects.filter(id__in=due.values("id")).order_by().values_list("kind").annotate(Count("id"))
    found: dict[str, int] = {}
    for kind, number in counted:
        found[CHANNELS[kind]] = found.get(CHANNELS[kind], 0) + number
    return found
