"""The same decisions by other rule engines, with the best input and output we know, and by a loop over customers.

The engines read facts in chunks, decide in Python a customer at a time, and write their decisions by COPY; ours
decides where the facts are. What follows from a decision is the same for all and is left out on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from lifecycle.models import (
    CustomerStatus,
    DailyMetrics,
    Decision,
    Evaluation,
    Event,
    Lifecycle,
    OutboxMessage,
    ReviewPolicy,
    Transition,
    TransitionRule,
)
from lifecycle.queries import in_force
from lifecycle.sql.moments import bind
from lifecycle.sql.rulebook import rulebook

from . import world
from .evaluating import clean, hand_connection, ids_of, ours, same
from .harness import Bench

N = 100_000
LOOP = 1_000
NEVER = 30_000
CHUNK = 10_000

# The facts an engine reads: ages as the rules name them, for the customers of some tags.
READ = f"""
SELECT s.id, s.customer_id, s.tag_id, s.version, f.last_event_at,
       '{world.AS_OF.date()}'::date - f.last_login_at::date, '{world.AS_OF.date()}'::date - f.last_event_at::date,
       m.engagement_score::float8, f.modules_completed, round(f.assessment_score_sum / NULLIF(f.assessments_taken, 0), 2)::float8,
       f.curriculum_completion::float8, f.final_assessment::float8, f.community_contribution::float8,
       CASE c.product_tag WHEN 'PT_001' THEN 'Pro' WHEN 'PT_002' THEN 'Enterprise' WHEN 'PT_003' THEN 'Freemium' END, f.total_spend::float8
FROM lifecycle_customerstatus s JOIN lifecycle_customerfacts f ON f.customer_id = s.customer_id JOIN lifecycle_customer c ON c.id = s.customer_id
LEFT JOIN lifecycle_collectedmetrics m ON m.customer_id = s.customer_id
WHERE s.lifecycle_id = %s AND {{scope}}
"""
METRICS = (
    "days_since_login", "days_since_activity", "engagement_score", "modules_completed", "assessment_avg_score",
    "curriculum_completion", "final_assessment", "community_contribution", "customer_tier", "total_spend",
)  # fmt: skip

Facts = dict[str, Any]
Decide = Callable[[str, Facts], int | None]  # tag code, facts → index of the winning shape


def run_cases(bench: Bench) -> None:
    if not bench.wants("peer_"):
        return
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    world.populate(lifecycle, N)
    for name, make in ENGINES.items():
        engine = Engine(hand_connection(), lifecycle, make())
        bench.compare(
            f"peer_{name}", N, ours=engine.run, floor=lambda: in_sql(lifecycle), before=world.restore, check=same, least=3.0
        )  # fmt: skip
    if bench.wants("peer_loop"):
        loop(bench)


class Engine:
    """Decisions for everybody by an engine in Python: facts are read in chunks, winners written by COPY."""

    def __init__(self, hand: psycopg.Connection, lifecycle: Lifecycle, decide: Decide) -> None:
        self.hand, self.lifecycle, self.decide = hand, lifecycle, decide
        tags, self.rules = ids_of(lifecycle)
        self.codes = {number: code for code, number in tags.items()}

    def run(self) -> list[tuple[int, int]]:
        with self.hand.transaction(), self.hand.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE decided (id bigint, customer_id bigint, tag_id bigint, version int, "
                "last_event_at timestamptz, rule_id bigint, evidence jsonb) ON COMMIT DROP"
            )
            cursor.execute("SELECT min(customer_id), max(customer_id) FROM lifecycle_customerstatus")
            first, last = cursor.fetchone()  # type: ignore[misc]
            for start in range(first, last + 1, CHUNK):
                self._decide(cursor, f"s.customer_id BETWEEN {start} AND {start + CHUNK - 1}")
            return winners(cursor)

    def _decide(self, cursor: psycopg.Cursor[Any], scope: str) -> None:
        read = READ.format(scope=scope)
        rows = psycopg.Cursor(self.hand).execute(read, [self.lifecycle.id], binary=True).fetchall()
        with cursor.copy("COPY decided FROM STDIN") as copy:
            for status, customer, tag, version, last_event, *values in rows:
                facts = dict(zip(METRICS, values, strict=True))
                winner = self.decide(self.codes[tag], facts)
                if winner is not None:
                    evidence = {metric: facts[metric] for metric, _, _ in world.SHAPES[winner][3]}
                    copy.write_row(
                        (status, customer, tag, version, last_event, self.rules[winner], json.dumps(evidence))
                    )


def in_sql(lifecycle: Lifecycle) -> list[tuple[int, int]]:
    """The same by the rulebook's SELECT, which tells all matches and the next check besides."""
    book = rulebook(lifecycle.id, in_force(lifecycle.id).rule_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE decided ON COMMIT DROP AS SELECT * FROM ({book.sql}) AS d WHERE d.rule_id IS NOT NULL",
            bind(book.params, world.AS_OF),
        )
        return winners(cursor)


def winners(cursor: Any) -> list[tuple[int, int]]:
    cursor.execute("SELECT rule_id, count(*), sum(customer_id) FROM decided GROUP BY rule_id ORDER BY rule_id")
    return cursor.fetchall()


def shapes_from(tag: str) -> list[tuple[int, tuple[tuple[str, str, object], ...]]]:
    """The shapes that start from a tag, as (index, conditions), in the order in which they win."""
    found = [
        (priority, index, conditions)
        for index, (before, _, priority, conditions) in enumerate(world.SHAPES)
        if tag in before
    ]
    return [(index, conditions) for _, index, conditions in sorted(found)]


def by_expressions(
    compile_one: Callable[[str], Callable[[Facts], object]], spell: Callable[[str, str, object], str], word: str
) -> Decide:
    """A decision that tries the compiled expressions of a tag in order."""
    compiled = {
        tag: [
            (index, compile_one(word.join(spell(*condition) for condition in conditions)))
            for index, conditions in shapes_from(tag)
        ]
        for tag in world.TAGS
    }

    def decide(tag: str, facts: Facts) -> int | None:
        return next((index for index, holds in compiled[tag] if holds(facts)), None)

    return decide


def zen() -> Decide:
    import zen

    def compile_one(text: str) -> Callable[[Facts], object]:
        expression = zen.compile_expression(text)
        return expression.evaluate

    return by_expressions(compile_one, lambda m, o, v: f"{m} {o} {json.dumps(v)}", " and ")


def rule_engine() -> Decide:
    import rule_engine as peer

    def compile_one(text: str) -> Callable[[Facts], object]:
        return peer.Rule(text).matches

    def spell(metric: str, operator: str, value: object) -> str:
        return f"{metric} {operator} {json.dumps(value)}"

    return by_expressions(compile_one, spell, " and ")


def cel() -> Decide:
    import cel as peer

    def compile_one(text: str) -> Callable[[Facts], object]:
        program = peer.compile(text)
        return program.execute

    def spell(metric: str, operator: str, value: object) -> str:
        # CEL keeps whole numbers and fractions apart.
        whole = metric in ("days_since_login", "days_since_activity", "modules_completed")
        return f"{metric} {operator} {json.dumps(value if whole or isinstance(value, list) else float(value))}"  # type: ignore[arg-type]

    return by_expressions(compile_one, spell, " && ")


def json_logic() -> Decide:
    from json_logic import jsonLogic

    trees = {
        tag: [
            (index, {"and": [{o: [{"var": m}, v]} for m, o, v in conditions]}) for index, conditions in shapes_from(tag)
        ]
        for tag in world.TAGS
    }

    def decide(tag: str, facts: Facts) -> int | None:
        return next((index for index, tree in trees[tag] if jsonLogic(tree, facts)), None)

    return decide


ENGINES: dict[str, Callable[[], Decide]] = {
    "zen": zen,
    "json_logic": json_logic,
    "rule_engine": rule_engine,
    "cel": cel,
}


def loop(bench: Bench) -> None:
    """A loop over customers with ORM queries, as the specifications sketch it; the ratio is per customer."""
    clean()
    lifecycle = reviewed(world.lifecycle_of(world.SHAPES, "bench"))
    world.populate(lifecycle, LOOP)
    slow = bench.median_of(lambda: one_by_one(lifecycle), before=world.restore)
    moved_by_loop = Transition.objects.count()
    clean()
    lifecycle = reviewed(world.lifecycle_of(world.SHAPES, "bench"))
    world.populate(lifecycle, N)
    quick = bench.median_of(ours(lifecycle), before=world.restore)
    if not moved_by_loop:
        raise AssertionError("the loop moved nobody")
    bench.keep("peer_loop", LOOP, slow, quick * LOOP / N, slow / (quick * LOOP / N), least=1_000)


def reviewed(lifecycle: Lifecycle) -> Lifecycle:
    """Both sides ask whether a person has to decide, and never find that one has to."""
    ReviewPolicy.objects.create(
        lifecycle=lifecycle, competing_confidence=1, high_value_spend=10**9, high_value_products=[],
        rapid_transitions=NEVER, risk_indicators=4,
    )  # fmt: skip
    return lifecycle


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda actual, wanted: actual >= wanted,
    "<": lambda actual, wanted: actual < wanted,
    "in": lambda actual, wanted: actual in wanted,
}


def one_by_one(lifecycle: Lifecycle) -> None:
    now = timezone.now()
    evaluation = Evaluation.objects.create(lifecycle=lifecycle, kind="full", as_of=world.AS_OF, started_at=now)
    for status in CustomerStatus.objects.filter(lifecycle=lifecycle).iterator():
        for step in range(1, len(world.TAGS)):
            if not evaluate_one(status.customer_id, lifecycle, evaluation, step):
                break


def evaluate_one(customer: int, lifecycle: Lifecycle, evaluation: Evaluation, step: int) -> bool:
    """Status, trends, metrics and rules by queries of their own, then each rule, then the move, as specified."""
    with transaction.atomic():
        status = CustomerStatus.objects.select_for_update().get(customer=customer, lifecycle=lifecycle)
        month_ago = world.AS_OF - timedelta(days=30)
        list(Event.objects.filter(customer=customer, occurred_at__gte=month_ago).order_by("occurred_at"))  # trends
        week_ago, fortnight_ago = world.AS_OF - timedelta(days=7), world.AS_OF - timedelta(days=14)
        latest = list(DailyMetrics.objects.filter(customer=customer, metric_date__gt=week_ago.date()))
        recent = list(Transition.objects.filter(customer=customer, applied_at__gt=fortnight_ago))
        rules = TransitionRule.objects.filter(
            lifecycle=lifecycle, state="published", from_tags=status.tag
        ).select_related("to_tag")
        facts = facts_of(status)
        for rule in sorted(rules, key=lambda rule: (rule.priority, rule.id)):
            if all(met(facts, condition) for condition in rule.conditions["all"]):
                if len(recent) > NEVER or (latest and len(latest[0].risk_indicators) > NEVER):
                    return False  # a person would decide
                before, status.tag, status.version, status.entered_at = (
                    status.tag,
                    rule.to_tag,
                    status.version + 1,
                    world.AS_OF,
                )
                status.save()
                transition = Transition.objects.create(
                    lifecycle=lifecycle, customer=status.customer, from_tag=before, to_tag=rule.to_tag, applied_at=world.AS_OF,
                    recorded_at=timezone.now(), rule=rule, evaluation=evaluation,
                    evidence={one["metric"]: facts[one["metric"]] for one in rule.conditions["all"]},
                )  # fmt: skip
                OutboxMessage.objects.create(
                    topic="transition", customer=status.customer, subject_id=transition.id, created_at=timezone.now()
                )
                Decision.objects.create(
                    evaluation_id=evaluation.id, customer_id=customer, step=step, from_tag_id=before.pk if before else None, rule_id=rule.id,
                    matched_rules=[rule.id], is_applied=True,
                )  # fmt: skip
                return True
    return False


def facts_of(status: CustomerStatus) -> Facts:
    facts: Any = status.facts
    collected: Any = status.collected
    day: date = world.AS_OF.date()
    return {
        "days_since_login": (day - facts.last_login_at.date()).days,
        "days_since_activity": (day - facts.last_event_at.date()).days,
        "engagement_score": float(collected.engagement_score),
        "modules_completed": facts.modules_completed,
        "assessment_avg_score": float(round(facts.assessment_score_sum / Decimal(facts.assessments_taken), 2)),
        "curriculum_completion": float(facts.curriculum_completion),
        "final_assessment": float(facts.final_assessment),
        "community_contribution": float(facts.community_contribution),
        "customer_tier": status.customer.get_product_tag_display(),
        "total_spend": float(facts.total_spend),
    }


def met(facts: Facts, condition: dict[str, Any]) -> bool:
    actual = facts[condition["metric"]]
    return actual is not None and OPERATORS[condition["operator"]](actual, condition["value"])
