"""What is known of one customer, where it stands, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from lifecycle.metrics.catalogue import CATALOGUE, METRICS
from lifecycle.metrics.sources import Metric, SinceEntry
from lifecycle.models import (
    Customer,
    CustomerStatus,
    Lifecycle,
    MilestoneProgress,
    MilestoneStatus,
    Pin,
    Recommendation,
    RuleState,
    StatusTag,
    Synergy,
    Transition,
    TransitionRule,
)
from lifecycle.rules.confidence import confidence
from lifecycle.rules.evaluate import holds
from lifecycle.rules.explain import Line, lines, sentence
from lifecycle.rules.milestones import MILESTONES
from lifecycle.rules.nodes import Node, Scalar, metrics_of
from lifecycle.sql.decision import trees_of
from lifecycle.sql.metrics import value_of

from .at import first_at, rows_at
from .by_hand import targets_by_hand
from .lists import published_rules, recommendation_waiting, transitions_of

MOST_MOVES = 100


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How one rule stands for one customer: whether it holds, and every condition with its value."""

    rule: TransitionRule
    holds: bool
    lines: tuple[Line, ...]

    @property
    def confidence(self) -> Decimal:
        """How far the rule is trusted to act alone."""
        trust = getattr(self.rule, "trust", None)
        if trust is None:
            return confidence(good=0, bad=0)
        return confidence(good=trust.approved, bad=trust.rejected + trust.reverted + trust.rolled_back)


@dataclass(frozen=True, slots=True)
class Milestone:
    """Specification of the status tags, ``MilestoneProgress``."""

    week: int
    module_name: str
    completion_status: MilestoneStatus
    score: Decimal | None
    completion_date: datetime | None

    @property
    def status_shown(self) -> str:
        return str(self.completion_status.label)


@dataclass(frozen=True, slots=True)
class FactsNow:
    """Every metric of a customer: those that are the same in all lifecycles, and by lifecycle id the others."""

    everywhere: dict[str, Scalar | None]
    in_lifecycle: dict[int, dict[str, Scalar | None]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands in a lifecycle, how it came there, and the rules that may move it on."""

    customer: Customer
    lifecycle: Lifecycle
    status: CustomerStatus | None
    history: tuple[Transition, ...]
    rules: tuple[RuleStanding, ...]
    waiting: Recommendation | None
    pin: Pin | None
    synergy: Synergy | None
    by_hand: tuple[str, ...]

    @property
    def next_tags(self) -> list[str]:
        """The tags that rules in force lead to from here, each once, by priority."""
        return list(dict.fromkeys(standing.rule.to_tag.code for standing in self.rules))


def metric_values(
    customer: Customer, lifecycle: Lifecycle, *, as_of: datetime, names: Iterable[str] | None = None
) -> dict[str, Scalar | None]:
    """The values of metrics for one customer in one lifecycle at an instant; all of the catalogue by default."""
    metrics = [CATALOGUE[name] for name in names] if names is not None else list(METRICS)
    if not metrics:
        return {}
    values = {f"m{index}": value_of(metric) for index, metric in enumerate(metrics)}
    statuses = (
        CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).annotate(**values).values_list(*values)
    )
    row = first_at(statuses.order_by(), as_of, "{}")
    if row is None:
        return {metric.name: None for metric in metrics}
    return {metric.name: _trimmed(value) for metric, value in zip(metrics, row, strict=True)}


def facts_of(customer: Customer, *, as_of: datetime) -> FactsNow:
    """Every metric of the catalogue for one customer in all its lifecycles at an instant; one statement."""
    values = {f"m{index}": value_of(metric) for index, metric in enumerate(METRICS)}
    statuses = CustomerStatus.objects.filter(customer=customer).annotate(**values).values_list("lifecycle_id", *values)
    facts = FactsNow({}, {})
    for lifecycle_id, *row in rows_at(statuses.order_by("lifecycle_id"), as_of, "{}"):
        named_values = {metric.name: _trimmed(value) for metric, value in zip(METRICS, row, strict=True)}
        own = {metric.name for metric in METRICS if metric.depends_on_tag}
        facts.everywhere.update({name: value for name, value in named_values.items() if name not in own})
        facts.in_lifecycle[lifecycle_id] = {name: value for name, value in named_values.items() if name in own}
    return facts


def standing_of(customer: Customer, lifecycle: Lifecycle, *, as_of: datetime) -> Standing:
    """Where a customer stands in a lifecycle, with its latest moves."""
    statuses = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).select_related("tag")
    status = statuses.first()
    return Standing(
        customer=customer,
        lifecycle=lifecycle,
        status=status,
        history=tuple(transitions_of(customer).filter(lifecycle=lifecycle)[:MOST_MOVES]),
        rules=standings(customer, lifecycle, as_of=as_of),
        waiting=recommendation_waiting(customer, lifecycle),
        pin=pin_of(customer, lifecycle, as_of=as_of),
        synergy=synergy_of(customer, status.tag if status else None),
        by_hand=tuple(targets_by_hand(lifecycle, status.tag if status else None).values_list("code", flat=True)),
    )


def milestones(customer: Customer) -> tuple[Milestone, ...]:
    """The six weeks of the curriculum; empty for a customer that has not begun."""
    begun = {row.week: row for row in MilestoneProgress.objects.filter(customer=customer)}
    return tuple(_milestone(week, name, begun.get(week)) for week, name in MILESTONES.items()) if begun else ()


def _milestone(week: int, name: str, row: MilestoneProgress | None) -> Milestone:
    if row is None:
        return Milestone(week, name, MilestoneStatus.NOT_STARTED, None, None)
    return Milestone(week, name, MilestoneStatus(row.completion_status), row.score, row.completed_at)


def pin_of(customer: Customer, lifecycle: Lifecycle, *, as_of: datetime) -> Pin | None:
    """The pin that holds a customer in its tag at an instant."""
    pins = Pin.objects.filter(customer=customer, lifecycle=lifecycle, released_at=None)
    return pins.filter(Q(until=None) | Q(until__gt=as_of)).select_related("pinned_by").first()


def synergy_of(customer: Customer, tag: StatusTag | None) -> Synergy | None:
    """What the customer's product and its tag mean together, where somebody has said so."""
    if tag is None or not customer.product_tag:
        return None
    return Synergy.objects.filter(product_tag=customer.product_tag, tag=tag).first()


def current_tag(customer: Customer, lifecycle: Lifecycle) -> StatusTag | None:
    """The tag of a customer in a lifecycle."""
    status = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).select_related("tag").first()
    return status.tag if status else None


def standings(customer: Customer, lifecycle: Lifecycle, *, as_of: datetime) -> tuple[RuleStanding, ...]:
    """Every published rule that starts from the customer's tag, with its conditions as they stand, by priority."""
    status = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).first()
    rules = _rules_from(lifecycle, status.tag_id if status else None)
    values = metric_values(customer, lifecycle, as_of=as_of, names=_metrics_of(rules))
    return _standings(rules, values, status.previous_tag_id if status else None)


def standings_after_move(customer: Customer, to_tag: StatusTag, *, as_of: datetime) -> tuple[RuleStanding, ...]:
    """The same as if the customer entered a tag at this instant: what depends on the tag begins anew."""
    rules = _rules_from(to_tag.lifecycle, to_tag.id)
    values = metric_values(customer, to_tag.lifecycle, as_of=as_of, names=_metrics_of(rules))
    for name in values:
        source = CATALOGUE[name].source
        if CATALOGUE[name].depends_on_tag and values[name] is not None:
            values[name] = False if isinstance(source, SinceEntry) else 0
    current = current_tag(customer, to_tag.lifecycle)
    return _standings(rules, values, current.id if current else None)


def still_holds(recommendation: Recommendation, *, as_of: datetime) -> bool:
    """Whether the rule still holds for the customer, and is still in force."""
    rule = recommendation.rule
    if rule.state != RuleState.PUBLISHED:
        return False
    customer, lifecycle = recommendation.customer, recommendation.lifecycle
    tree = tree_for(rule, _previous_tag(customer, lifecycle))
    return holds(tree, metric_values(customer, lifecycle, as_of=as_of, names=metrics_of(tree)))


def rule_sentence(rule: TransitionRule) -> str:
    """The rule's condition in English, with its cooldown."""
    return sentence(tree_for(rule, None), CATALOGUE)


def why(transition: Transition) -> tuple[Line, ...]:
    """Each condition of the rule that made a move, with the value it had then and the threshold of that version."""
    return _explained(transition.rule, transition.evidence) if transition.rule else ()


def why_recommended(recommendation: Recommendation) -> tuple[Line, ...]:
    """Each condition of the rule that recommended a move, with the value it had then."""
    return _explained(recommendation.rule, recommendation.evidence)


def evidence_values(evidence: Mapping[str, object], names: Iterable[str]) -> dict[str, Scalar | None]:
    """Stored evidence as values of the metrics' types."""
    return {name: _typed(CATALOGUE[name], evidence.get(name)) for name in names}


def _explained(rule: TransitionRule, evidence: Mapping[str, object]) -> tuple[Line, ...]:
    tree = tree_for(rule, None)
    return lines(tree, evidence_values(evidence, metrics_of(tree)), CATALOGUE)


def _rules_from(lifecycle: Lifecycle, tag_id: int | None) -> list[TransitionRule]:
    starts = Q(from_untagged=True) if tag_id is None else Q(from_tags=tag_id)
    return list(published_rules(lifecycle).filter(starts).distinct())


def _metrics_of(rules: Iterable[TransitionRule]) -> list[str]:
    return list(dict.fromkeys(name for rule in rules for name in metrics_of(tree_for(rule, None))))


def tree_for(rule: TransitionRule, previous_tag_id: int | None) -> Node:
    """What has to hold for a customer that came from a tag: cooldown and hysteresis included."""
    tree, tree_back = trees_of(rule)
    return tree_back if previous_tag_id == rule.to_tag_id else tree


def _previous_tag(customer: Customer, lifecycle: Lifecycle) -> int | None:
    statuses = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle)
    return statuses.values_list("previous_tag_id", flat=True).first()


def _standings(
    rules: Iterable[TransitionRule], values: Mapping[str, Scalar | None], previous_tag_id: int | None
) -> tuple[RuleStanding, ...]:
    trees = ((rule, tree_for(rule, previous_tag_id)) for rule in rules)
    return tuple(RuleStanding(rule, holds(tree, values), lines(tree, values, CATALOGUE)) for rule, tree in trees)


def _typed(metric: Metric, value: object) -> Scalar | None:
    if metric.type == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, float):
        return _trimmed(Decimal(str(value)))
    return value  # type: ignore[return-value]  # JSON gives int, str, bool or None here


def _trimmed(value: Scalar | None) -> Scalar | None:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else value.normalize()
