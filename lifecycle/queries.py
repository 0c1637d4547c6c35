"""Questions that doors ask, answered without writing. Each is a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q, QuerySet

from lifecycle.metrics.catalogue import CATALOGUE, METRICS, Metric
from lifecycle.models import (
    Customer,
    CustomerStatus,
    Event,
    Lifecycle,
    RuleState,
    StatusTag,
    Transition,
    TransitionRule,
)
from lifecycle.rules.evaluate import holds
from lifecycle.rules.explain import Line, lines, sentence
from lifecycle.rules.nodes import Node, Scalar, metrics_of
from lifecycle.rules.parse import parse
from lifecycle.sql.conditions import compiled
from lifecycle.sql.metrics import value_of
from lifecycle.sql.moments import bind, named

COUNTS_SECONDS = 30


@dataclass(frozen=True, slots=True)
class TagCount:
    tag: StatusTag | None
    customers: int


@dataclass(frozen=True, slots=True)
class TagCounts:
    """How many customers are in each tag of a lifecycle, as counted at ``as_of``."""

    lifecycle: Lifecycle
    as_of: datetime
    counts: tuple[TagCount, ...]

    @property
    def customers(self) -> int:
        return sum(count.customers for count in self.counts)


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """How one rule stands for one customer: whether it holds, and every condition with its value."""

    rule: TransitionRule
    holds: bool
    lines: tuple[Line, ...]


def tag_counts(lifecycle: Lifecycle, *, now: datetime) -> TagCounts:
    """Customers by tag, in the order of the tags, tags without customers included.

    Counted at most once in ``COUNTS_SECONDS``: the one figure whose price grows with the number of customers.
    """
    key = f"tag-counts:{lifecycle.id}"
    known = cache.get(key)
    if known is None:
        rows = CustomerStatus.objects.filter(lifecycle=lifecycle).values_list("tag").annotate(n=Count("id")).order_by()
        known = (now, dict(rows))
        cache.set(key, known, COUNTS_SECONDS)
    as_of, by_tag = known
    counts = [TagCount(tag, by_tag.get(tag.id, 0)) for tag in lifecycle.tags.all()]
    untagged = by_tag.get(None, 0)
    return TagCounts(lifecycle, as_of, (*counts, *((TagCount(None, untagged),) if untagged else ())))


def matching_now(
    *, lifecycle: Lifecycle, tree: Node, from_tags: Iterable[StatusTag], from_untagged: bool, as_of: datetime
) -> int:
    """How many customers in the tags meet the condition at an instant; one statement."""
    starts = Q(tag__in=list(from_tags))
    if from_untagged:
        starts |= Q(tag__isnull=True)
    statuses = CustomerStatus.objects.filter(starts, compiled(tree), lifecycle=lifecycle).order_by().values_list("id")
    row = _row(statuses, as_of, "SELECT count(*) FROM ({}) AS matching")
    return int(row[0])


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
    row = _row(statuses.order_by(), as_of, "{}")
    if row is None:
        return {metric.name: None for metric in metrics}
    return {metric.name: _trimmed(value) for metric, value in zip(metrics, row, strict=True)}


def standings(customer: Customer, lifecycle: Lifecycle, *, as_of: datetime) -> tuple[RuleStanding, ...]:
    """Every published rule that starts from the customer's tag, with its conditions as they stand, by priority."""
    status = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).first()
    rules = list(published_rules(lifecycle).filter(_starts_from(status.tag_id if status else None)).distinct())
    trees = {rule.id: parse(rule.conditions, CATALOGUE) for rule in rules}
    names = dict.fromkeys(name for tree in trees.values() for name in metrics_of(tree))
    values = metric_values(customer, lifecycle, as_of=as_of, names=names)
    return tuple(
        RuleStanding(rule, holds(trees[rule.id], values), lines(trees[rule.id], values, CATALOGUE)) for rule in rules
    )


def published_rules(lifecycle: Lifecycle) -> QuerySet[TransitionRule]:
    """The rules in force, in the order in which they win."""
    rules = TransitionRule.objects.filter(lifecycle=lifecycle, state=RuleState.PUBLISHED)
    return rules.select_related("to_tag").prefetch_related("from_tags").order_by("priority", "id")


def rule_sentence(rule: TransitionRule) -> str:
    """The rule's condition in English."""
    return sentence(parse(rule.conditions, CATALOGUE), CATALOGUE)


def why(transition: Transition) -> tuple[Line, ...]:
    """Each condition of the rule that made a move, with the value it had then and the threshold of that version."""
    if transition.rule is None:
        return ()
    tree = parse(transition.rule.conditions, CATALOGUE)
    return lines(tree, evidence_values(transition.evidence, metrics_of(tree)), CATALOGUE)


def evidence_values(evidence: Mapping[str, object], names: Iterable[str]) -> dict[str, Scalar | None]:
    """Stored evidence as values of the metrics' types."""
    return {name: _typed(CATALOGUE[name], evidence.get(name)) for name in names}


def transitions_of(customer: Customer) -> QuerySet[Transition]:
    """A customer's moves in all lifecycles, the latest first."""
    related = ("lifecycle", "from_tag", "to_tag", "rule", "by")
    return Transition.objects.filter(customer=customer).select_related(*related).order_by("-id")


def events_of(customer: Customer) -> QuerySet[Event]:
    """What a customer did, the latest first."""
    return Event.objects.filter(customer=customer).order_by("-occurred_at", "-id")


def _starts_from(tag_id: int | None) -> Q:
    return Q(from_untagged=True) if tag_id is None else Q(from_tags=tag_id)


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


def _row(query: QuerySet[CustomerStatus, tuple[object, ...]], as_of: datetime, around: str) -> tuple[object, ...] | None:
    sql, params = named(*query.query.sql_with_params())
    with connection.cursor() as cursor:
        cursor.execute(around.format(sql), bind(params, as_of))
        return cursor.fetchone()
