"""When a step is due, where the customer is. Days, clock times and windows are of the customer's zone.

A clock time that a change of the clocks leaves out is read with the offset before it, and of one that comes twice the
first counts (RFC 5545, 3.3.5).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from lifecycle.rules.calendar import zone_of

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
# A window of one weekday opens again within a week, or within two where a zone leaves out that very day.
_DAYS_AHEAD = 16


class Delay(Protocol):
    """Days keep the time of day, minutes and hours are exact; ``at``: only when the clock shows that."""

    @property
    def minutes(self) -> int: ...
    @property
    def hours(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def at(self) -> str | None: ...


class Window(Protocol):
    """From a clock time to another; one that wraps midnight belongs to the day it began on. Monday is 1."""

    @property
    def starts(self) -> str: ...
    @property
    def ends(self) -> str: ...
    @property
    def weekdays(self) -> tuple[int, ...]: ...


def due_after(start: datetime, delay: Delay, zone: str, window: Window | None = None) -> datetime:
    """When a delay that began at an instant is over and its window open; never earlier than the start.

    With ``at`` the days choose the day, and hours and minutes are waited in full: the time of that day, or of the next
    one if it is not reached until then.
    """
    exact = timedelta(hours=delay.hours, minutes=delay.minutes)
    due = _days_later(start, delay.days, zone) + exact
    if delay.at is not None:
        due = _clock_shows(delay.at, due, start + exact, zone)
    return within(due, window, zone) if window else due


def within(instant: datetime, window: Window, zone: str) -> datetime:
    """The instant itself if the window is open then, or else when it opens next."""
    starts, ends = _since_midnight(window.starts), _since_midnight(window.ends)
    today = local_day(instant, zone)
    for days in range(-2, _DAYS_AHEAD):  # what began before a day that was left out may still be open
        day = today + timedelta(days=days)
        if (window.weekdays and day.isoweekday() not in window.weekdays) or not _exists(day, zone):
            continue
        opens, closes = _span(day, starts, ends, zone)
        if instant < closes:
            return max(instant, opens)
    raise ValueError(f"the window {window.starts} to {window.ends} on {window.weekdays} never opens")


def quiet_until(instant: datetime, starts: time, ends: time, zone: str) -> datetime | None:
    """When the quiet hours end in which an instant lies; none if it lies in none. May wrap midnight; empty if equal."""
    if starts == ends:
        return None
    today = local_day(instant, zone)
    for days in (-2, -1, 0):
        begins, closes = _span(today + timedelta(days=days), _length(starts), _length(ends), zone)
        if begins <= instant < closes:
            return closes
    return None


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(zone_of(zone)).date()


def start_of_local_day(day: date, zone: str) -> datetime:
    return _instant(day, timedelta(), zone)


def at_on(day: date, clock: str, zone: str) -> datetime:
    """When the clock shows a time such as 09:00 on a day."""
    return _instant(day, _since_midnight(clock), zone)


def _days_later(start: datetime, days: int, zone: str) -> datetime:
    """The same time of day some days later. None later is the instant itself, also in an hour that comes twice."""
    if not days:
        return start
    return (start.astimezone(zone_of(zone)) + timedelta(days=days)).astimezone(UTC)


def _clock_shows(clock: str, due: datetime, earliest: datetime, zone: str) -> datetime:
    day = local_day(due, zone)
    shown = at_on(day, clock, zone)
    while shown < earliest:
        day += _DAY
        shown = at_on(day, clock, zone)
    return shown


def _span(day: date, starts: timedelta, ends: timedelta, zone: str) -> tuple[datetime, datetime]:
    """From when to when a window of a day is open. One that the clocks leap over is open for a minute at least."""
    if ends <= starts:
        ends += _DAY
    opens = _instant(day, starts, zone)
    return opens, max(_instant(day, ends, zone), opens + _MINUTE)


def _exists(day: date, zone: str) -> bool:
    return local_day(start_of_local_day(day, zone), zone) == day


def _instant(day: date, since_midnight: timedelta, zone: str) -> datetime:
    local = datetime.combine(day, time(), tzinfo=zone_of(zone)) + since_midnight
    return local.astimezone(UTC)


def _since_midnight(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _length(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
