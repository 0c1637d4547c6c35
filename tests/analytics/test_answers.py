"""After a worker has been there, nobody who sees many customers waits for a dashboard that is opened as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics import tasks
from analytics.admin.board import BOARDS
from analytics.engine.answers import DEAR, keep_answers, keep_portfolio, keep_revenue, portfolios
from analytics.models import Snapshot
from analytics.queries import kept
from analytics.queries.health import LEVELS, LISTS
from analytics.queries.kpis import kpi_standings
from analytics.rules.kpis import KPIS
from lifecycle.models import Customer
from lifecycle.queries import owners_seen
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    HealthScoreFactory,
    KpiTargetFactory,
    LifecycleFactory,
    StatusTagFactory,
    TeamFactory,
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


@pytest.fixture
def lead(monkeypatch):
    """Of a team that looks after more than few."""
    monkeypatch.setattr(kept, "FEW", 5)
    user = UserFactory(is_staff=True, last_login=NOW)
    user.groups.add(Group.objects.get(name="Success lead"))
    team = TeamFactory()
    team.leads.add(user)
    team.members.set(get_user_model().objects.filter(customers__isnull=False))
    return user


def owners_of(lead):
    return sorted(owners_seen(lead))


@pytest.mark.parametrize("code", DEAR)
def test_a_lead_does_not_wait_for_what_is_dear(lead, client, code):
    keep_portfolio(owners_of(lead), now=NOW)
    client.force_login(lead)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse(f"admin:analytics_snapshot_{code}"))

    assert page.context["said"].as_of == NOW
    assert [one["sql"] for one in queries if "tenure_" in one["sql"]] == []


@pytest.mark.parametrize("who", [*LISTS, *LEVELS])
def test_a_lead_s_list_is_of_the_same_instant_as_the_number_before_it(lead, client, who):
    keep_portfolio(owners_of(lead), now=NOW)
    client.force_login(lead)

    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        page = client.get(reverse("admin:analytics_snapshot_health_customers"), {"who": who})

    assert page.context["said"].as_of == NOW


def test_what_is_kept_is_what_would_be_asked(lead, client, monkeypatch):
    client.force_login(lead)

    def shown():
        said = [client.get(reverse(f"admin:analytics_snapshot_{code}")).context["said"] for code in DEAR]
        return [(one.as_of, one.cards, [chart.rows for chart in one.charts]) for one in said]

    keep_portfolio(owners_of(lead), now=NOW)
    from_the_cache = shown()
    cache.clear()
    monkeypatch.setattr(kept, "FEW", 500)

    assert from_the_cache == shown()
    assert all(cards or rows for _, cards, rows in from_the_cache)


def test_a_worker_asks_for_the_large_portfolios_of_who_may_be_signed_in(lead):
    small, gone, unknown = (UserFactory(last_login=NOW) for _ in range(3))
    CustomerFactory(owner=small)
    get_user_model().objects.filter(id=gone.id).update(last_login=NOW - timedelta(days=15))
    for owner in (gone, unknown):
        CustomerFactory.create_batch(6, owner=owner)
    for one in (small, gone):
        one.groups.add(Group.objects.get(name="Success manager"))
    UserFactory(is_superuser=True, last_login=NOW)

    assert portfolios(now=NOW) == [owners_of(lead)]


def test_each_large_portfolio_is_a_task_of_its_own(lead, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.keep_portfolio, "apply_async", lambda args, **how: asked.append((args, how)))

    tasks.keep_answers()
    tasks.keep_portfolio(*asked[0][0])

    assert asked == [((owners_of(lead),), {"expires": 3600})]
    with kept.only_known():
        assert kept.kept("renewals_by_health", owners=owners_of(lead), now=NOW, days=90).as_of == NOW


def test_the_command_brings_the_answers_too():
    call_command("take_snapshots", days=0)

    assert Snapshot.objects.get().as_of == NOW
    with kept.only_known():
        assert kept.kept("renewals_by_health", owners=None, now=NOW, days=90).as_of == NOW


def test_who_asks_about_the_past_keeps_nothing_of_it(lead, client):
    for kpi in KPIS:
        KpiTargetFactory(code=kpi.code)
    client.force_login(lead)
    long_ago = {"report": KPIS[0].report, "as_of": (NOW - timedelta(days=365)).isoformat()}

    assert client.get(reverse("admin:analytics_snapshot_behind"), long_ago).status_code == 200

    assert {one.as_of for one in kpi_standings(owners=owners_of(lead), now=NOW)} == {NOW}


def names_on(client, **asked):
    page = client.get(reverse("admin:analytics_snapshot_health_customers"), asked)
    return [row[0] for row in page.context["said"].charts[0].rows]


def test_a_kept_list_names_whom_one_sees_now_by_the_name_they_have_now(lead, client, boss):
    keep_portfolio(owners_of(lead), now=NOW)
    keep_answers(now=NOW)
    client.force_login(lead)
    given_away, renamed = Customer.objects.order_by("id")[:2]
    Customer.objects.filter(id=given_away.id).update(owner=UserFactory())
    Customer.objects.filter(id=renamed.id).update(name="Another name")

    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        theirs, everybody = names_on(client, who="all"), names_on(boss, who="all")

    assert sorted(theirs) == ["Another name", *(f"Early {number}" for number in range(2, 6))]
    assert sorted(everybody) == ["Another name", "Early 0", *(f"Early {number}" for number in range(2, 6))]
