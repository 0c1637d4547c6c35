"""The closed list of metrics that rules can read: name, type, unit, source, other names.

Facts hold instants and sums, never ages. A metric says how its value follows from them;
``lifecycle.sql.metrics`` turns each kind of source into SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lifecycle.rules.traits import PRODUCT_TAGS, PRODUCTS

MetricKind = Literal["number", "text", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of a column of ``CustomerFacts``."""

    column: str


@dataclass(frozen=True, slots=True)
class Mean:
    """``total / count`` of two columns of ``CustomerFacts``, to two decimals; missing when the count is 0."""

    total: str
    count: str


@dataclass(frozen=True, slots=True)
class DaysSince:
    """Complete days since the day of an instant: 0 until the end of that day, 1 at the end of the next.

    "Idle for N days" therefore becomes true at the end of day N, after that day's events.
    """

    instant: str


@dataclass(frozen=True, slots=True)
class DayOf:
    """The UTC day of an instant."""

    instant: str


@dataclass(frozen=True, slots=True)
class SinceEntry:
    """True if the instant lies after what had been seen when the customer entered the current tag.

    Missing when the thing never happened. One order therefore never triggers two moves.
    """

    instant: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of the customer. ``codes`` maps the words that rules use to the stored codes."""

    field: str
    codes: Mapping[str, str] | None = None


Source = Fact | Mean | DaysSince | DayOf | SinceEntry | Attribute


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    type: MetricKind
    unit: str
    source: Source
    label: str
    description: str
    other_names: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """The only words a text metric can take, where the list is closed."""
        codes = self.source.codes if isinstance(self.source, Attribute) else None
        return tuple(codes) if codes else ()

    @property
    def changes_with_time(self) -> bool:
        """Whether the value changes by waiting, with no new data."""
        return isinstance(self.source, DaysSince)

    @property
    def depends_on_tag(self) -> bool:
        """Whether the value differs between lifecycles, because it looks at the current tag."""
        source = self.source
        return isinstance(source, SinceEntry) or (isinstance(source, DaysSince) and source.instant == ENTERED_TAG)


# The one instant that does not come from CustomerFacts: when the customer entered the current tag.
ENTERED_TAG = "entered_tag_at"

_CODE_BY_PRODUCT = MappingProxyType({name: code for code, name in PRODUCT_TAGS.items()})
_CODE_BY_CODE = MappingProxyType({code: code for code in PRODUCT_TAGS})


def _count(name: str, label: str, description: str, *other_names: str) -> Metric:
    return Metric(name, "number", "", Fact(name), label, description, other_names)


def _percent(name: str, label: str, description: str, *other_names: str) -> Metric:
    return Metric(name, "number", "%", Fact(name), label, description, other_names)


def _days(name: str, instant: str, label: str, description: str, *other_names: str) -> Metric:
    return Metric(name, "number", "days", DaysSince(instant), label, description, other_names)


# By what they speak of; a metric stands in one group.
GROUPS: Mapping[str, tuple[Metric, ...]] = MappingProxyType({
    "Buying": (
        _count("order_count", "number of orders", "Paid orders in all; several payments of one order count once."),
        Metric(
            "total_spend", "number", "", Fact("total_spend"), "total spend",
            "Sum of the amounts of all paid orders, in the shop's currency.", ("ltv_value", "ltv_score", "ltv"),
        ),
        Metric(
            "average_order_value", "number", "", Mean("total_spend", "order_count"), "average order value",
            "Total spend divided by the number of orders; missing before the first order.",
        ),
        _days("days_since_order", "last_order_at", "days since the last order", "Complete days since the last paid order; missing before the first.",
              "days_since_last_order"),
        Metric(
            "first_order_on", "date", "", DayOf("first_order_at"), "day of the first order", "UTC day of the earliest paid order.",
        ),
        Metric(
            "last_order_on", "date", "", DayOf("last_order_at"), "day of the last order", "UTC day of the latest paid order.",
            ("last_order_date",),
        ),
        Metric(
            "has_ordered_since_entry", "boolean", "", SinceEntry("last_order_at"), "has ordered since entering the tag",
            "A paid order happened after the customer entered the current tag; missing before the first order.",
        ),
        _count("cart_adds", "additions to the cart", "How often something was put into the cart."),
        _days("days_since_cart", "last_cart_at", "days since the last addition to the cart",
              "Complete days since something was last put into the cart; missing if never."),
    ),
    "Presence": (
        _days("days_since_login", "last_login_at", "days since the last login",
              "Complete days since the last login; missing before the first.", "days_since_last_login"),
        _count("login_count", "number of logins", "Logins in all."),
        _days("days_since_activity", "last_event_at", "days since the last activity",
              "Complete days since the last event of any kind but identify; missing if there was none.", "days_since_last_activity"),
        _days("days_since_first_activity", "first_event_at", "days since the first activity",
              "Complete days since the earliest event.", "days_since_enrollment"),
        Metric(
            "has_been_active_since_entry", "boolean", "", SinceEntry("last_event_at"), "has been active since entering the tag",
            "Any event but identify happened after the customer entered the current tag; missing if there never was one.",
        ),
        _days("days_in_tag", ENTERED_TAG, "days in the current tag",
              "Complete days since the customer entered the current tag; counted from the first activity for the first tag."),
    ),
    "Learning": (
        _count("lessons_completed", "lessons completed", "Lessons completed in all."),
        _count("modules_completed", "modules completed", "Modules completed in all.", "completed_modules"),
        _count("assessments_taken", "assessments taken", "Assessments taken in all."),
        Metric(
            "assessment_avg_score", "number", "%", Mean("assessment_score_sum", "assessments_taken"), "mean assessment score",
            "Mean score of all assessments; missing before the first.", ("assessment_score_avg", "assessment_average_score"),
        ),
        _percent("final_assessment", "final assessment score", "Best final assessment; missing before the first.", "final_assessment_score"),
        _percent("curriculum_completion", "curriculum completion", "Share of the curriculum completed, as last reported at its highest; missing until reported.",
                 "curriculum_completion_rate"),
        _count("community_contribution", "community contribution points", "Points for contributions to the community, in all.", "community_contribution_score"),
        Metric(
            "engagement_score", "number", "", Fact("engagement_score"), "engagement score",
            "The latest engagement score, 0 to 100; missing until one was given.",
        ),
    ),
    "Customer": (
        Metric(
            "customer_tier", "text", "", Attribute("product_tag", _CODE_BY_PRODUCT), "product",
            "The name of the customer's product tag: Pro, Enterprise or Freemium.",
        ),
        Metric(
            "product_tag", "text", "", Attribute("product_tag", _CODE_BY_CODE), "product tag", f"{PRODUCTS}.",
        ),
        Metric("plan", "text", "", Attribute("plan"), "plan", "The plan the customer subscribes to, as the identify events name it."),
        Metric("service_tier", "text", "", Attribute("tier"), "service tier", "The customer's service level.", ("tier",)),
        Metric("email", "text", "", Attribute("email"), "email address", "The customer's email address."),
    ),
})  # fmt: skip
METRICS: tuple[Metric, ...] = tuple(metric for group in GROUPS.values() for metric in group)


def _by_name(metrics: Iterable[Metric]) -> Mapping[str, Metric]:
    names: dict[str, Metric] = {}
    for metric in metrics:
        for name in (metric.name, *metric.other_names):
            if name in names:
                raise ValueError(f"two metrics are called {name}")
            names[name] = metric
    return MappingProxyType(names)


# Every accepted name, other names included.
CATALOGUE: Mapping[str, Metric] = _by_name(METRICS)
