"""The catalogue to be read: every metric with its unit, its window, its source and its other names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .catalogue import GROUPS
from .feeds import EVERY_ACTIVITY, events_of
from .sources import Attribute, Metric, Reported


@dataclass(frozen=True, slots=True)
class Row:
    """A metric as the page and ``docs/metrics.md`` show it."""

    metric: Metric

    @property
    def source(self) -> str:
        if isinstance(self.metric.source, Attribute):
            return "the customer's traits"
        if isinstance(self.metric.source, Reported):
            return "the health scores"
        events = events_of(self.metric)
        if EVERY_ACTIVITY in events:
            return "every activity"
        return ", ".join(sorted(events)) or "the status"

    @property
    def window(self) -> str:
        """Up to which instant it counts."""
        if isinstance(self.metric.source, Attribute | Reported):
            return "now"
        return "complete days" if self.metric.is_collected or self.metric.changes_with_time else "now"


def groups() -> Iterator[tuple[str, list[Row]]]:
    for name, metrics in GROUPS.items():
        yield name, [Row(metric) for metric in metrics]


_HEAD = """# Metrics

Rules can read these and no others. "Complete days" end at midnight UTC: a day counts from the moment it is over. A
comparison with a value that is missing is not met. This page is written by `manage.py document_metrics`; the admin
shows the same under *Metrics*.
"""
_COLUMNS = ("metric", "what", "type", "counts", "from", "also called")


def as_markdown() -> str:
    """The whole catalogue as one page."""
    parts = [_HEAD]
    for name, rows in groups():
        parts.append(
            f"\n## {name}\n\n| metric | what | type | counts | from | also called |\n|---|---|---|---|---|---|\n"
        )
        parts += [_line(row) for row in rows]
    return "".join(parts)


def _line(row: Row) -> str:
    metric = row.metric
    kind = f"{metric.type}, {metric.unit}" if metric.unit else metric.type
    others = ", ".join(f"`{name}`" for name in metric.other_names)
    cells = (f"`{metric.name}`", metric.description, kind, row.window, row.source, others)
    return _cells(cells)


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |\n"
