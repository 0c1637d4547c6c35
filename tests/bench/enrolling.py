"""Customers enter a campaign by their moves, against the bare INSERT … SELECT of the same rows."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

from campaigns.engine.enroll import enroll_from_outbox
from campaigns.models import Campaign, CampaignState, CampaignVersion, TriggerKind, VersionState
from lifecycle.models import Lifecycle, StatusTag

from . import world
from .evaluating import clean, hand_connection, same
from .harness import Bench

N = 100_000
NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
ROWS = "campaigns_steprun, campaigns_enrollment"

# By hand: what a move becomes, with no look at who was inside before, at what is taken back, or at who is told.
BY_HAND = """
WITH entered AS (
    INSERT INTO campaigns_enrollment (campaign_id, version_id, customer_id, occasion, transition_id, entered_at)
    SELECT %(campaign)s, %(version)s, customer_id, 'once', id, applied_at
    FROM lifecycle_transition WHERE to_tag_id = %(tag)s ORDER BY customer_id
    RETURNING id, customer_id, entered_at
)
INSERT INTO campaigns_steprun (enrollment_id, campaign_id, customer_id, step, kind, due_at)
SELECT id, %(campaign)s, customer_id, 'rest', 'wait', entered_at + interval '1 hour' FROM entered
"""


def run_cases(bench: Bench) -> None:
    """Everybody moves at once into the tag of one live campaign whose first step waits for an hour."""
    if not bench.wants("enroll"):
        return
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    tag = lifecycle.tags.order_by("position").last()
    assert tag is not None
    version = campaign(lifecycle, tag)
    populate(lifecycle, tag)
    hand = hand_connection()

    def by_hand() -> None:
        with hand.transaction():
            hand.execute(BY_HAND, {"campaign": version.campaign_id, "version": version.id, "tag": tag.id})

    def by_us() -> None:
        while enroll_from_outbox(now=NOW):
            pass

    made = []
    for way in (by_hand, by_us):
        restore()
        way()
        made.append(fingerprint())
    same(*made)
    bench.compare("enroll", N, ours=by_us, floor=by_hand, before=restore, most=1.3)


def campaign(lifecycle: Lifecycle, tag: StatusTag) -> CampaignVersion:
    world.run("TRUNCATE campaigns_campaign CASCADE")
    text = {
        "lifecycle": lifecycle.code,
        "trigger": {"kind": "entered_tag", "lifecycle": lifecycle.code, "tag": tag.code},
        "message_class": "transactional",
        "steps": [{"key": "rest", "kind": "wait", "after": {"hours": 1}}],
    }
    return CampaignVersion.objects.create(
        campaign=Campaign.objects.create(key="bench", name="Bench", state=CampaignState.LIVE),
        number=1,
        state=VersionState.LIVE,
        definition=text,
        trigger_kind=TriggerKind.ENTERED_TAG,
        trigger_tag=tag,
        written_at=NOW,
    )


def populate(lifecycle: Lifecycle, tag: StatusTag) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lifecycle_customer (external_id, timezone, traits, created_at, updated_at) "
            "SELECT 'c' || n, 'UTC', '{}', now(), now() FROM generate_series(1, %s) AS n",
            [N],
        )
        cursor.execute(
            "INSERT INTO lifecycle_transition (lifecycle_id, customer_id, to_tag_id, applied_at, recorded_at, reason, "
            "evidence) SELECT %s, id, %s, %s, %s, 'bench', '{}' FROM lifecycle_customer ORDER BY id",
            [lifecycle.id, tag.id, NOW, NOW],
        )
        cursor.execute(
            "INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at) "
            "SELECT 'transition', customer_id, id, %s FROM lifecycle_transition ORDER BY id",
            [NOW],
        )
    world.run("VACUUM (ANALYZE)")


def restore() -> None:
    """Nobody has entered, and nobody has heard of the moves."""
    world.run(f"TRUNCATE {ROWS} CASCADE")
    world.run("DELETE FROM lifecycle_outboxcursor")
    world.run("CHECKPOINT")


def fingerprint() -> list[object]:
    """Counts and digests of both tables, but for their own numbers."""
    found: list[object] = []
    with connection.cursor() as cursor:
        for table in ROWS.split(", "):
            cursor.execute(
                "SELECT count(*), md5(string_agg(md5((to_jsonb(t) - 'id' - 'enrollment_id')::text), '' "
                f"ORDER BY customer_id)) FROM {table} AS t"
            )
            found.append(cursor.fetchone())
    return found
