"""Figures by day, drawn: a day of which a report says nothing is a day of zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from analytics.rules.periods import Period

from .charts import lines

_MOST_TICKS = 8
_DAY = 86_400_000  # milliseconds, as Plotly counts


def drawn(
    rows: Iterable[Any], period: Period, names: Mapping[str, str], colours: Sequence[str]
) -> list[dict[str, Any]]:
    """A line for each column in ``names``, which says what it is called; nothing where there are no rows."""
    known = {row.day: row for row in rows}
    days = [period.start + timedelta(days=number) for number in range(period.days)]
    named = {label: [getattr(known.get(day), name, 0) for day in days] for name, label in names.items()}
    traces = lines(days, named, colours) if known else []
    return [{**one, "mode": "lines+markers", "marker": {"size": 5}} for one in traces] if len(days) < 8 else traces


def axes(period: Period) -> dict[str, Any]:
    """A mark for whole days only."""
    return {
        "xaxis": {"tickformat": "%-d %b", "dtick": -(-period.days // _MOST_TICKS) * _DAY},
        "yaxis": {"rangemode": "tozero"},
    }
