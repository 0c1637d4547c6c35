"""Days and their ends, in UTC; zones of customers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .traits import is_zone

_TICK = timedelta(microseconds=1)


def end_of(day: date) -> datetime:
    """The last instant of a day; what happens on the day has happened by then."""
    return datetime.combine(day, time.max, tzinfo=UTC)


def last_complete_day(instant: datetime) -> date:
    """The latest day that has ended at ``instant``: the day itself at its very end, else the day before."""
    return (instant.astimezone(UTC) + _TICK).date() - timedelta(days=1)


def start_of(day: date, *, offset: int = 0) -> datetime:
    """The first instant of the day ``offset`` days after ``day``, held within the years 1 to 9999."""
    ordinal = min(max(day.toordinal() + offset, date.min.toordinal()), date.max.toordinal())
    return datetime.combine(date.fromordinal(ordinal), time.min, tzinfo=UTC)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC where the name is none."""
    return ZoneInfo(name if is_zone(name) else "UTC")
