"""Every metric that rules can read, from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lifecycle.metrics.catalogue import GROUPS
from lifecycle.metrics.feeds import EVERY_ACTIVITY, events_of
from lifecycle.metrics.sources import Attribute, Metric


@dataclass(frozen=True, slots=True)
class Row:
    """A metric as the page and ``docs/metrics.md`` show it."""

    metric: Metric

    @property
    def source(self) -> str:
        if isinstance(self.metric.source, Attribute):
            return "the customer's traits"
        events = events_of(self.metric)
        if EVERY_ACTIVITY in events:
            return "every activity"
        return ", ".join(sorted(events)) or "the status"

    @property
    def window(self) -> str:
        """Up to which instant it counts."""
        if isinstance(self.metric.source, Attribute):
            return "now"
        return "complete days" if self.metric.is_collected or self.metric.changes_with_time else "now"


def groups() -> Iterator[tuple[str, list[Row]]]:
    for name, metrics in GROUPS.items():
        yield name, [Row(metric) for metric in metrics]
