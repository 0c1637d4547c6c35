"""A customer's facts in groups, each with its unit; what is not known says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lifecycle.metrics.catalogue import GROUPS, METRICS
from lifecycle.metrics.daily import DAYS, WINDOWS, Window, window_column
from lifecycle.metrics.sources import Attribute, Metric
from lifecycle.rules.explain import shown_value
from lifecycle.rules.nodes import Scalar
from lifecycle.templatetags.wording import with_unit


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    is_known: bool
    help: str


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A sum over each window of days."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """``has_news``: something in it is known and not zero."""

    name: str
    facts: tuple[Fact, ...]
    windows: tuple[WindowRow, ...]

    @property
    def has_news(self) -> bool:
        shown = [fact.value for fact in self.facts if fact.is_known]
        shown += [value for row in self.windows for value in row.values]
        return any(value not in {"0", "0%", "no", UNKNOWN} for value in shown)


def _is_shown(metric: Metric) -> bool:
    """Who the customer is stands at the head of the page; what depends on a tag stands beside the tag."""
    return not isinstance(metric.source, Attribute) and not metric.depends_on_tag


UNKNOWN = shown_value(None)
IN_ROWS = frozenset(window_column(window.name, days) for window in WINDOWS for days in DAYS)
SHOWN = tuple(metric for metric in METRICS if _is_shown(metric))


def groups(values: Mapping[str, Scalar | None]) -> tuple[Group, ...]:
    """``SHOWN`` in the catalogue's groups, the windows of one thing in a row."""
    found = []
    for name, metrics in GROUPS.items():
        shown = [metric for metric in metrics if metric in SHOWN]
        rows = tuple(_row(window, values) for window in WINDOWS if _columns(window)[0] in {one.name for one in shown})
        facts = tuple(_fact(metric, values.get(metric.name)) for metric in shown if metric.name not in IN_ROWS)
        if facts or rows:
            found.append(Group(name, facts, rows))
    return tuple(found)


def _columns(window: Window) -> list[str]:
    return [window_column(window.name, days) for days in DAYS]


def _row(window: Window, values: Mapping[str, Scalar | None]) -> WindowRow:
    label = window.label[:1].upper() + window.label[1:]
    return WindowRow(label, tuple(shown_value(values.get(column)) for column in _columns(window)))


def _fact(metric: Metric, value: Scalar | None) -> Fact:
    label = metric.label[:1].upper() + metric.label[1:]
    unit = "" if metric.label.startswith("days ") else metric.unit
    return Fact(label, with_unit(value, unit), value is not None, metric.description)
