"""Whether a message may go out at an instant: it goes, it waits until another, or it is never sent, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from .schedule import Window, local_day, quiet_until, start_of_local_day, within

_RECHECK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Go:
    """It goes out now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """``is_planned``: the instant is when it shall go out; otherwise something is in its way, and it may get late."""

    until: datetime
    reason: str
    is_planned: bool = True


@dataclass(frozen=True, slots=True)
class Never:
    reason: str


Verdict = Go | Wait | Never


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many marketing messages in some days, of one channel or of all. ``spares``: these priorities."""

    most: int
    days: int
    channel: str = ""
    is_calendar: bool = False
    drops: bool = False
    spares: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for everybody. ``off``: the channels that are switched off, the empty one for all sending.

    ``allowed``: the only recipients outside of production, addresses or domains as ``@example.com``; empty: everybody.
    """

    off: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    caps: tuple[Cap, ...] = ()
    quiet: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What wants to go out. ``latest``: after this it is too late. ``is_asked_for``: a person said send it again."""

    channel: str
    recipient: str
    latest: datetime
    is_marketing: bool = True
    priority: int = 50
    window: Window | None = None
    is_asked_for: bool = False


@dataclass(slots=True)
class Standing:
    """How it stands with the customer, read under the lock of its row.

    ``campaign``: its state. ``agrees``: to hear of the topic. ``sent``: channel and time of the marketing messages of
    late.
    """

    zone: str = "UTC"
    campaign: str = "live"
    is_inside: bool = True
    is_suppressed: bool = False
    agrees: bool = True
    sent: list[tuple[str, datetime]] = field(default_factory=list)


def decide(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict:
    """What the first hindrance says."""
    hindrances = [*_FOR_ALL, *_FOR_MARKETING] if message.is_marketing and tells_customer(message.channel) else _FOR_ALL
    return next(filter(None, (look(message, standing, policy, now) for look in (*hindrances, _hours))), Go())


def tells_customer(channel: str) -> bool:
    """Webhooks tell other systems: consent, caps and quiet hours are not theirs."""
    return channel != "webhook"


def _campaign(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    if standing.campaign == "off" or not (standing.is_inside or message.is_asked_for):
        return Never("ended")
    return Wait(now + _RECHECK, "The campaign is paused.", is_planned=False) if standing.campaign == "paused" else None


def _switch(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    return Wait(now + _RECHECK, "switched_off", is_planned=False) if policy.off & {"", message.channel} else None


def _late(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    return Never("late") if now > message.latest else None


def _recipient(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    if message.channel == "in_app":
        return None
    if not message.recipient:
        return Never("no_address")
    name = message.recipient.casefold()
    if policy.allowed and not policy.allowed & {name, "@" + name.rpartition("@")[2]}:
        return Never("not_allowed")
    return Never("suppressed") if standing.is_suppressed else None


def _consent(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    return None if standing.agrees else Never("no_consent")


def _caps(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    """A message that waits does so until the last of the caps that it meets has room, at an hour that suits it."""
    frees = [(free, cap) for cap in policy.caps if (free := _free_at(cap, message, standing, now)) > now]
    if not frees:
        return None
    if any(cap.drops for _, cap in frees):
        return Never("capped")
    free = max(free for free, _ in frees)
    return Wait(opening(free, policy.quiet, message.window, standing.zone), "capped")


def _quiet(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    if policy.quiet is None or quiet_until(now, *policy.quiet, standing.zone) is None:
        return None
    return Wait(opening(now, policy.quiet, message.window, standing.zone), "quiet_hours")


def _hours(message: Message, standing: Standing, policy: Policy, now: datetime) -> Verdict | None:
    if message.window is None or (opens := within(now, message.window, standing.zone)) == now:
        return None
    return Wait(opens, "Outside of the hours of this step.")


_Look = Callable[[Message, Standing, Policy, datetime], Verdict | None]
_FOR_ALL: tuple[_Look, ...] = (_campaign, _switch, _late, _recipient)
_FOR_MARKETING: tuple[_Look, ...] = (_consent, _caps, _quiet)


def _free_at(cap: Cap, message: Message, standing: Standing, now: datetime) -> datetime:
    """When a cap has room for one more; the past if it has now."""
    times = _latest(at for channel, at in standing.sent if cap.channel in {"", channel})
    if message.priority <= cap.spares or cap.channel not in {"", message.channel} or len(times) < cap.most:
        return now
    fills = times[cap.most - 1]
    if cap.is_calendar:
        return start_of_local_day(local_day(fills, standing.zone) + timedelta(days=cap.days), standing.zone)
    return fills + timedelta(days=cap.days)


def _latest(times: Iterable[datetime]) -> list[datetime]:
    return sorted(times, reverse=True)


def opening(instant: datetime, quiet: tuple[time, time] | None, window: Window | None, zone: str) -> datetime:
    """The first instant from then on that neither quiet hours nor the step's hours forbid, if there soon is one."""
    for _ in range(7):
        found = (quiet and quiet_until(instant, *quiet, zone)) or instant
        if window is not None:
            found = within(found, window, zone)
        if found == instant:
            break
        instant = found
    return instant
