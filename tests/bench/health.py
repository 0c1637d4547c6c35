"""Everybody's health, against the same scores, history and report written by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from customer_success.engine.scorecards import load_scorecards
from customer_success.engine.scoring import score_everybody
from customer_success.models import Scorecard, ScorecardVersion

from . import world
from .evaluating import clean, hand_connection, same
from .harness import Bench

N = 100_000
NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
BY_HAND = (Path(__file__).parent / "health.sql").read_text()


def run_cases(bench: Bench) -> None:
    """Accounts by the shipped scorecard of five dimensions, one in seven values missing, nobody scored before."""
    if not bench.wants("health_scores"):
        return
    clean()
    lifecycle = world.lifecycle_of((), "bench")
    Scorecard.objects.all().delete()
    load_scorecards(now=NOW)
    Scorecard.objects.exclude(code="framework").delete()
    world.run("UPDATE lifecycle_lifecycle SET is_set_up = true")
    populate()
    world.enroll_everybody(lifecycle=lifecycle)
    world.run("VACUUM (ANALYZE)")
    version = ScorecardVersion.objects.get()
    hand = hand_connection()

    def by_hand() -> None:
        with hand.transaction():
            hand.execute(BY_HAND, {"now": NOW, "version": version.id})

    def by_us() -> None:
        score_everybody(now=NOW)

    made = []
    for way in (by_hand, by_us):
        restore()
        way()
        made.append(fingerprint())
    same(*made)
    bench.compare("health_scores", N, ours=by_us, floor=by_hand, before=restore, most=1.3)


def populate() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(
            "INSERT INTO lifecycle_customer (external_id, plan, timezone, traits, created_at, updated_at) "
            "SELECT 'c' || n, 'Professional', 'UTC', '{}', now(), now() FROM generate_series(1, %s) AS n",
            [N],
        )
        cursor.execute(
            "INSERT INTO customer_success_account (customer_id, contract_start_date, labels, opened_at, updated_at) "
            "SELECT id, '2026-01-01', '{}', now(), now() FROM lifecycle_customer ORDER BY id"
        )
        words = ", ".join(f"{name}" for name in JUDGEMENTS)
        cursor.execute(
            f"""
            INSERT INTO customer_success_successprofile (
                account_id, business_objectives, success_criteria, onboarding_status, integration_status,
                data_migration_status, updated_at, licensed_users, active_users, features_available, features_used,
                plan_limit, plan_usage, first_value_on, roi, use_cases, nps_score, {words})
            SELECT id, '{{}}', '{{}}', 'COMPLETED', 'COMPLETED', 'COMPLETED', now(), 100, {some("(random() * 100)::int")},
                40, {some("(random() * 40)::int")}, 1000, {some("(random() * 1100)::int")},
                {some("'2026-01-01'::date + (random() * 120)::int")}, {some("round((random() * 300 - 20)::numeric, 2)")},
                {some("(random() * 4)::int")}, {some("round((random() * 10)::numeric, 1)")},
                {", ".join(some("(ARRAY['excellent', 'good', 'fair', 'poor'])[1 + (random() * 3.99)::int % 4]") for _ in JUDGEMENTS)}
            FROM lifecycle_customer ORDER BY id
            """
        )


JUDGEMENTS = (
    "support_interaction", "product_feedback", "integration_health", "performance", "security_compliance",
    "upgrade_readiness", "account_expansion",
)  # fmt: skip


def some(value: str) -> str:
    """Missing in one of seven."""
    return f"CASE WHEN random() > 1 / 7.0 THEN {value} END"


def restore() -> None:
    """Nobody was ever scored."""
    world.run(
        "TRUNCATE customer_success_healthscore, customer_success_customerhealth, customer_success_scoring, "
        "lifecycle_reportedmetrics, lifecycle_reportedchange, lifecycle_dirtymark"
    )
    world.run("CHECKPOINT")


def fingerprint() -> str:
    """A digest of every score, its history and what was reported."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in ("customer_success_healthscore", "customer_success_customerhealth", "lifecycle_reportedmetrics",
                      "lifecycle_reportedchange"):  # fmt: skip
            cursor.execute(
                f"SELECT count(*), md5(string_agg(md5((to_jsonb(t) - 'id')::text), '' ORDER BY customer_id)) FROM {table} AS t"
            )
            digest.update(str(cursor.fetchone()).encode())
    return digest.hexdigest()
