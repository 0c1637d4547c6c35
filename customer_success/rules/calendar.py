"""When regular meetings with a customer are: cadences, working days, and the clock where the customer is."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lifecycle.rules.calendar import zone_of

BEGINS_AT = time(10)
FIRST_MONTH = 1
MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}
DAYS = {"WEEKLY": 7}
CADENCES = frozenset((*DAYS, *MONTHS))
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The n-th meeting of a cadence, counted from its start; the number stays when the day is moved."""

    cadence: str
    number: int
    day: date


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_occurrence(cadence: str, *, start: date, after: date) -> Occurrence:
    """The first meeting of a cadence that is later than a day. Counted from the start, so that no day drifts."""
    number = max(_number_near(cadence, start, after) - 1, 1)
    while (day := _day(cadence, start, number)) <= after:
        number += 1
    return Occurrence(cadence, number, day)


def due(*, regular: Iterable[str], first_month: str, start: date, today: date) -> list[Occurrence]:
    """The next meeting of each regular cadence, and of the one of the first month while that lasts."""
    found = {cadence: next_occurrence(cadence, start=start, after=today) for cadence in regular if cadence in CADENCES}
    if first_month in CADENCES and first_month not in found:
        early = next_occurrence(first_month, start=start, after=today)
        if early.day < months_after(start, FIRST_MONTH):
            found[first_month] = early
    return list(found.values())


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend. Holidays differ by country; people move those."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > _FRIDAY else day


def working_days_before(day: date, number: int) -> date:
    """``number`` working days earlier."""
    while number:
        day -= timedelta(days=1)
        number -= day.weekday() <= _FRIDAY
    return day


def meeting_on(day: date, zone_name: str) -> datetime:
    """Ten o'clock of a day at the customer's, in UTC. A gap or an overlap of the clock is read as RFC 5545 does."""
    return instant_of(datetime.combine(day, BEGINS_AT), zone_name)


def local(instant: datetime, zone_name: str) -> datetime:
    """An instant on the customer's clock."""
    return instant.astimezone(zone_of(zone_name))


def instant_of(wall: datetime, zone_name: str) -> datetime:
    """What the customer's clock shows, in UTC."""
    return wall.replace(tzinfo=zone_of(zone_name)).astimezone(UTC)


def day_at(instant: datetime, zone_name: str) -> date:
    """The day that an instant belongs to at the customer's."""
    return local(instant, zone_name).date()


def end_of_day(day: date, zone_name: str) -> datetime:
    """The last instant of a day at the customer's, in UTC."""
    return instant_of(datetime.combine(day, time.max), zone_name)


def _day(cadence: str, start: date, number: int) -> date:
    if cadence in DAYS:
        return working_day(start + timedelta(days=DAYS[cadence] * number))
    return working_day(months_after(start, MONTHS[cadence] * number))


def _number_near(cadence: str, start: date, after: date) -> int:
    """At most one more than the number of meetings that have been, so that nothing is counted up from long ago."""
    if cadence in DAYS:
        return (after - start).days // DAYS[cadence]
    return ((after.year - start.year) * 12 + after.month - start.month) // MONTHS[cadence]
