"""Steps among a million that wait: claimed, against the bare claim; done soon; and done by two processes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db import connection

from campaigns.engine.claim import LEASE, claim
from campaigns.engine.steps import run_due
from campaigns.models import Campaign, CampaignState, CampaignVersion, StepRun, TriggerKind, VersionState

from . import world
from .evaluating import clean, crew, wait_for
from .harness import Bench

CUSTOMERS, OCCASIONS = 50_000, 20
CLAIMS, AT_ONCE = 20, 1_000
AN_HOUR = 1_000_000
SINGLES, SOON = 20, 1.0  # of the two seconds from due to done, the time that the tick of a second leaves
NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
DEFINITION = {
    "lifecycle": "bench",
    "trigger": {"kind": "event", "name": "cart_updated"},
    "message_class": "transactional",
    "steps": [
        {"key": "buys", "kind": "branch", "condition": {"metric": "order_count", "operator": ">=", "value": 1},
         "paths": {"yes": [{"key": "rest", "kind": "wait"}], "no": []}},
        {"key": "half", "kind": "split", "shares": {"a": 50, "b": 50}},
        {"key": "later", "kind": "wait", "after": {"days": 30}},
    ],
}  # fmt: skip
BARE = """
UPDATE campaigns_steprun SET state = 'leased', token = %s, lease_until = %s, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM campaigns_steprun WHERE state = 'waiting' AND due_at <= %s ORDER BY due_at LIMIT %s
    FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def run_cases(bench: Bench) -> None:
    """50,000 of the million are due: the first of 20 enrollments of each customer."""
    if not any(map(bench.wants, ("claim_steps", "due_within", "step_runs_per_hour"))):
        return
    clean()
    populate()
    bench.compare("claim_steps", CLAIMS * AT_ONCE, ours=claims, floor=bare_claims, before=restore, most=1.3)
    if bench.wants("due_within"):
        due_within(bench)
    if bench.wants("step_runs_per_hour"):
        an_hour(bench)


def claims() -> int:
    return sum(len(claim(kind="branch", now=NOW, most=AT_ONCE).runs) for _ in range(CLAIMS))


def bare_claims() -> int:
    found = 0
    for _ in range(CLAIMS):
        with connection.cursor() as cursor:
            cursor.execute(BARE, [uuid4(), NOW + LEASE, NOW, AT_ONCE])
            found += len(cursor.fetchall())
    return found


def due_within(bench: Bench) -> None:
    """One step becomes due while the million wait, and is done at the next tick; the slowest of some counts."""
    restore()
    world.run("UPDATE campaigns_steprun SET due_at = due_at + interval '30 days'")
    world.run("VACUUM (ANALYZE) campaigns_steprun")
    first = StepRun.objects.order_by("id").values_list("id", flat=True)[0]
    took = []
    for number in range(first, first + CUSTOMERS * OCCASIONS, CUSTOMERS * OCCASIONS // SINGLES):
        StepRun.objects.filter(id=number).update(due_at=NOW)
        began = time.perf_counter()
        run_due(now=NOW)
        took.append(time.perf_counter() - began)
        if not StepRun.objects.filter(id=number, state="done").exists():
            raise AssertionError(f"due_within: run {number} was due and was not done")
        while run_due(now=NOW):  # what follows at once is not measured
            pass
    bench.keep("due_within", CUSTOMERS * OCCASIONS, max(took), SOON, max(took) / SOON, most=1.0)


def an_hour(bench: Bench) -> None:
    """Three steps and more for each of 50,000 customers; the floor is the time that a million an hour leaves them."""
    with crew(2, "tests.bench.stepper") as processes:

        def work() -> None:
            began = time.perf_counter()
            for process in processes:
                print("go", file=process.stdin, flush=True)
            for process in processes:
                wait_for(process)
            took.append(time.perf_counter() - began)
            done.append(StepRun.objects.filter(state="done").count())

        took: list[float] = []
        done: list[int] = []
        seconds = bench.median_of(work, before=restore, rounds=3)
        left = done[0] * 3600 / AN_HOUR
        bench.keep("step_runs_per_hour", done[0], seconds, left, seconds / left, most=1.0)


def populate() -> None:
    world.run("TRUNCATE campaigns_campaign CASCADE")
    lifecycle = world.lifecycle_of((), "bench")
    campaign = Campaign.objects.create(key="bench", name="Bench", state=CampaignState.LIVE)
    version = CampaignVersion.objects.create(
        campaign=campaign, number=1, state=VersionState.LIVE, definition=DEFINITION, written_at=NOW,
        trigger_kind=TriggerKind.EVENT, trigger_event="cart_updated",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lifecycle_customer (external_id, timezone, traits, created_at, updated_at) "
            "SELECT 'c' || n, (ARRAY['UTC', 'Asia/Tokyo', 'America/New_York'])[1 + n %% 3], '{}', now(), now() "
            "FROM generate_series(1, %s) AS n",
            [CUSTOMERS],
        )
        cursor.execute("INSERT INTO lifecycle_customerfacts (customer_id, order_count) "
                       "SELECT id, id %% 2 FROM lifecycle_customer", [])  # fmt: skip
        cursor.execute(
            "INSERT INTO campaigns_enrollment (campaign_id, version_id, customer_id, occasion, entered_at) "
            "SELECT %s, %s, c.id, 'event:' || n, %s FROM generate_series(1, %s) AS n, lifecycle_customer AS c "
            "ORDER BY n, c.id",
            [campaign.id, version.id, NOW - timedelta(days=1), OCCASIONS],
        )
    world.enroll_everybody(lifecycle=lifecycle)
    world.run("UPDATE lifecycle_lifecycle SET is_set_up = true")


def restore() -> None:
    """Everybody is at the first step; in the order of their ids they are due, a million within some months."""
    world.run("TRUNCATE campaigns_steprun CASCADE")
    world.run("UPDATE campaigns_enrollment SET state = 'active', ended_at = NULL WHERE state <> 'active'")
    world.run(
        "INSERT INTO campaigns_steprun (enrollment_id, campaign_id, customer_id, step, kind, due_at) "
        "SELECT id, campaign_id, customer_id, 'buys', 'branch', "
        f"timestamptz '{NOW.isoformat()}' + (id - (SELECT min(id) FROM campaigns_enrollment) - {CUSTOMERS - 1}) "
        "* interval '10 seconds' FROM campaigns_enrollment ORDER BY id"
    )
    world.run("VACUUM (ANALYZE) campaigns_steprun")
    world.run("CHECKPOINT")
