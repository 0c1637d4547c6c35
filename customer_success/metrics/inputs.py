"""The closed list of inputs of scorecards: metrics of the lifecycle catalogue, and what success profiles say.

``customer_success.sql.inputs`` turns each kind of source into SQL. What is calculated is rounded to two decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lifecycle.metrics.catalogue import GROUPS
from lifecycle.metrics.sources import Metric, Reported

PROFILE = "account__profile__"
ACCOUNT = "account__"
JUDGEMENTS = ("excellent", "good", "fair", "poor")


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the customer, by its path."""

    path: str


@dataclass(frozen=True, slots=True)
class Percent:
    """One field per hundred of another; missing where that is 0."""

    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class DaysUntil:
    """From today to a day; below 0 when it is past."""

    day: str


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """From a day to another."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class ValueProgress:
    """The mean way from baseline to target of the value metrics, in percent, each from 0 to 100."""


Source = Metric | Column | Percent | DaysUntil | DaysBetween | ValueProgress


@dataclass(frozen=True, slots=True)
class Input:
    """``type``: a number gets its points by steps or as it is, a text by words."""

    name: str
    type: Literal["number", "text"]
    unit: str
    label: str
    description: str
    source: Source
    choices: tuple[str, ...] = ()

    @property
    def is_of_profile(self) -> bool:
        """Whether only accounts have it."""
        return not isinstance(self.source, Metric)


def _of_metric(metric: Metric) -> Input:
    """Of a yes or no, 1 or 0."""
    kind: Literal["number", "text"] = "text" if metric.type == "text" else "number"
    return Input(metric.name, kind, metric.unit, metric.label, metric.description, metric, metric.choices)


def _can_be_scored(metric: Metric) -> bool:
    """Not what health is told as, and nothing that only identifies."""
    is_own = isinstance(metric.source, Reported)
    return not (is_own or metric.depends_on_tag or metric.type == "date" or metric.name == "email")


def _number(name: str, unit: str, label: str, description: str, source: Source | None = None) -> Input:
    return Input(name, "number", unit, label, description, source or Column(f"{PROFILE}{name}"))


def _judgement(name: str, label: str, best: str, worst: str) -> Input:
    description = f"The success manager's judgement, from excellent ({best}) to poor ({worst})."
    return Input(name, "text", "", label, description, Column(f"{PROFILE}{name}"), JUDGEMENTS)


def _percent(name: str, label: str, description: str, part: str, whole: str) -> Input:
    return _number(name, "%", label, description, Percent(f"{PROFILE}{part}", whole))


def _status(name: str, label: str, *choices: str) -> Input:
    return Input(name, "text", "", label, f"{label} as the success profile says.", Column(f"{PROFILE}{name}"), choices)


# By what they speak of.
_PROFILE: Mapping[str, tuple[Input, ...]] = {
    "Account: use": (
        _percent("active_user_rate", "Active users", "Active users of the last 30 days per licensed user.",
                 "active_users", f"{PROFILE}licensed_users"),
        _percent("feature_adoption", "Feature adoption", "Features used per feature available.",
                 "features_used", f"{PROFILE}features_available"),
        _percent("plan_usage_rate", "Plan usage", "How much of what the plan includes is used.",
                 "plan_usage", f"{PROFILE}plan_limit"),
        _percent("user_training_rate", "Users trained", "Users trained per licensed user.",
                 "users_trained", f"{PROFILE}licensed_users"),
        _number("training_completion", "%", "Training completion", "Share of the planned training that is done."),
        _number("active_users", "", "Number of active users", "Licensed users active in the last 30 days."),
        _number("business_units", "", "Business units", "Units of the customer that use the product."),
        _status("onboarding_status", "Onboarding",
                "NOT_STARTED", "IN_PROGRESS", "COMPLETED", "ON_HOLD", "CANCELLED"),
        _status("integration_status", "Integration", "NOT_STARTED", "IN_PROGRESS", "COMPLETED", "FAILED"),
        _status("data_migration_status", "Data migration", "NOT_STARTED", "IN_PROGRESS", "COMPLETED", "FAILED"),
    ),
    "Account: value": (
        _number("time_to_value_days", "days", "Time to value",
                "Days from the start of onboarding to the first value.",
                DaysBetween(f"{PROFILE}onboarding_started_on", f"{PROFILE}first_value_on")),
        _number("roi", "%", "ROI", "Measured return in percent of the subscription's cost."),
        _number("use_cases", "", "Use cases", "Use cases in production."),
        _number("goal_attainment", "%", "Goal attainment",
                "Share of the agreed goals that is reached, as told; what value metrics come to is KPI achievement."),
        _number("kpi_achievement", "%", "KPI achievement",
                "Mean way of the value metrics from baseline to target, each from 0 to 100.", ValueProgress()),
    ),
    "Account: satisfaction": (
        _number("nps_score", "", "NPS answer", "The latest answer, 0 to 10."),
        _number("csat_score", "", "CSAT rating", "The latest rating, 1 to 5."),
        _number("ces_score", "", "CES answer", "The latest answer, 1 to 7; 7 is effortless."),
        _number("complaints", "", "Complaints", "Complaints in the last 90 days."),
    ),
    "Account: money": (
        _number("payments_on_time", "%", "Payments on time", "Share of the invoices that were paid on time."),
        _number("contract_compliance", "%", "Contract compliance", "How far the contract is kept."),
        _number("annual_revenue", "", "Annual revenue", "Per year, by contract.", Column(f"{ACCOUNT}annual_revenue")),
        _number("expansion_rate", "%", "Expansion", "Revenue gained since the contract started per annual revenue.",
                Percent(f"{PROFILE}expansion_revenue", f"{ACCOUNT}annual_revenue")),
        _number("expansion_probability", "%", "Expansion probability", "That the customer expands within a year."),
        _number("days_until_renewal", "days", "Days until renewal", "From today; below 0 when it is past.",
                DaysUntil(f"{ACCOUNT}renewal_date")),
        Input("churn_risk", "text", "", "Churn risk", "As judged for the account.", Column(f"{ACCOUNT}churn_risk"),
              ("LOW", "MEDIUM", "HIGH", "CRITICAL")),
    ),
    "Account: judgement": (
        _judgement("renewal_intent", "Renewal intent", "will renew", "will leave"),
        _judgement("support_interaction", "Support interaction", "feature requests, betas", "does not answer"),
        _judgement("product_feedback", "Product feedback", "detailed suggestions", "none"),
        _judgement("integration_health", "Integration health", "all planned ones work well", "they block usage"),
        _judgement("performance", "Performance", "always as expected", "lasting problems"),
        _judgement("security_compliance", "Security compliance", "fully compliant", "significant issues"),
        _judgement("upgrade_readiness", "Upgrade readiness", "plans an upgrade", "not interested"),
        _judgement("account_expansion", "Account expansion", "several units want more", "limited potential"),
    ),
}  # fmt: skip

INPUT_GROUPS: Mapping[str, tuple[Input, ...]] = MappingProxyType(
    {
        **_PROFILE,
        **{
            name: found
            for name, metrics in GROUPS.items()
            if (found := tuple(_of_metric(metric) for metric in metrics if _can_be_scored(metric)))
        },
    }
)


def _by_name(inputs: Iterable[Input]) -> Mapping[str, Input]:
    found: dict[str, Input] = {}
    for one in inputs:
        if one.name in found:
            raise ValueError(f"two inputs are called {one.name}")
        found[one.name] = one
    return MappingProxyType(found)


INPUTS: Mapping[str, Input] = _by_name(one for group in INPUT_GROUPS.values() for one in group)
