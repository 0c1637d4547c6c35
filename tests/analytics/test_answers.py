"""After a worker has been there, nobody who sees everybody waits for a dashboard that is opened as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics import tasks
from analytics.admin.board import BOARDS
from analytics.engine.answers import keep_answers, keep_revenue
from analytics.models import Snapshot
from analytics.queries import kept
from analytics.queries.health import LEVELS, LISTS
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    HealthScoreFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OWN = [one.code for one in BOARDS if not one.of]


@pytest.fixture(autouse=True)
def world():
    with time_machine.travel(NOW, tick=False):
        lifecycle = LifecycleFactory(code="learning")
        tags = [
            StatusTagFactory(lifecycle=lifecycle, code=code, category=category, position=position)
            for position, (code, category) in enumerate((("ST_001", "learning"), ("ST_003", "learning")))
        ]
        LifecycleFactory(code="account")
        for number in range(6):
            owner = UserFactory()
            customer = CustomerFactory(owner=owner, name=f"Early {number}")
            at = NOW - timedelta(days=3 + 40 * (number % 2))
            TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=None, to_tag=tags[0], applied_at=at)
            CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=tags[0], entered_at=at)
            AccountFactory(customer=customer, annual_revenue=1200, opened_at=at, updated_at=at)
            HealthScoreFactory(customer=customer, score=30, level="POOR", recorded_at=NOW)
            CustomerHealthFactory(customer=customer, score=30, computed_score=30, level="POOR", day=NOW.date())
        yield


@pytest.fixture
def boss():
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


@pytest.fixture
def nobody_computes(monkeypatch):
    keep_answers(now=NOW)
    monkeypatch.setattr(kept, "ask", lambda name, **about: pytest.fail(f"{name} was computed while somebody waited"))


@pytest.mark.usefixtures("nobody_computes")
@pytest.mark.parametrize("code", OWN)
def test_a_dashboard_opens_with_what_was_kept(boss, code):
    answer = boss.get(reverse(f"admin:analytics_snapshot_{code}"))

    assert answer.status_code == 200
    assert answer.context["said"].as_of == NOW


@pytest.mark.usefixtures("nobody_computes")
@pytest.mark.parametrize("code", ["status_tags", "managers", "campaign_results"])
def test_the_ranges_that_a_dashboard_links_to_are_kept(boss, code):
    links = boss.get(reverse(f"admin:analytics_snapshot_{code}")).context["presets"]

    pages = [boss.get(reverse(f"admin:analytics_snapshot_{code}") + one.url) for one in links]

    assert [one.title for one in links] == ["Last 7 days", "Last 30 days", "Last 90 days"]
    assert [page.context["said"].as_of for page in pages] == [NOW] * 3


@pytest.mark.parametrize("code", OWN)
def test_nobody_waits_after_midnight(boss, code, monkeypatch):
    with time_machine.travel(NOW.replace(hour=23, minute=30), tick=False):
        keep_answers(now=NOW.replace(hour=23, minute=30))
    monkeypatch.setattr(kept, "ask", lambda name, **about: pytest.fail(f"{name} was computed while somebody waited"))

    with time_machine.travel(NOW.replace(hour=23, minute=59) + timedelta(minutes=20), tick=False):
        boss.force_login(UserFactory(is_superuser=True, is_staff=True))
        first = boss.get(reverse(f"admin:analytics_snapshot_{code}"))
        pages = [boss.get(reverse(f"admin:analytics_snapshot_{code}") + one.url) for one in first.context["presets"]]

    assert [page.status_code for page in (first, *pages)] == [200] * (1 + len(pages))


@pytest.mark.usefixtures("nobody_computes")
@pytest.mark.parametrize("who", [*LISTS, *LEVELS])
def test_the_lists_behind_health_are_kept(boss, who):
    assert boss.get(reverse("admin:analytics_snapshot_health_customers"), {"who": who}).status_code == 200


def test_a_worker_brings_what_came_since():
    keep_answers(now=NOW)
    customer = CustomerFactory(name="Late")
    CustomerHealthFactory(customer=customer, score=10, computed_score=10, level="POOR", day=NOW.date())
    later = NOW + timedelta(minutes=20)

    keep_answers(now=later)

    with kept.only_known():
        told = kept.kept("health_customers", owners=None, now=later, who="POOR", dimension="", part="", most=500)
    assert (told.as_of, len(told.rows)) == (later, 7)


def test_the_answers_come_with_the_snapshot(monkeypatch):
    monkeypatch.setattr(tasks, "LOOK_BACK", timedelta(0))

    tasks.take_snapshots()

    assert Snapshot.objects.get().as_of == NOW
    with kept.only_known():
        assert kept.kept("renewals_by_health", owners=None, now=NOW, days=90).as_of == NOW


def retention_on(page):
    return next(one for one in page.context["said"].charts if one.key == "retention")


def test_the_executive_never_computes_everybody_s_revenue(boss):
    with CaptureQueriesContext(connection) as queries:
        shown = retention_on(boss.get(reverse("admin:analytics_snapshot_executive")))

    assert [one for one in queries if "tenure_movements" in one["sql"]] == []
    assert not shown.rows
    assert "computed at night" in shown.when_empty


def test_the_executive_shows_what_the_night_brought(boss):
    keep_revenue(now=NOW)

    shown = retention_on(boss.get(reverse("admin:analytics_snapshot_executive")))

    assert [row[0] for row in shown.rows] == ["Jan 2026", "Feb 2026"]
