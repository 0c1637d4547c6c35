"""Made-up customers by the hundred thousand, and the rules of the benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

from lifecycle.engine.defaults import enroll_everybody
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.publishing import publish
from lifecycle.engine.rules import RuleText, write_draft
from lifecycle.models import Lifecycle, StatusTag

AS_OF = datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC)
TAGS = ("ST_001", "ST_002", "ST_003", "ST_004", "ST_005", "ST_006")

# The five shapes of the learning lifecycle: (from, to, priority, conditions).
SHAPES: Sequence[tuple[tuple[str, ...], str, int, tuple[tuple[str, str, object], ...]]] = (
    (("ST_001", "ST_002"), "ST_004", 5, (("days_since_login", ">=", 5), ("engagement_score", "<", 40))),
    (("ST_001",), "ST_002", 10, (("modules_completed", ">=", 2), ("assessment_avg_score", ">=", 70))),
    (("ST_002",), "ST_003", 10, (("curriculum_completion", ">=", 90), ("final_assessment", ">=", 85), ("community_contribution", ">=", 50))),
    (("ST_004",), "ST_005", 20, (("customer_tier", "in", ["Pro", "Enterprise"]), ("total_spend", ">=", 1000))),
    (("ST_004", "ST_005"), "ST_006", 30, (("days_since_activity", ">=", 30),)),
)  # fmt: skip

LIVE = ("customerstatus", "nextcheck", "customerfacts", "collectedmetrics", "dirtymark")


def lifecycle_of(
    shapes: Sequence[tuple[Sequence[str], str, int, Sequence[tuple[str, str, object]]]], code: str
) -> Lifecycle:
    """A lifecycle with the six learning tags and published rules of the given shapes."""
    lifecycle = Lifecycle.objects.create(code=code, name=code)
    tags = {
        tag: StatusTag.objects.create(lifecycle=lifecycle, code=tag, name=tag, category="learning", position=position)
        for position, tag in enumerate(TAGS)
    }
    for number, (before, after, priority, conditions) in enumerate(shapes):
        text = RuleText(
            name=f"rule {number}",
            to_tag=tags[after],
            from_tags=tuple(tags[tag] for tag in before),
            priority=priority,
            conditions={"all": [{"metric": m, "operator": o, "value": v} for m, o, v in conditions]},
        )
        draft = write_draft(lifecycle=lifecycle, key=f"rule-{number}", text=text)
        publish(rule=draft, by=None, now=timezone.now())
    return lifecycle


def shapes_of(rules: int) -> list[tuple[tuple[str, ...], str, int, tuple[tuple[str, str, object], ...]]]:
    """The five shapes again and again with other thresholds, most of them out of reach, up to ``rules`` rules."""
    made = []
    for number in range(rules):
        before, after, priority, conditions = SHAPES[number % len(SHAPES)]
        if number >= len(SHAPES):
            step = number // len(SHAPES)
            conditions = tuple(
                (m, o, v + 1000 * step if isinstance(v, int) and o == ">=" else v) for m, o, v in conditions
            )
        made.append((before, after, priority + number, conditions))
    return made


def populate(lifecycle: Lifecycle, customers: int) -> None:
    """Customers with facts and tags such that some 9 % of them move in one evaluation, and a copy to return to."""
    run("TRUNCATE lifecycle_customer, lifecycle_event, lifecycle_order RESTART IDENTITY CASCADE")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(
            """
            INSERT INTO lifecycle_customer (external_id, product_tag, timezone, traits, created_at, updated_at)
            SELECT 'c' || n, (ARRAY['PT_001', 'PT_002', 'PT_003', NULL])[1 + (random() * 3.99)::int %% 4], 'UTC', '{}', now(), now()
            FROM generate_series(1, %s) AS n
            """,
            [customers],
        )
        cursor.execute(
            """
            INSERT INTO lifecycle_customerfacts (
                customer_id, first_event_at, last_event_at, last_login_at, modules_completed, assessments_taken,
                assessment_score_sum, curriculum_completion, final_assessment, community_contribution, total_spend)
            SELECT id, as_of - interval '200 days', login + interval '1 hour', login, (random() * 2.1)::int, 3,
                   (random() * 220)::int, (random() * 100)::int, (random() * 95)::int, (random() * 60)::int,
                   (random() * 1300)::int
            FROM (SELECT id, %s::timestamptz AS as_of,
                         %s::timestamptz - power(random(), 6) * 40 * interval '1 day' AS login
                  FROM lifecycle_customer) AS c ORDER BY id
            """,
            [AS_OF, AS_OF],
        )
        cursor.execute(
            "INSERT INTO lifecycle_collectedmetrics (customer_id, engagement_score) "
            "SELECT id, (random() * 100)::int FROM lifecycle_customer ORDER BY id"
        )
    enroll(lifecycle)
    remember()


def enroll(lifecycle: Lifecycle) -> None:
    """Give everybody a tag in the lifecycle: 3 in 10 each of the first two, 1 in 10 each of the others."""
    enroll_everybody(lifecycle=lifecycle)
    run(
        f"""
        UPDATE lifecycle_customerstatus AS s SET tag_id = t.id
        FROM lifecycle_statustag AS t
        WHERE t.lifecycle_id = s.lifecycle_id AND s.lifecycle_id = {lifecycle.id}
          AND t.position = (ARRAY[0, 0, 0, 1, 1, 1, 2, 3, 4, 5])[1 + (s.customer_id * 7919) % 10]
        """
    )
    settle(lifecycle)


def settle(lifecycle: Lifecycle) -> None:
    """As on any other day: checks are planned, marks are taken, and those who will move today have not moved yet."""
    run("CREATE TEMPORARY TABLE tags AS SELECT id, tag_id FROM lifecycle_customerstatus")
    evaluate_everybody(lifecycle=lifecycle, as_of=AS_OF, now=timezone.now())
    run("UPDATE lifecycle_nextcheck AS n SET at = s.entered_at FROM lifecycle_customerstatus AS s "
        f"WHERE s.lifecycle_id = {lifecycle.id} AND s.id = n.status_id AND s.entered_at IS NOT NULL")  # fmt: skip
    run("UPDATE lifecycle_customerstatus AS s SET tag_id = t.tag_id, entered_at = NULL, seen_until = NULL, version = 0 "
        f"FROM tags AS t WHERE s.lifecycle_id = {lifecycle.id} AND t.id = s.id AND s.entered_at IS NOT NULL")  # fmt: skip
    run("DROP TABLE tags")
    run("DELETE FROM lifecycle_dirtymark")


def remember() -> None:
    """Keep the live rows as they are now, to return to."""
    run("VACUUM (ANALYZE) lifecycle_customer")
    for table in LIVE:
        run(f"DROP TABLE IF EXISTS kept_{table}")
        run(f"CREATE TABLE kept_{table} AS SELECT * FROM lifecycle_{table} ORDER BY 1")


def restore() -> None:
    """Bring back the remembered rows and rest: the same start, with fresh statistics, for every measurement."""
    run("TRUNCATE lifecycle_rollback, lifecycle_rolledback, lifecycle_transition, lifecycle_notice, lifecycle_decision, lifecycle_outboxmessage, lifecycle_recommendation, "
        "lifecycle_evaluation, lifecycle_evaluationchunk, lifecycle_customerstatus, lifecycle_nextcheck, "
        "lifecycle_customerfacts, lifecycle_collectedmetrics, lifecycle_dirtymark")  # fmt: skip
    for table in ("customerfacts", "collectedmetrics", "customerstatus", "nextcheck", "dirtymark"):
        run(f"INSERT INTO lifecycle_{table} SELECT * FROM kept_{table} ORDER BY 1")
        run(f"VACUUM (ANALYZE) lifecycle_{table}")
    run("CHECKPOINT")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
