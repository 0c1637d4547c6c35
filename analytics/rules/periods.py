"""A range of days, both counted, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

MOST_DAYS = 366
USUAL_DAYS = 30
PRESETS = (7, USUAL_DAYS, 90)  # how many days pages link to


@dataclass(frozen=True, slots=True)
class Period:
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def since(self) -> datetime:
        """Its first instant."""
        return datetime.combine(self.start, time.min, UTC)

    @property
    def until(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.end + timedelta(days=1), time.min, UTC)

    @property
    def before(self) -> Period:
        """As many days, ending the day before."""
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))


def last_days(number: int, *, today: date) -> Period:
    """So many days, the last of them today."""
    return Period(today - timedelta(days=number - 1), today)


def presets(today: date) -> list[Period]:
    """The ranges that pages link to."""
    return [last_days(number, today=today) for number in PRESETS]


def usual_period(today: date) -> Period:
    """What is looked at where nobody says otherwise."""
    return last_days(USUAL_DAYS, today=today)


def what_is_wrong(start: date, end: date, *, today: date) -> str | None:
    """Why two days are no range to look at, as a sentence."""
    if start > end:
        return f"The range ends on {end}, before it starts on {start}."
    if end > today:
        return f"The range ends on {end}, which is after today, {today} (UTC)."
    if (end - start).days >= MOST_DAYS:
        return f"The range has {(end - start).days + 1:,} days; it may have {MOST_DAYS}."
    if (start - date.min).days <= MOST_DAYS:
        return f"The range starts on {start}; nothing is known of that time."
    return None
