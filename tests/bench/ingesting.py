"""Ingest against the same tables filled by SQL written by hand."""

from __future__ import annotations

import json
import random
import threading
from datetime import timedelta

import psycopg
from django.db import connection
from django.utils import timezone

from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import read_batch

from . import world
from .evaluating import clean, hand_connection, same
from .harness import Bench

N = 100_000
BATCH = 1_000
CUSTOMERS = 10_000
NAMES = (
    "login",
    "page_view",
    "feature_use",
    "lesson_completed",
    "module_completed",
    "assessment_completed",
    "ADD_TO_CART",
    "ORDER_PAID",
)

# By hand: the events, then one aggregated upsert of the same facts, and the marks, in one statement a batch.
BY_HAND = """
WITH sent AS (
    SELECT c.id AS customer_id, e.message_id, e.name, e.occurred_at, e.properties,
           CASE e.name WHEN 'ORDER_PAID' THEN (e.properties ->> 'amount')::numeric
                       WHEN 'assessment_completed' THEN (e.properties ->> 'score')::numeric END AS value
    FROM jsonb_to_recordset(%s::jsonb) AS e(message_id text, customer_id text, name text, occurred_at timestamptz, properties jsonb)
    JOIN lifecycle_customer c ON c.external_id = e.customer_id
), stored AS (
    INSERT INTO lifecycle_event (customer_id, source, message_id, name, occurred_at, received_at, value, properties)
    SELECT customer_id, 'bench', message_id, name, occurred_at, now(), value, properties FROM sent ORDER BY message_id
    ON CONFLICT (source, message_id) DO NOTHING
    RETURNING customer_id, message_id, name, occurred_at, value, properties
), paid AS (
    INSERT INTO lifecycle_order AS o (customer_id, reference, ordered_at, amount)
    SELECT customer_id, COALESCE(properties ->> 'order_id', message_id), min(occurred_at), sum(value)
    FROM stored WHERE name = 'ORDER_PAID' GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (customer_id, reference) DO UPDATE
    SET amount = o.amount + excluded.amount, ordered_at = LEAST(o.ordered_at, excluded.ordered_at)
    RETURNING customer_id, (xmax = 0) AS is_new
), summed AS (
    SELECT s.customer_id, min(occurred_at) AS first, max(occurred_at) AS last,
           max(occurred_at) FILTER (WHERE name = 'login') AS login_at, count(*) FILTER (WHERE name = 'login') AS logins,
           count(*) FILTER (WHERE name = 'ADD_TO_CART') AS carts, max(occurred_at) FILTER (WHERE name = 'ADD_TO_CART') AS cart_at,
           COALESCE(max(p.orders), 0) AS orders, COALESCE(sum(value) FILTER (WHERE name = 'ORDER_PAID'), 0) AS spend,
           min(occurred_at) FILTER (WHERE name = 'ORDER_PAID') AS first_order, max(occurred_at) FILTER (WHERE name = 'ORDER_PAID') AS last_order,
           count(*) FILTER (WHERE name = 'lesson_completed') AS lessons, count(*) FILTER (WHERE name = 'module_completed') AS modules,
           count(*) FILTER (WHERE name = 'assessment_completed') AS tests, COALESCE(sum(value) FILTER (WHERE name = 'assessment_completed'), 0) AS scores
    FROM stored s LEFT JOIN (SELECT customer_id, count(*) FILTER (WHERE is_new) AS orders FROM paid GROUP BY 1) p ON p.customer_id = s.customer_id
    GROUP BY s.customer_id
), upserted AS (
    INSERT INTO lifecycle_customerfacts AS f (customer_id, first_event_at, last_event_at, last_login_at, login_count, cart_adds, last_cart_at, order_count,
        total_spend, first_order_at, last_order_at, lessons_completed, modules_completed, assessments_taken, assessment_score_sum)
    SELECT * FROM summed ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET
        first_event_at = LEAST(f.first_event_at, excluded.first_event_at), last_event_at = GREATEST(f.last_event_at, excluded.last_event_at),
        last_login_at = GREATEST(f.last_login_at, excluded.last_login_at), login_count = f.login_count + excluded.login_count,
        cart_adds = f.cart_adds + excluded.cart_adds, last_cart_at = GREATEST(f.last_cart_at, excluded.last_cart_at),
        order_count = f.order_count + excluded.order_count, total_spend = f.total_spend + excluded.total_spend,
        first_order_at = LEAST(f.first_order_at, excluded.first_order_at), last_order_at = GREATEST(f.last_order_at, excluded.last_order_at),
        lessons_completed = f.lessons_completed + excluded.lessons_completed, modules_completed = f.modules_completed + excluded.modules_completed,
        assessments_taken = f.assessments_taken + excluded.assessments_taken, assessment_score_sum = f.assessment_score_sum + excluded.assessment_score_sum
), marked AS (
    INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) SELECT l.id, s.customer_id FROM summed s CROSS JOIN lifecycle_lifecycle l WHERE l.is_active
) SELECT count(*) FROM stored
"""


def run_cases(bench: Bench) -> None:
    if not bench.wants("ingest"):
        return
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    world.populate(lifecycle, CUSTOMERS)
    batches = made_batches()
    hand = hand_connection()
    bench.compare(
        "ingest_events", N, ours=lambda: by_us(batches), floor=lambda: by_hand(hand, batches), before=empty, check=same, most=1.15
    )  # fmt: skip
    if bench.wants("ingest_two_writers"):
        two_writers(bench, batches)


def made_batches() -> list[bytes]:
    """100,000 events as they come over the wire, 2 % of them sent twice."""
    chance = random.Random(42)
    now = timezone.now()
    events: list[dict[str, object]] = []
    for number in range(N):
        if events and chance.random() < 0.02:
            events.append(chance.choice(events))
            continue
        name = chance.choice(NAMES)
        properties: dict[str, object] = {"page": f"/lesson/{number % 97}", "device": "web"}
        if name == "ORDER_PAID":
            properties |= {"amount": round(chance.uniform(5, 90), 2), "order_id": f"o{number}"}
        if name == "assessment_completed":
            properties |= {"score": chance.randrange(101)}
        events.append(
            {
                "message_id": f"{chance.getrandbits(96):024x}",
                "customer_id": f"c{chance.randrange(1, CUSTOMERS + 1)}",
                "name": name,
                "occurred_at": (now - timedelta(seconds=chance.randrange(30 * 86_400))).isoformat(),
                "properties": properties,
            }
        )
    return [json.dumps(events[start : start + BATCH]).encode() for start in range(0, N, BATCH)]


def by_us(batches: list[bytes]) -> int:
    now = timezone.now()
    return sum(ingest(batch=read_batch(body, now=now), source="bench", now=now).stored for body in batches)


def by_hand(hand: psycopg.Connection, batches: list[bytes]) -> int:
    stored = 0
    with hand.cursor() as cursor:
        for body in batches:
            cursor.execute(BY_HAND, [body.decode()])
            stored += cursor.fetchone()[0]  # type: ignore[index]
    return stored


def empty() -> None:
    world.run("TRUNCATE lifecycle_event, lifecycle_order")
    world.restore()


def two_writers(bench: Bench, batches: list[bytes]) -> None:
    """Two connections send the same messages at the same time, the second in another order: no deadlock, exact counters."""

    def write(mine: list[bytes], out: list[int]) -> None:
        try:
            out.append(by_us(mine))
        finally:
            connection.close()

    def both() -> object:
        out: list[int] = []
        backwards = [json.dumps(json.loads(body)[::-1]).encode() for body in batches]
        threads = [threading.Thread(target=write, args=(mine, out)) for mine in (batches, backwards)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(out), totals()

    def alone() -> object:
        return by_us(batches), totals()

    bench.compare("ingest_two_writers", 2 * N, ours=both, floor=alone, before=empty, check=same)


def totals() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(order_count), sum(total_spend), sum(login_count), sum(lessons_completed), sum(assessment_score_sum) "
            "FROM lifecycle_customerfacts"
        )
        return tuple(cursor.fetchone())
