"""Questions that doors ask, answered without writing. Each is a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from lifecycle.metrics.catalogue import CATALOGUE, ENTERED_TAG, METRICS, DaysSince, Metric, SinceEntry
from lifecycle.models import (
    Customer,
    CustomerStatus,
    Evaluation,
    EvaluationState,
    Event,
    Lifecycle,
    Recommendation,
    RecommendationState,
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

    @property
    def next_tags(self) -> list[str]:
        """The tags that rules in force lead to from here, each once, by priority."""
        return list(dict.fromkeys(standing.rule.to_tag.code for standing in self.rules))


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
    return int(row[0]) if row else 0


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


def facts_of(customer: Customer, *, as_of: datetime) -> FactsNow:
    """Every metric of the catalogue for one customer in all its lifecycles at an instant; one statement."""
    values = {f"m{index}": value_of(metric) for index, metric in enumerate(METRICS)}
    statuses = CustomerStatus.objects.filter(customer=customer).annotate(**values).values_list("lifecycle_id", *values)
    facts = FactsNow({}, {})
    for lifecycle_id, *row in _rows(statuses.order_by("lifecycle_id"), as_of, "{}"):
        named_values = {metric.name: _trimmed(value) for metric, value in zip(METRICS, row, strict=True)}
        own = {metric.name for metric in METRICS if _depends_on_tag(metric)}
        facts.everywhere.update({name: value for name, value in named_values.items() if name not in own})
        facts.in_lifecycle[lifecycle_id] = {name: value for name, value in named_values.items() if name in own}
    return facts


def standing_of(customer: Customer, lifecycle: Lifecycle, *, as_of: datetime, most: int = 100) -> Standing:
    """Where a customer stands in a lifecycle, with its latest ``most`` moves."""
    statuses = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).select_related("tag")
    waiting = Recommendation.objects.filter(customer=customer, lifecycle=lifecycle, state=RecommendationState.PENDING)
    return Standing(
        customer=customer,
        lifecycle=lifecycle,
        status=statuses.first(),
        history=tuple(transitions_of(customer).filter(lifecycle=lifecycle)[:most]),
        rules=standings(customer, lifecycle, as_of=as_of),
        waiting=waiting.first(),
    )


def current_tag(customer: Customer, lifecycle: Lifecycle) -> StatusTag | None:
    """The tag of a customer in a lifecycle."""
    status = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).select_related("tag").first()
    return status.tag if status else None


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
    return _explained(transition.rule, transition.evidence) if transition.rule else ()


def why_recommended(recommendation: Recommendation) -> tuple[Line, ...]:
    """Each condition of the rule that recommended a move, with the value it had then."""
    return _explained(recommendation.rule, recommendation.evidence)


def evidence_values(evidence: Mapping[str, object], names: Iterable[str]) -> dict[str, Scalar | None]:
    """Stored evidence as values of the metrics' types."""
    return {name: _typed(CATALOGUE[name], evidence.get(name)) for name in names}


def customers() -> QuerySet[Customer]:
    """Customers with their current tags; a fixed number of statements whatever their number."""
    statuses = CustomerStatus.objects.select_related("lifecycle", "tag").order_by("lifecycle__code")
    return Customer.objects.prefetch_related(Prefetch("statuses", statuses))


def rules() -> QuerySet[TransitionRule]:
    """Every version of every rule."""
    related = ("lifecycle", "to_tag", "published_by")
    return TransitionRule.objects.select_related(*related).prefetch_related("from_tags")


def lifecycles() -> QuerySet[Lifecycle]:
    """The lifecycles with their tags."""
    return Lifecycle.objects.prefetch_related("tags")


def transitions() -> QuerySet[Transition]:
    """The moves of all customers."""
    return Transition.objects.select_related("lifecycle", "from_tag", "to_tag", "rule", "by")


def transitions_of(customer: Customer) -> QuerySet[Transition]:
    """A customer's moves in all lifecycles, the latest first."""
    return transitions().filter(customer=customer).order_by("-id")


def latest_transitions() -> QuerySet[Transition]:
    """The moves recorded last, in all lifecycles."""
    related = ("customer", "lifecycle", "from_tag", "to_tag", "rule", "by")
    return Transition.objects.select_related(*related).order_by("-id")


def evaluations_to_watch() -> QuerySet[Evaluation]:
    """The runs that are under way or failed, the latest first."""
    to_watch = (EvaluationState.RUNNING, EvaluationState.FAILED)
    return Evaluation.objects.filter(state__in=to_watch).select_related("lifecycle").order_by("-id")


def waiting_recommendations() -> QuerySet[Recommendation]:
    """The decisions that wait for a person, the oldest first."""
    related = ("customer", "lifecycle", "from_tag", "rule__to_tag")
    return Recommendation.objects.filter(state=RecommendationState.PENDING).select_related(*related).order_by("id")


def events_of(customer: Customer) -> QuerySet[Event]:
    """What a customer did, the latest first."""
    return Event.objects.filter(customer=customer).order_by("-occurred_at", "-id")


def customer_ids_found(text: str, *, most: int = 10_001) -> QuerySet[Customer, int]:
    """Ids of customers whose external id, email or name begins with a text; case counts for the external id only.

    Each of the three ways follows an index of its own and stops at ``most``.
    """
    lowered = text.lower()
    lower = Customer.objects.annotate(lower_email=Lower("email"), lower_name=Lower("name")).order_by()
    by_id = Customer.objects.filter(external_id__startswith=text).order_by().values_list("id", flat=True)[:most]
    by_email = lower.filter(lower_email__startswith=lowered).values_list("id", flat=True)[:most]
    by_name = lower.filter(lower_name__startswith=lowered).values_list("id", flat=True)[:most]
    return by_id.union(by_email, by_name)


def plans(*, most: int = 100) -> list[str]:
    """The plans that customers have, read by hops along their index: its price is the number of plans."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE known AS (
                (SELECT plan FROM lifecycle_customer WHERE plan IS NOT NULL ORDER BY plan LIMIT 1)
                UNION ALL
                SELECT (SELECT c.plan FROM lifecycle_customer AS c WHERE c.plan > known.plan ORDER BY c.plan LIMIT 1)
                FROM known WHERE known.plan IS NOT NULL
            )
            SELECT plan FROM known WHERE plan IS NOT NULL LIMIT %s
            """,
            [most],
        )
        return [plan for (plan,) in cursor.fetchall()]


def _explained(rule: TransitionRule, evidence: Mapping[str, object]) -> tuple[Line, ...]:
    tree = parse(rule.conditions, CATALOGUE)
    return lines(tree, evidence_values(evidence, metrics_of(tree)), CATALOGUE)


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


def _depends_on_tag(metric: Metric) -> bool:
    source = metric.source
    return isinstance(source, SinceEntry) or (isinstance(source, DaysSince) and source.instant == ENTERED_TAG)


def _row(query: QuerySet[CustomerStatus, Any], as_of: datetime, around: str) -> tuple[Any, ...] | None:
    return next(iter(_rows(query, as_of, around)), None)


def _rows(query: QuerySet[CustomerStatus, Any], as_of: datetime, around: str) -> list[tuple[Any, ...]]:
    sql, params = named(*query.query.sql_with_params())
    with connection.cursor() as cursor:
        cursor.execute(around.format(sql), bind(params, as_of))
        return cursor.fetchall()
