"""The rule workshop: a backtest beside bare evaluations, and a rollback beside its bare statements."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.engine.rules import RuleText, write_draft
from lifecycle.engine.simulate import backtest
from lifecycle.models import Customer, Evaluation
from lifecycle.queries import impact, in_force
from lifecycle.sql.moments import bind
from lifecycle.sql.rulebook import rulebook

from . import world
from .evaluating import MILLION, clean, hand_connection, same
from .harness import Bench

CUSTOMERS, DAYS, SECONDS = 10_000, 90, 60
MOVES = 100_000
NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)

# By hand: the tag before, taken from the transition itself, the moves back, their messages, noes and distrust, by rows
# that are known to be untouched.
BY_HAND = """
UPDATE lifecycle_customerstatus s SET tag_id = t.from_tag_id, version = s.version + 1, entered_at = NULL,
    seen_until = NULL, previous_tag_id = NULL
FROM lifecycle_transition t
WHERE t.evaluation_id = %(id)s AND s.customer_id = t.customer_id AND s.lifecycle_id = t.lifecycle_id;
CREATE TEMP TABLE reversed ON COMMIT DROP AS WITH back AS (
    INSERT INTO lifecycle_transition (lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, by_id, reason, evidence)
    SELECT lifecycle_id, customer_id, to_tag_id, from_tag_id, %(now)s, %(now)s, %(by)s, 'Rolled back: x', '{}'
    FROM lifecycle_transition WHERE evaluation_id = %(id)s ORDER BY customer_id RETURNING id, customer_id)
SELECT b.id AS reversal_id, b.customer_id, t.id, t.rule_id, t.from_tag_id, t.evaluation_id, t.lifecycle_id
FROM back b JOIN lifecycle_transition t ON t.customer_id = b.customer_id AND t.evaluation_id = %(id)s;
INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at)
SELECT 'transition', customer_id, reversal_id, %(now)s FROM reversed UNION ALL SELECT 'rolled_back', customer_id, id, %(now)s FROM reversed;
INSERT INTO lifecycle_rolledback (rollback_id, customer_id, first_id, last_id, reversal_id)
SELECT %(rollback)s, customer_id, id, id, reversal_id FROM reversed ORDER BY customer_id;
INSERT INTO lifecycle_recommendation (lifecycle_id, customer_id, from_tag_id, rule_id, evaluation_id, evidence, confidence, reasons, state, created_at, note, decided_at, decided_by_id)
SELECT lifecycle_id, customer_id, from_tag_id, rule_id, evaluation_id, '{}', 0, '{}', 'rejected', %(now)s, 'Rolled back: x', %(now)s, %(by)s FROM reversed;
UPDATE lifecycle_ruletrust SET rolled_back = rolled_back + 100000 WHERE rule_id IN (SELECT rule_id FROM reversed);
INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT lifecycle_id, customer_id FROM reversed
"""


def run_cases(bench: Bench) -> None:
    if bench.wants("backtest"):
        history(bench)
    if bench.wants("impact"):
        publishing(bench)
    if bench.wants("rollback"):
        taking_back(bench)


def publishing(bench: Bench) -> None:
    """Whom a draft would change among a million, beside one pass that only decides."""
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    world.populate(lifecycle, MILLION)
    wider = RuleText(
        name="earlier", priority=5, to_tag=lifecycle.tags.get(code="ST_004"),
        from_tags=tuple(lifecycle.tags.filter(code__in=("ST_001", "ST_002"))),
        conditions={"all": [{"metric": "days_since_login", "operator": ">=", "value": 3},
                            {"metric": "engagement_score", "operator": "<", "value": 50}]},
    )  # fmt: skip
    draft = write_draft(lifecycle=lifecycle, key="rule-0", text=wider)
    force = in_force(lifecycle.id)
    book = rulebook(lifecycle.id, force.rule_ids, force.refused)

    def decide() -> int:
        with connection.cursor() as cursor:
            sql = f"SELECT count(rule_id), count(check_at), count(evidence) FROM ({book.sql}) AS d"
            cursor.execute(sql, {**bind(book.params, world.AS_OF), "lifecycle": lifecycle.id})
            return int(cursor.fetchone()[0])

    def ours() -> int:
        return impact(draft, as_of=world.AS_OF, named=Customer.objects.all()).looked_at

    bench.compare("impact", MILLION, ours=ours, floor=decide, most=1.1, rounds=3)


def history(bench: Bench) -> None:
    """Ninety days of ten thousand customers, of whom each does something on every third day; the floor is as many
    evaluations of everybody over the same customers."""
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    world.populate(lifecycle, CUSTOMERS)
    world.run(f"""
        INSERT INTO lifecycle_event (customer_id, source, message_id, name, occurred_at, received_at, properties)
        SELECT c.id, 'bench', c.id || '-' || day, (ARRAY['login', 'module_completed', 'lesson_completed'])[1 + (c.id + day) % 3],
               at, at, '{{}}'
        FROM lifecycle_customer AS c, generate_series(0, {DAYS}) AS day,
             LATERAL (SELECT '{world.AS_OF}'::timestamptz - day * interval '1 day' - interval '5 hours' AS at) AS t
        WHERE (c.id * 7 + day) % 3 = 0 AND (c.id % 5 > 0 OR day > 40) ORDER BY day DESC, c.id
    """)
    world.run("VACUUM (ANALYZE) lifecycle_event")
    stricter = RuleText(
        name="later", priority=5, to_tag=lifecycle.tags.get(code="ST_004"),
        from_tags=tuple(lifecycle.tags.filter(code__in=("ST_001", "ST_002"))),
        conditions={"all": [{"metric": "days_since_login", "operator": ">=", "value": 9}]},
    )  # fmt: skip
    last = world.AS_OF.date()
    first = last - timedelta(days=DAYS - 1)

    def ours() -> None:
        backtest(lifecycle=lifecycle, tried=[("rule-0", stricter)], first=first, last=last, now=NOW)

    def bare() -> None:
        for day in range(DAYS):
            at = datetime.combine(first + timedelta(days=day), time.max, tzinfo=UTC)
            evaluate_everybody(lifecycle=lifecycle, as_of=at, now=NOW)

    bench.compare("backtest", CUSTOMERS, ours=ours, floor=bare, before=world.restore, most=1.5, rounds=3)
    took = next(case.median_s for case in bench.cases if case.name == "backtest")
    bench.keep("backtest_seconds", CUSTOMERS, took, SECONDS, took / SECONDS, most=1.0)


def taking_back(bench: Bench) -> None:
    clean()
    shapes = ((("ST_001", "ST_002", "ST_003", "ST_004", "ST_005"), "ST_006", 1, (("total_spend", ">=", 0),)),)
    lifecycle = world.lifecycle_of(shapes, "bench")
    by, _ = User.objects.get_or_create(username="bench")
    world.populate(lifecycle, MOVES * 10 // 9)
    hand = hand_connection()
    batch: list[Evaluation] = []

    def before() -> None:
        world.restore()
        world.run("UPDATE lifecycle_ruletrust SET rolled_back = 0")
        batch[:] = [evaluate_everybody(lifecycle=lifecycle, as_of=world.AS_OF, now=timezone.now())]
        world.run("VACUUM (ANALYZE) lifecycle_customerstatus, lifecycle_transition")
        world.run("CHECKPOINT")

    def ours() -> int:
        return roll_back(Batch(evaluation=batch[0]), by=by, reason="x", now=NOW).restored

    def by_hand() -> int:
        with hand.transaction():
            made = one(hand, "INSERT INTO lifecycle_rollback (lifecycle_id, evaluation_id, made_at, by_id, reason) "
                             "VALUES (%s, %s, %s, %s, 'x') RETURNING id", [lifecycle.id, batch[0].id, NOW, by.id])  # fmt: skip
            hand.execute(BY_HAND, {"id": batch[0].id, "now": NOW, "by": by.id, "rollback": made})
            return int(one(hand, "SELECT count(*) FROM lifecycle_rolledback WHERE rollback_id = %s", [made]))

    bench.compare("rollback", MOVES, ours=ours, floor=by_hand, before=before, check=same, most=1.5)


def one(hand: Any, sql: str, params: list[Any]) -> Any:
    return hand.execute(sql, params).fetchone()[0]
