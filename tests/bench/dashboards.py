"""What dashboards ask about a million customers, against the same questions written by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from analytics.admin.board import BOARDS
from analytics.engine.answers import keep_portfolio, portfolios
from analytics.engine.defaults import load_defaults
from analytics.engine.snapshots import take_snapshot
from analytics.models import Snapshot
from analytics.queries.cohorts import Asking, Basis, durations, progress, retention
from analytics.queries.status_tags import About
from analytics.rules.periods import Period
from customer_success.engine.scorecards import load_scorecards
from customer_success.models import Scorecard
from lifecycle.models import Lifecycle, StatusTag

from . import world
from .dashboards_by_hand import BY_HAND, DURATIONS, PROGRESS, RETENTION
from .evaluating import MILLION, clean, hand_connection, same
from .harness import Bench
from .pages import look
from .portfolios import BUSY, cast

MONTHS = 12
VIEWS = 20  # and ten before, untimed
PAGE_SECONDS, SNAPSHOT_SECONDS = 0.5, 60
YEAR = (Path(__file__).parent / "dashboards.sql").read_text()
ACCOUNT_TAGS = {"ONBOARDING": "active", "ACTIVE": "active", "AT_RISK": "risk", "CHURNED": "churned"}


def run_cases(bench: Bench) -> None:
    if bench.wants("cohort_1m"):
        cohorts(bench, MILLION)
    if any(bench.wants(name) for name in ("dashboard_1m", "snapshot_day", "dashboard_page")):
        fill(MILLION)
        measure(bench, MILLION)


def measure(bench: Bench, customers: int) -> None:
    """The status tags board of everybody beside its questions by hand, a day's snapshot, and every board's page."""
    if bench.wants("dashboard_1m"):
        status_tags(bench, customers)
    if bench.wants("snapshot_day") or bench.wants("dashboard_page"):
        snapshot(bench, customers)
    if bench.wants("dashboard_page"):
        pages(bench, customers)


def status_tags(bench: Bench, customers: int) -> None:
    """Where learners were each day of a month, how they moved, and what their rules did."""
    lifecycle = Lifecycle.objects.get(code="learning")
    now = timezone.now()
    period = Period(now.date() - timedelta(days=29), now.date())
    hand = hand_connection()
    about = {"lifecycle": lifecycle.id, "since": period.since, "until": period.until, "as_of": now}

    def by_us() -> list[int]:
        asked = About(lifecycle, period, None, now)
        told = [asked.ask(name).rows for name in BY_HAND]
        return [sum(row.n for row in told[0]), *(sum(row.moves for row in rows) for rows in told[1:])]

    def by_hand() -> list[int]:
        return [sum(row[-1] for row in hand.execute(one, about).fetchall()) for one in BY_HAND.values()]

    bench.compare("dashboard_1m", customers, ours=by_us, floor=by_hand, before=cache.clear, check=same, most=1.3)


def snapshot(bench: Bench, customers: int) -> None:
    """A day that is over, whole; there is no floor. Then as many days as charts of everybody look back on."""
    now = timezone.now()
    yesterday = now.date() - timedelta(days=1)
    seconds = bench.median_of(lambda: take_snapshot(day=yesterday, now=now), before=lambda: None, rounds=1)
    rows = Snapshot.objects.get(day=yesterday).figures.count()
    if bench.wants("snapshot_day"):
        bench.keep("snapshot_day", customers, seconds, SNAPSHOT_SECONDS, seconds / SNAPSHOT_SECONDS, most=1.0)
        print(f"  of {rows:,} figures")
    world.run(PAST_DAYS)
    world.run("VACUUM (ANALYZE) analytics_figure, analytics_snapshot")
    world.run("CHECKPOINT")  # what the server would do while pages are timed


def pages(bench: Bench, customers: int) -> None:
    """Each board as it opens, after the hourly task: answers of everybody and of a team are kept, those of a manager not."""
    people, now = cast(), timezone.now()
    large = portfolios(now=now)
    for owners in large:
        keep_portfolio(owners, now=now)
    print(f"  {len(large)} portfolios kept in {(timezone.now() - now).total_seconds():.1f} s")
    for board in BOARDS:
        for role, some in people.items():
            _, client = some[0]
            seconds, _ = look(client, [reverse(f"admin:analytics_snapshot_{board.code}")] * (VIEWS + 10))
            late = quantiles(seconds, n=20)[-1]
            name = f"dashboard_page {board.code}, {role}"
            bench.keep(name, customers, median(seconds), PAGE_SECONDS, late / PAGE_SECONDS, most=1.0)


def fill(customers: int) -> None:
    """Learners who have been there for up to a year, one in ten of them an account, and what happened to them."""
    clean()
    world.run("TRUNCATE lifecycle_team, campaigns_campaign, analytics_snapshot CASCADE")
    User.objects.filter(username__startswith="manager-").delete()
    world.populate(world.lifecycle_of(world.SHAPES, "learning"), customers)
    account = Lifecycle.objects.create(code="account", name="Accounts", is_set_up=True)
    for position, (code, category) in enumerate(ACCOUNT_TAGS.items()):
        StatusTag.objects.create(lifecycle=account, code=code, name=code, category=category, position=position)
    Scorecard.objects.all().delete()
    load_scorecards(now=timezone.now())
    load_defaults(now=timezone.now())  # the targets of key figures
    world.run(BUSY)
    world.run(YEAR)
    world.run("VACUUM (ANALYZE)")


def cohorts(bench: Bench, customers: int) -> None:
    """The three questions of the page, by month of enrollment: how cohorts move, who buys again, how long it takes."""
    clean()
    lifecycle = world.lifecycle_of((), "bench")
    world.populate(lifecycle, customers)
    live(lifecycle)
    tag = lifecycle.tags.get(code="ST_003")
    asking = Asking(lifecycle, None, world.AS_OF, months=MONTHS)
    hand = hand_connection()
    about = {"lifecycle": lifecycle.id, "as_of": world.AS_OF, "months": MONTHS, "tag": tag.id}

    def by_us() -> list[int]:
        moved = sum(sum(month.values()) for row in progress(asking)[1] for month in [row.now, *row.months])
        stayed = sum(one.classic + one.rolling for row in retention(asking, Basis.ORDERS)[1] for one in row.months)
        took = sum(row.days * row.customers for _, rows in durations(asking, [tag.id])[1] for row in rows)
        return [moved, stayed, took]

    def by_hand() -> list[int]:
        return [sum(row[-1] for row in hand.execute(one, about).fetchall()) for one in (PROGRESS, RETENTION, DURATIONS)]

    bench.compare("cohort_1m", customers, ours=by_us, floor=by_hand, before=cache.clear, check=same, most=1.3)


def live(lifecycle: Lifecycle) -> None:
    """Enrolled over a year, each with two moves and three orders; half of them reached the third tag."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lifecycle_customerfacts SET first_event_at = %s::timestamptz - random() * interval '360 days'",
            [world.AS_OF],
        )
        cursor.execute(
            """
            INSERT INTO lifecycle_transition (lifecycle_id, customer_id, from_tag_id, to_tag_id, applied_at, recorded_at, reason, notes, evidence)
            SELECT s.lifecycle_id, f.customer_id, a.tag, b.tag, f.first_event_at + (%s::timestamptz - f.first_event_at) * n / 3,
                now(), 'bench', '', '{}'
            FROM generate_series(1, 2) AS n CROSS JOIN lifecycle_customerfacts AS f
            JOIN lifecycle_customerstatus AS s ON s.customer_id = f.customer_id AND s.lifecycle_id = %s
            CROSS JOIN LATERAL (SELECT CASE n WHEN 1 THEN NULL ELSE (SELECT min(id) FROM lifecycle_statustag WHERE lifecycle_id = s.lifecycle_id) END AS tag) AS a
            CROSS JOIN LATERAL (SELECT CASE n WHEN 2 THEN s.tag_id ELSE (SELECT min(id) FROM lifecycle_statustag WHERE lifecycle_id = s.lifecycle_id) END AS tag) AS b
            ORDER BY n, f.customer_id
            """,
            [world.AS_OF, lifecycle.id],
        )
        cursor.execute(
            """
            UPDATE lifecycle_customerstatus AS s SET entered_at = t.at, version = 2
            FROM (SELECT customer_id, max(applied_at) AS at FROM lifecycle_transition GROUP BY 1) AS t
            WHERE t.customer_id = s.customer_id AND s.lifecycle_id = %s
            """,
            [lifecycle.id],
        )
        cursor.execute(
            """
            INSERT INTO lifecycle_order (customer_id, reference, ordered_at, amount)
            SELECT customer_id, n, first_event_at + (%s::timestamptz - first_event_at) * random() * (n - 1) / 2, 10
            FROM generate_series(1, 3) AS n CROSS JOIN lifecycle_customerfacts ORDER BY n, customer_id
            """,
            [world.AS_OF],
        )
    world.run("VACUUM (ANALYZE)")


PAST_DAYS = """
WITH newest AS (SELECT * FROM analytics_snapshot ORDER BY day DESC LIMIT 1), days AS (
    INSERT INTO analytics_snapshot (day, as_of, taken_at)
    SELECT day - back, as_of - back * interval '1 day', taken_at FROM newest, generate_series(1, 60) AS back
)
INSERT INTO analytics_figure (day, report, lifecycle_id, part, value, n)
SELECT f.day - back, report, lifecycle_id, part, value, n
FROM newest JOIN analytics_figure AS f ON f.day = newest.day, generate_series(1, 60) AS back ORDER BY back, f.id
"""
