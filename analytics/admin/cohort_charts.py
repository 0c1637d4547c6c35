"""Cohorts as pictures: how they move, and who stays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Any

from analytics.queries.cohorts import MOST_MONTHS, Asking, By, Only, Progress, Retention, progress
from analytics.queries.targets import Target, each_tag, usual_target
from analytics.rules.few import FEWEST
from lifecycle.models import Lifecycle

from .charts import Chart, heatmap
from .cohort_links import customers_of

Cell = tuple[int, int] | None  # how many of how many; a month that is not over is blank
_SMALL = f"Of cohorts with fewer than {FEWEST} customers there are numbers, no shares."
_ALL_SMALL = f"No cohort has {FEWEST} customers or more: the table has their numbers."
_NOBODY = "Nobody with a tag in this lifecycle enrolled in these months."
_LAYOUT = {
    "xaxis": {"type": "category", "side": "top", "showgrid": False, "tickangle": 0},
    "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
}


def progression_chart(lifecycle: Lifecycle, *, owners: Collection[int] | None, now: datetime) -> Chart:
    """Where the customers of each month of enrollment are now."""
    asking, target = Asking(lifecycle, owners, now), usual_target(lifecycle)
    return standing_chart(asking, target, progress(asking)[1] if target else [])


def standing_chart(asking: Asking, target: Target | None, rows: Sequence[Progress]) -> Chart:
    """Where the customers of each cohort are now, in shares of the cohort; a lifecycle without tags has no target."""
    tags = each_tag(asking.lifecycle)
    there = [[tag.now([row]) for tag in tags] for row in rows]
    total = sum(row.customers for row in rows)
    cells = [[(number, row.customers) for number in own] for own, row in zip(there, rows, strict=True)]
    counts = [(tag.name, tag.now(rows)) for tag in tags]
    most, most_there = max(counts, key=lambda one: one[1], default=("", 0))
    return Chart(
        key="standing",
        title="Where each cohort is now",
        summary=f"Most are in {most}: {most_there:,} of {total:,}{_newest(asking, rows)}. "
        f"{_small(row.customers for row in rows)}"
        if total
        else "",
        columns=("Cohort", "Customers", *(tag.name for tag in tags)),
        rows=[(row.cohort.name, row.customers, *own) for own, row in zip(there, rows, strict=True)],
        links=[customers_of(asking, target, row.cohort) for row in rows] if target else [],
        numbers=[
            ["", *(customers_of(asking, tag, row.cohort, only=Only.THERE) if number else ""
                   for tag, number in zip(tags, own, strict=True))]
            for own, row in zip(there, rows, strict=True)
        ],
        traces=_heatmap([_wrapped(tag.name) for tag in tags], _names(rows), cells, "%{x}"),
        layout=_LAYOUT,
        height=_height(rows),
        min_width=_width(tags, 76),
        is_wide=True,
        report="cohort_progress",
        when_empty=_ALL_SMALL if total else _NOBODY,
    )  # fmt: skip


def progress_chart(asking: Asking, target: Target, rows: Sequence[Progress]) -> Chart:
    """The share of each cohort that was where the target is, month by month, and now."""
    return _by_month(
        rows,
        lambda row: [_there(one, target) for one in row.months],
        now=lambda row: _there(row.now, target),
        links=[customers_of(asking, target, row.cohort) for row in rows],
        key="progress",
        title=f"In {target.name}, by month since enrollment",
        summary=_summary_of_progress(rows, target),
        report="cohort_progress",
        when_empty=_NOBODY,
    )


def retention_chart(rows: Sequence[Retention], *, is_rolling: bool, activity: str) -> Chart:
    """The share of each cohort that was active in a month, or then or later. Its customers are those who ever were, so
    that no list of a cohort has them."""
    way = "then or later" if is_rolling else "in that month"
    return _by_month(
        rows,
        lambda row: [(one.rolling if is_rolling else one.classic, one.customers) for one in row.months],
        key="retention",
        title=f"Retention: {activity} {way}, by month since the first",
        summary=_summary_of_retention(rows, is_rolling=is_rolling),
        report="retention_months",
        when_empty=f"No month with {activity} is over yet, of what has been collected.",
    )


def share(part: int, whole: int) -> float | None:
    """In percent; of too few, nothing."""
    return round(100 * part / whole, 1) if whole >= FEWEST else None


def _by_month(
    rows: Sequence[Any],
    parts: Callable[[Any], Sequence[tuple[int, int]]],
    *,
    when_empty: str,
    now: Callable[[Any], tuple[int, int]] | None = None,
    **said: Any,
) -> Chart:
    """A row for each cohort, a column for each month; ``parts``: how many of how many, for the months that are over."""
    months = [str(month) for month in range(max((len(parts(row)) for row in rows), default=0))]
    cells = [[*parts(row), *[None] * (len(months) - len(parts(row))), *([now(row)] if now else [])] for row in rows]
    names = [*months, *(["Now"] if now else [])]
    return Chart(
        columns=("Cohort", "Customers", *(f"Month {one}, %" for one in months), *(["Now, %"] if now else [])),
        rows=[
            (
                row.cohort.name,
                row.customers,
                *(_text(cell) if share_of(cell) is None else share_of(cell) for cell in own),
            )
            for row, own in zip(rows, cells, strict=True)
        ],
        traces=_heatmap(names, _names(rows), cells, "month %{x}"),
        when_empty=_ALL_SMALL if rows and names else when_empty,
        layout=_LAYOUT,
        is_wide=True,
        height=_height(rows),
        min_width=_width(names, 44),
        **said,
    )


def _heatmap(x: Sequence[str], y: Sequence[str], cells: Sequence[Sequence[Cell]], hover: str) -> list[dict[str, Any]]:
    """Shares, the darkest after the first column, which often is all of a cohort or nobody; no picture without any."""
    shares = [[share_of(cell) for cell in row] for row in cells]
    if not any(one is not None for row in shares for one in row):
        return []
    most = max((one for row in shares for one in row[1:] if one is not None), default=100) or 100
    texts = [[_text(cell) for cell in row] for row in cells]
    return heatmap(x, y, shares, texts=texts, hover=hover, most=most)


def share_of(cell: Cell) -> float | None:
    return share(*cell) if cell else None


def _text(cell: Cell) -> str:
    """What stands in a cell: the share; of too few, how many of them; of a month that is not over, nothing."""
    if cell is None:
        return ""
    found = share(*cell)
    return f"{cell[0]} of {cell[1]}" if found is None else f"{found:.0f}%"


def _summary_of_progress(rows: Sequence[Progress], target: Target) -> str:
    total = sum(row.customers for row in rows)
    there = target.now(rows)
    if not total:
        return ""
    large = [(row.cohort.name, found) for row in rows if (found := share(*_there(row.now, target))) is not None]
    most, least = max(large, key=_share, default=None), min(large, key=_share, default=None)
    span = (
        f", from {least[1]:g}% of “{least[0]}” to {most[1]:g}% of “{most[0]}”"
        if most and least and len(large) > 1
        else ""
    )
    return f"In {target.name} now: {there:,} of {total:,}{span}. {_small(row.customers for row in rows)}"


def _summary_of_retention(rows: Sequence[Retention], *, is_rolling: bool) -> str:
    told = []
    for month in (1, 3, 6, 12):
        cells = [row.months[month] for row in rows if len(row.months) > month]
        active = sum(one.rolling if is_rolling else one.classic for one in cells)
        if (found := share(active, sum(one.customers for one in cells))) is not None:
            told.append(f"{found:.1f}% after {month} month{'s' if month > 1 else ''}")
    return f"Active of all cohorts: {', '.join(told)}. {_small(row.customers for row in rows)}" if told else ""


def _there(counts: Any, target: Target) -> tuple[int, int]:
    return sum(counts.get(tag, 0) for tag in target.ids), sum(counts.values())


def _names(rows: Sequence[Any]) -> list[str]:
    return [f"{row.cohort.name} ({row.customers:,})" for row in rows]


def _newest(asking: Asking, rows: Sequence[Progress]) -> str:
    """Who enrolled before is not told of."""
    is_cut = asking.by is By.MONTH and not asking.since and len(rows) == MOST_MONTHS
    return f" who enrolled in the newest {MOST_MONTHS} months" if is_cut else ""


def _small(customers: Iterable[int]) -> str:
    return _SMALL if any(one < FEWEST for one in customers) else ""


def _share(one: tuple[str, float]) -> float:
    return one[1]


def _wrapped(name: str) -> str:
    return "<br>".join(wrap(name.replace(":", ": "), 12))


def _height(rows: Sequence[Any]) -> int:
    return 80 + 30 * max(len(rows), 2)


def _width(columns: Sequence[Any], each: int) -> int:
    return 140 + each * len(columns)
