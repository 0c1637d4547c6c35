"""The floor: the same decisions and the same writes in SQL written by hand, staged in temporary tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg

from .world import AS_OF, SHAPES

CUTOFF = "'{}'::timestamptz"


def ago(as_of: datetime, days: int) -> str:
    """The first instant that is not ``days`` complete days old at the end of the day ``as_of``."""
    return CUTOFF.format((as_of + timedelta(microseconds=1) - timedelta(days=days)).isoformat())


def decide(tags: dict[str, int], rules: list[int], scope: str) -> str:
    """Fill ``decided`` for the five shapes of ``world.SHAPES``; ``rules`` are their ids in that order."""
    assert len(SHAPES) == len(rules)
    risk, progress, mastery, campaign, churn = rules
    declining = f"f.last_login_at < {ago(AS_OF, 5)} AND m.engagement_score < 40"
    progressing = "f.modules_completed >= 2 AND round(f.assessment_score_sum / NULLIF(f.assessments_taken, 0), 2) >= 70"
    mastering = "f.curriculum_completion >= 90 AND f.final_assessment >= 85 AND f.community_contribution >= 50"
    valuable = "c.product_tag IN ('PT_001', 'PT_002') AND f.total_spend >= 1000"
    gone = f"f.last_event_at < {ago(AS_OF, 30)}"
    winner = f"""CASE s.tag_id
        WHEN {tags["ST_001"]} THEN CASE WHEN {declining} THEN {risk} WHEN {progressing} THEN {progress} END
        WHEN {tags["ST_002"]} THEN CASE WHEN {declining} THEN {risk} WHEN {mastering} THEN {mastery} END
        WHEN {tags["ST_004"]} THEN CASE WHEN {valuable} THEN {campaign} WHEN {gone} THEN {churn} END
        WHEN {tags["ST_005"]} THEN CASE WHEN {gone} THEN {churn} END END"""
    return f"""
        SELECT s.id, s.customer_id, s.tag_id, s.version, f.last_event_at, {winner} AS rule_id,
            CASE s.tag_id
                WHEN {tags["ST_001"]} THEN array_remove(ARRAY[CASE WHEN {declining} THEN {risk} END, CASE WHEN {progressing} THEN {progress} END]::bigint[], NULL)
                WHEN {tags["ST_002"]} THEN array_remove(ARRAY[CASE WHEN {declining} THEN {risk} END, CASE WHEN {mastering} THEN {mastery} END]::bigint[], NULL)
                WHEN {tags["ST_004"]} THEN array_remove(ARRAY[CASE WHEN {valuable} THEN {campaign} END, CASE WHEN {gone} THEN {churn} END]::bigint[], NULL)
                ELSE ARRAY[{churn}]::bigint[] END AS matched,
            CASE {winner}
                WHEN {risk} THEN jsonb_build_object('days_since_login', '{AS_OF.date()}'::date - f.last_login_at::date, 'engagement_score', m.engagement_score)
                WHEN {progress} THEN jsonb_build_object('modules_completed', f.modules_completed, 'assessment_avg_score', trim_scale(round(f.assessment_score_sum / NULLIF(f.assessments_taken, 0), 2)))
                WHEN {mastery} THEN jsonb_build_object('curriculum_completion', trim_scale(f.curriculum_completion), 'final_assessment', trim_scale(f.final_assessment), 'community_contribution', trim_scale(f.community_contribution))
                WHEN {campaign} THEN jsonb_build_object('customer_tier', CASE c.product_tag WHEN 'PT_001' THEN 'Pro' WHEN 'PT_002' THEN 'Enterprise' ELSE 'Freemium' END, 'total_spend', trim_scale(f.total_spend))
                ELSE jsonb_build_object('days_since_activity', '{AS_OF.date()}'::date - f.last_event_at::date) END AS evidence,
            CASE WHEN s.tag_id IN ({tags["ST_001"]}, {tags["ST_002"]}) AND f.last_login_at >= {ago(AS_OF, 5)}
                 THEN (f.last_login_at::date + 6)::timestamptz - interval '1 microsecond'
                 WHEN s.tag_id IN ({tags["ST_004"]}, {tags["ST_005"]}) AND f.last_event_at >= {ago(AS_OF, 30)}
                 THEN (f.last_event_at::date + 31)::timestamptz - interval '1 microsecond' END AS check_at,
            n.at AS check_seen
        FROM lifecycle_customerstatus s JOIN lifecycle_customerfacts f ON f.customer_id = s.customer_id
        JOIN lifecycle_customer c ON c.id = s.customer_id
        LEFT JOIN lifecycle_collectedmetrics m ON m.customer_id = s.customer_id JOIN lifecycle_nextcheck n ON n.status_id = s.id
        WHERE s.lifecycle_id = %(lifecycle)s AND {scope}"""


APPLY = """
UPDATE lifecycle_customerstatus s
SET tag_id = r.to_tag_id, version = s.version + 1, previous_tag_id = d.tag_id, entered_at = %(as_of)s, seen_until = GREATEST(%(as_of)s, d.last_event_at)
FROM decided d JOIN lifecycle_transitionrule r ON r.id = d.rule_id
WHERE s.id = d.id AND s.version = d.version;
CREATE TEMP TABLE recorded ON COMMIT DROP AS WITH t AS (
    INSERT INTO lifecycle_transition (lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, rule_id, evaluation_id, evidence)
    SELECT %(lifecycle)s, d.customer_id, d.tag_id, r.to_tag_id, %(as_of)s, now(), d.rule_id, %(evaluation)s, d.evidence
    FROM decided d JOIN lifecycle_transitionrule r ON r.id = d.rule_id ORDER BY d.customer_id RETURNING id, customer_id) SELECT * FROM t;
INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at) SELECT 'transition', customer_id, id, now() FROM recorded;
INSERT INTO lifecycle_decision (evaluation_id, customer_id, step, from_tag_id, rule_id, matched_rules, is_applied)
SELECT %(evaluation)s, customer_id, %(step)s, tag_id, rule_id, matched, true FROM decided WHERE rule_id IS NOT NULL ORDER BY customer_id;
UPDATE lifecycle_nextcheck n SET at = d.check_at FROM decided d WHERE n.status_id = d.id AND d.rule_id IS NULL;
"""


def evaluate(
    connection: psycopg.Connection, lifecycle: int, tags: dict[str, int], rules: list[int], scope: str = "true"
) -> int:
    """One evaluation of everybody in ``scope`` in one transaction; returns the number of moves."""
    moved, step = 0, 1
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lifecycle_evaluation (lifecycle_id, kind, as_of, state, started_at, error) VALUES (%s, 'full', %s, 'running', now(), '') RETURNING id",
            [lifecycle, AS_OF],
        )
        params = {"lifecycle": lifecycle, "as_of": AS_OF, "evaluation": cursor.fetchone()[0]}  # type: ignore[index]
        while True:
            sql = f"SELECT * FROM ({decide(tags, rules, scope)}) q WHERE rule_id IS NOT NULL OR check_at IS DISTINCT FROM check_seen"
            cursor.execute(f"CREATE TEMP TABLE decided ON COMMIT DROP AS {sql}", params)
            cursor.execute(APPLY, {**params, "step": step})
            cursor.execute(
                "DROP TABLE recorded; DROP TABLE IF EXISTS moved; CREATE TEMP TABLE moved ON COMMIT DROP AS SELECT id FROM decided WHERE rule_id IS NOT NULL; DROP TABLE decided"
            )
            cursor.execute("SELECT count(*) FROM moved")
            count = cursor.fetchone()[0]  # type: ignore[index]
            moved += count
            if not count:
                break
            scope, step = "s.id IN (SELECT id FROM moved)", step + 1
        cursor.execute(
            "UPDATE lifecycle_evaluation SET state = 'done', finished_at = now(), moved = %s, evaluated = "
            "(SELECT count(*) FROM lifecycle_customerstatus WHERE lifecycle_id = %s) WHERE id = %s",
            [moved, lifecycle, params["evaluation"]],
        )
    return moved


class Prepared:
    """One customer by hand: the same statements, prepared once on one connection."""

    def __init__(self, connection: psycopg.Connection, lifecycle: int, tags: dict[str, int], rules: list[int]) -> None:
        self.connection = connection
        self.lifecycle = lifecycle
        self.cursor = psycopg.Cursor(connection)
        decided = decide(tags, rules, "s.id = ANY(%(ids)s::bigint[])")
        self.move = f"""
            WITH decided AS MATERIALIZED (
                SELECT * FROM ({decided}) q WHERE rule_id IS NOT NULL OR check_at IS DISTINCT FROM check_seen
            ), moved AS (
                UPDATE lifecycle_customerstatus s SET tag_id = r.to_tag_id, version = s.version + 1,
                    previous_tag_id = d.tag_id, entered_at = %(as_of)s::timestamptz, seen_until = GREATEST(%(as_of)s::timestamptz, d.last_event_at)
                FROM decided d JOIN lifecycle_transitionrule r ON r.id = d.rule_id WHERE s.id = d.id AND s.version = d.version
                RETURNING s.id, s.customer_id, d.tag_id AS before, s.tag_id AS after, d.rule_id, d.evidence, d.matched
            ), recorded AS (
                INSERT INTO lifecycle_transition (lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, rule_id, evaluation_id, evidence)
                SELECT %(lifecycle)s::bigint, customer_id, before, after, %(as_of)s::timestamptz, now(), rule_id, %(evaluation)s::bigint, evidence
                FROM moved RETURNING id, customer_id
            ), announced AS (
                INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at)
                SELECT 'transition', customer_id, id, now() FROM recorded
            ), kept AS (
                INSERT INTO lifecycle_decision (evaluation_id, customer_id, step, from_tag_id, rule_id, matched_rules, is_applied)
                SELECT %(evaluation)s::bigint, customer_id, %(step)s::int, before, rule_id, matched, true FROM moved
            ), planned AS (
                UPDATE lifecycle_nextcheck n SET at = d.check_at FROM decided d WHERE n.status_id = d.id AND d.rule_id IS NULL
            ) SELECT ARRAY(SELECT id FROM moved)"""

    def ask(self, sql: str, **params: object) -> Any:
        return self.cursor.execute(sql, params, prepare=True).fetchone()

    def evaluate(self, customer: int) -> int:
        with self.connection.transaction():
            ids = self.ask(
                """WITH marks AS (DELETE FROM lifecycle_dirtymark WHERE lifecycle_id = %(lifecycle)s AND customer_id = ANY(%(customers)s::bigint[])),
                   held AS (SELECT id FROM lifecycle_customerstatus WHERE lifecycle_id = %(lifecycle)s AND customer_id = ANY(%(customers)s::bigint[]) FOR NO KEY UPDATE)
                   SELECT ARRAY(SELECT id FROM held)""",
                lifecycle=self.lifecycle, customers=[customer],
            )[0]  # fmt: skip
            evaluation = self.ask(
                "INSERT INTO lifecycle_evaluation (lifecycle_id, kind, as_of, state, started_at, error) "
                "VALUES (%(lifecycle)s, 'selected', %(as_of)s, 'running', now(), '') RETURNING id",
                lifecycle=self.lifecycle, as_of=AS_OF,
            )[0]  # fmt: skip
            moved = step = 0
            while ids:
                step += 1
                ids = self.ask(
                    self.move, ids=ids, lifecycle=self.lifecycle, evaluation=evaluation, as_of=AS_OF, step=step
                )[0]
                moved += len(ids)
            self.ask(
                "UPDATE lifecycle_evaluation SET state = 'done', finished_at = now(), evaluated = 1, moved = %(moved)s "
                "WHERE id = %(evaluation)s RETURNING id",
                moved=moved, evaluation=evaluation,
            )  # fmt: skip
        return moved
