"""Which events a metric follows from."""

from __future__ import annotations

from .daily import DAYS, MEASURES, SCORES, WINDOWS, window_column
from .facts import FOLDS
from .sources import Collected, Metric

EVERY_ACTIVITY = "every activity"

_FACTS = {column: fold.events for fold in FOLDS for column in (fold.column, fold.at_column) if column}
_COLLECTED = {
    **{window_column(window.name, days): window.events for window in WINDOWS for days in DAYS},
    **{measure.column: measure.events for measure in MEASURES},
    **dict.fromkeys(SCORES, ()),
    "risk_indicator_count": (),
    "milestones_completed": ("module_completed",),
}


def events_of(metric: Metric) -> frozenset[str]:
    """The names of the events that feed a metric; ``EVERY_ACTIVITY`` stands for all. Attributes follow from none."""
    names: set[str] = set()
    for column in metric.columns:
        fed_by = (_COLLECTED if isinstance(column, Collected) else _FACTS)[column.column]
        names.update(fed_by or (EVERY_ACTIVITY,))
    return frozenset(names)
