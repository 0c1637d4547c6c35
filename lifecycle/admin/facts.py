"""A customer's facts in groups, each with its unit; what is not known says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lifecycle.metrics.catalogue import GROUPS, METRICS
from lifecycle.metrics.sources import Attribute, Metric
from lifecycle.rules.nodes import Scalar
from lifecycle.templatetags.wording import with_unit


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    is_known: bool
    help: str


@dataclass(frozen=True, slots=True)
class Group:
    """``has_news``: something in it is known and not zero."""

    name: str
    facts: tuple[Fact, ...]

    @property
    def has_news(self) -> bool:
        return any(fact.is_known and fact.value not in ("0", "0%", "no") for fact in self.facts)


def _is_shown(metric: Metric) -> bool:
    """Who the customer is stands at the head of the page; what depends on a tag stands beside the tag."""
    return not isinstance(metric.source, Attribute) and not metric.depends_on_tag


SHOWN = tuple(metric for metric in METRICS if _is_shown(metric))


def groups(values: Mapping[str, Scalar | None]) -> tuple[Group, ...]:
    """``SHOWN`` in the catalogue's groups."""
    named = ((name, tuple(metric for metric in metrics if metric in SHOWN)) for name, metrics in GROUPS.items())
    return tuple(
        Group(name, tuple(_fact(metric, values.get(metric.name)) for metric in shown)) for name, shown in named if shown
    )


def _fact(metric: Metric, value: Scalar | None) -> Fact:
    label = metric.label[:1].upper() + metric.label[1:]
    unit = "" if metric.label.startswith("days ") else metric.unit
    return Fact(label, with_unit(value, unit), value is not None, metric.description)
