"""When a customer may be asked for a favour, and how such an activity goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

# Where an activity may go from each status; the others are final.
NEXT: Mapping[str, tuple[str, ...]] = {
    "PENDING": ("REQUESTED", "DECLINED", "CANCELLED"),
    "REQUESTED": ("IN_PROGRESS", "DECLINED", "CANCELLED"),
    "IN_PROGRESS": ("COMPLETED", "DECLINED", "CANCELLED"),
    "COMPLETED": (),
    "DECLINED": (),
    "CANCELLED": (),
}
# Asked, and not yet done with.
OPEN_ASKS = ("REQUESTED", "IN_PROGRESS")
NOT_ASKED_WHILE = ("AT_RISK", "CHURNED")


@dataclass(frozen=True, slots=True)
class AskLimits:
    """At most ``asks`` in ``within_days``, ``open_at_once`` at a time, none for ``days_after_decline``."""

    asks: int
    within_days: int
    open_at_once: int
    days_after_decline: int


@dataclass(frozen=True, slots=True)
class AskHistory:
    """``nth_asked_at``: of the last ``asks`` asks the earliest, if there were as many."""

    nth_asked_at: datetime | None
    open_asks: int
    declined_at: datetime | None
    is_in_red_zone: bool
    status: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a customer is not asked now; ``until`` is ``None`` where no date ends it."""

    reason: str
    until: datetime | None = None


def refusals(limits: AskLimits, history: AskHistory, *, now: datetime) -> Iterator[Refusal]:
    """Everything that speaks against asking a customer now; nothing if it may be asked."""
    again = _after(history.nth_asked_at, limits.within_days)
    if again and again > now:
        often = "once" if limits.asks == 1 else f"{limits.asks} times"
        yield Refusal(
            f"it was asked on {history.nth_asked_at:%-d %b %Y}, and is asked at most {often} in "
            f"{limits.within_days} days",
            again,
        )
    again = _after(history.declined_at, limits.days_after_decline)
    if again and again > now:
        yield Refusal(
            f"it declined on {history.declined_at:%-d %b %Y}, and is left alone for {limits.days_after_decline} days",
            again,
        )
    if history.open_asks >= limits.open_at_once:
        yield Refusal(f"{history.open_asks} asks are open, and at most {limits.open_at_once} may be")
    if history.is_in_red_zone:
        yield Refusal("its health is in the red zone")
    if history.status in NOT_ASKED_WHILE:
        yield Refusal(f"its status is {history.status}")


def allowed_from(found: tuple[Refusal, ...]) -> datetime | None:
    """The first instant at which nothing would speak against it; ``None`` if no date is known."""
    dates = [one.until for one in found if one.until is not None]
    return max(dates) if found and len(dates) == len(found) else None


def refusal_sentence(customer: str, found: tuple[Refusal, ...]) -> str:
    again = allowed_from(found)
    when = f"It may be asked from {again:%-d %b %Y, %H:%M} UTC on." if again else "It may be asked once that is over."
    return f"{customer} cannot be asked now: {'; '.join(one.reason for one in found)}. {when}"


def move_problem(old: str, new: str) -> str | None:
    """A sentence if an activity cannot go from one status to another."""
    if new in NEXT[old]:
        return None
    if not NEXT[old]:
        return f"The activity is {old}, which is final; it cannot become {new}."
    *others, last = NEXT[old]
    return f"The activity is {old}; it can become {', '.join(others)} or {last}, not {new}."


def _after(instant: datetime | None, days: int) -> datetime | None:
    return instant + timedelta(days=days) if instant else None
