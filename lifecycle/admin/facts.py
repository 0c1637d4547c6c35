"""A customer's facts in groups, each with its unit; what is not known says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lifecycle.metrics.catalogue import ENTERED_TAG, METRICS, Attribute, DaysSince, Metric, SinceEntry
from lifecycle.rules.nodes import Scalar
from lifecycle.templatetags.wording import with_unit

_BUYING = {
    "order_count", "total_spend", "average_order_value", "days_since_order", "first_order_on", "last_order_on",
    "cart_adds", "days_since_cart",
}  # fmt: skip
_PRESENCE = {"days_since_login", "login_count", "days_since_activity", "days_since_first_activity"}
_LEARNING = {
    "lessons_completed", "modules_completed", "assessments_taken", "assessment_avg_score", "final_assessment",
    "curriculum_completion", "community_contribution", "engagement_score",
}  # fmt: skip


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


def depends_on_tag(metric: Metric) -> bool:
    """Whether the value differs between lifecycles, because it looks at the current tag."""
    source = metric.source
    return isinstance(source, SinceEntry) or (isinstance(source, DaysSince) and source.instant == ENTERED_TAG)


# Who the customer is stands at the head of the page; what depends on a tag stands beside the tag.
SHOWN = tuple(one for one in METRICS if not isinstance(one.source, Attribute) and not depends_on_tag(one))


def groups(values: Mapping[str, Scalar | None]) -> tuple[Group, ...]:
    """``SHOWN`` in groups; a metric that no group claims stands under "More"."""
    named: dict[str, list[Fact]] = {"Buying": [], "Presence": [], "Learning": [], "More": []}
    for metric in SHOWN:
        named[_group_of(metric)].append(_fact(metric, values.get(metric.name)))
    return tuple(Group(name, tuple(facts)) for name, facts in named.items() if facts)


def _group_of(metric: Metric) -> str:
    for name, members in (("Buying", _BUYING), ("Presence", _PRESENCE), ("Learning", _LEARNING)):
        if metric.name in members:
            return name
    return "More"


def _fact(metric: Metric, value: Scalar | None) -> Fact:
    label = metric.label[:1].upper() + metric.label[1:]
    unit = "" if metric.label.startswith("days ") else metric.unit
    return Fact(label, with_unit(value, unit), value is not None, metric.description)
