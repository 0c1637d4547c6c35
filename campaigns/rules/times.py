"""The days on which a date or a schedule is due, where customers are."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .schedule import at_on, local_day

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """``named``: the date itself, or the period of a schedule."""

    zone: str
    named: str
    at: datetime


def dates_due(since: datetime, now: datetime, *, days: int, clock: str, zone: str) -> Iterator[Due]:
    """The dates of customers in a zone for which so many days before or after came after ``since``, until ``now``."""
    for day, at in _days(since, now, clock, zone):
        if date.min + timedelta(days=max(days, 0)) <= day:
            yield Due(zone, (day - timedelta(days=days)).isoformat(), at)


def periods_due(since: datetime, now: datetime, *, every: str, on: int, clock: str, zone: str) -> Iterator[Due]:
    """The periods of a schedule that came after ``since``, until ``now``: 2026-03-02, 2026-W10 or 2026-03."""
    for day, at in _days(since, now, clock, zone):
        if every == "day":
            yield Due(zone, day.isoformat(), at)
        elif every == "week" and day.isoweekday() == on:
            year, week, _ = day.isocalendar()
            yield Due(zone, f"{year}-W{week:02}", at)
        elif every == "month" and day.day == min(on, monthrange(day.year, day.month)[1]):
            yield Due(zone, f"{day:%Y-%m}", at)


def _days(since: datetime, now: datetime, clock: str, zone: str) -> Iterator[tuple[date, datetime]]:
    """The days whose clock shows a time between two instants; the first instant is not among them, the last is."""
    day, last = local_day(since, zone), local_day(now, zone)
    while day <= last:
        at = at_on(day, clock, zone)
        if since < at <= now:
            yield day, at
        day += _DAY
