"""A plan drawn on a time axis: where bars, ticks, today and dependencies stand, in percent of the width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MOST_TICKS = 8
MARGIN = timedelta(days=31)  # what is farther from the plan stands at the edge


@dataclass(frozen=True, slots=True)
class Point:
    """A milestone as it is drawn. ``depends_on``: ids of others."""

    id: int
    title: str
    due_date: date
    status: str
    progress: int = 0
    depends_on: tuple[int, ...] = ()

    @property
    def status_shown(self) -> str:
        return self.status.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Row:
    """A bar from where the milestone can begin to its due date."""

    point: Point
    left: float
    width: float

    @property
    def look(self) -> str:
        return self.point.status.lower()


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """``links``: corner points of a line for each dependency, a row being 10 high."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    links: tuple[str, ...]
    today_at: float | None

    @property
    def height(self) -> int:
        return 10 * len(self.rows)


def draw(points: Sequence[Point], *, starts_on: date, ends_on: date, today: date) -> Timeline:
    """Milestones by due date. One can begin when the last that it depends on is due, or with the plan."""
    points = sorted(points, key=lambda point: (point.due_date, point.id))
    first = max(min((starts_on, *(point.due_date for point in points))), starts_on - MARGIN)
    last = min(max((ends_on, *(point.due_date for point in points))), ends_on + MARGIN)
    days = max((last - first).days, 1)

    def at(day: date) -> float:
        return round(100 * (min(max(day, first), last) - first).days / days, 2)

    due = {point.id: point.due_date for point in points}
    rows = []
    for point in points:
        begins = min(max((due[one] for one in point.depends_on if one in due), default=starts_on), point.due_date)
        rows.append(Row(point, at(begins), round(at(point.due_date) - at(begins), 2)))
    ticks = tuple(Tick(at(day), label) for day, label in _ticks(first, last))
    return Timeline(tuple(rows), ticks, tuple(_links(rows)), at(today) if first <= today <= last else None)


def _links(rows: Sequence[Row]) -> Iterator[str]:
    place = {row.point.id: (number, row) for number, row in enumerate(rows)}
    for number, row in enumerate(rows):
        for one in row.point.depends_on:
            if one in place:
                above, before = place[one]
                end = round(before.left + before.width, 2)
                yield f"{end},{10 * above + 5} {end},{10 * number + 5} {row.left},{10 * number + 5}"


def _ticks(first: date, last: date) -> Iterator[tuple[date, str]]:
    """Mondays within some weeks, else first days of months, at most ``MOST_TICKS``."""
    days = (last - first).days
    if days <= 7 * MOST_TICKS:
        day = first + timedelta(days=-first.weekday() % 7)
        while day <= last:
            yield day, f"{day.day} {day:%b}"
            day += timedelta(days=7)
        return
    step = -(-days // (30 * MOST_TICKS))
    month = first.year * 12 + first.month  # counted from 0, so this is the month after the first
    while (day := date(month // 12, month % 12 + 1, 1)) <= last:
        yield day, f"{day:%b %Y}" if day.month <= step else f"{day:%b}"
        month += step
