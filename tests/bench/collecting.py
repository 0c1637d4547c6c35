"""A week of days summed up, against the same aggregate written by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from lifecycle.engine.collect import backfill
from lifecycle.models import Lifecycle

from . import world
from .evaluating import clean, hand_connection, same
from .harness import Bench

N = 100_000
DAYS = 7
NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)  # the morning after ``world.AS_OF``
BY_HAND = (Path(__file__).parent / "collecting.sql").read_text()


def run_cases(bench: Bench) -> None:
    """Every customer is there on every other day, with five events; half of them have earlier days."""
    if not bench.wants("backfill_metrics"):
        return
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    populate(lifecycle)
    hand = hand_connection()

    def by_hand() -> None:
        with hand.transaction():
            hand.execute(BY_HAND)

    def by_us() -> None:
        backfill(days=DAYS, now=NOW)

    made = []
    for way in (by_hand, by_us):
        restore()
        way()
        made.append(fingerprint())
    same(*made)
    bench.compare("backfill_metrics", N, ours=by_us, floor=by_hand, before=restore, most=1.5)


def populate(lifecycle: Lifecycle) -> None:
    world.run("TRUNCATE lifecycle_customer, lifecycle_event, lifecycle_collection CASCADE")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(
            "INSERT INTO lifecycle_customer (external_id, timezone, traits, created_at, updated_at) "
            "SELECT 'c' || n, 'UTC', '{}', now(), now() FROM generate_series(1, %s) AS n",
            [N],
        )
        cursor.execute(
            """
            INSERT INTO lifecycle_event (customer_id, source, message_id, name, occurred_at, received_at, value, properties)
            SELECT c.id, 'bench', c.id || '-' || day || '-' || n, named.name,
                   %(as_of)s::timestamptz - day * interval '1 day' - random() * interval '6 hours', now(),
                   CASE named.name WHEN 'assessment_completed' THEN (random() * 100)::int END,
                   CASE named.name WHEN 'feature_use' THEN jsonb_build_object('feature_id', (random() * 9)::int) ELSE '{}' END
            FROM lifecycle_customer AS c, generate_series(0, 13) AS day, generate_series(1, 5) AS n,
                 LATERAL (SELECT (ARRAY['login', 'page_view', 'feature_use', 'lesson_completed', 'module_completed',
                                        'assessment_completed', 'forum_post', 'comment', 'question', 'answer'])
                                 [1 + (c.id * 31 + day * 17 + n * 7 + (random() * 3)::int) %% 10] AS name) AS named
            WHERE (c.id + day) %% 2 = 0 AND (day < 7 OR c.id %% 4 < 2)
            ORDER BY day DESC, c.id
            """,
            {"as_of": world.AS_OF},
        )
    world.enroll_everybody(lifecycle=lifecycle)
    world.run("VACUUM (ANALYZE) lifecycle_event, lifecycle_customer")
    backfill(days=2 * DAYS, now=NOW)
    world.run(f"DELETE FROM lifecycle_dailymetrics WHERE metric_date > '{NOW.date()}'::date - {DAYS + 1}")
    world.run("CREATE TABLE IF NOT EXISTS kept_dailymetrics AS SELECT * FROM lifecycle_dailymetrics WHERE false")
    world.run("TRUNCATE kept_dailymetrics")
    world.run("INSERT INTO kept_dailymetrics SELECT * FROM lifecycle_dailymetrics ORDER BY id")


def restore() -> None:
    """The week before is there, the week is not, and nobody has a window yet."""
    world.run("TRUNCATE lifecycle_dailymetrics, lifecycle_collectedmetrics, lifecycle_dirtymark")
    world.run("INSERT INTO lifecycle_dailymetrics SELECT * FROM kept_dailymetrics ORDER BY id")
    world.run("UPDATE lifecycle_collection SET through = NULL, backfilling = NULL")
    world.run("VACUUM (ANALYZE) lifecycle_dailymetrics")
    world.run("CHECKPOINT")


def fingerprint() -> str:
    """A digest of every day, window and mark."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table, leave in (("dailymetrics", "id"), ("collectedmetrics", ""), ("dirtymark", "id")):
            cursor.execute(
                f"SELECT md5(string_agg(md5((to_jsonb(t) - '{leave}')::text), '' ORDER BY customer_id, to_jsonb(t) ->> 'metric_date')) "
                f"FROM lifecycle_{table} AS t"
            )
            digest.update(str(cursor.fetchone()[0]).encode())
    return digest.hexdigest()
