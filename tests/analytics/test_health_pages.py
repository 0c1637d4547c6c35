"""Portfolio health and the lists behind it: for everybody, a portfolio, and when there is nothing to show."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.admin.health_charts import groups_in
from analytics.engine.snapshots import take_snapshot
from analytics.queries import health
from tests.customer_success.cast import member
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    HealthAlertFactory,
    HealthScoreFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
BOARD = reverse("admin:analytics_snapshot_portfolio_health")
LIST = reverse("admin:analytics_snapshot_health_customers")
INSIGHTS = reverse("admin:analytics_snapshot_insights")


@pytest.fixture
def mia():
    return member("mia")


@pytest.fixture
def see():
    def seen(user, url, **asked):
        client = Client()
        client.force_login(user)
        return client.get(url, asked)

    return seen


def scored(number, owner, *, score, before=None, **more):
    """Customers with a score of today, and perhaps one of 40 days before."""
    now = timezone.now()
    made = []
    for _ in range(number):
        customer = CustomerFactory(owner=owner, **more)
        for back, points in ((40, before), (0, score)):
            if points is not None:
                at = now - timedelta(days=back)
                level = "POOR" if points < 50 else "GOOD"
                HealthScoreFactory(customer=customer, score=points, level=level, recorded_at=at)
        CustomerHealthFactory(customer=customer, score=score, level="POOR" if score < 50 else "GOOD")
        made.append(customer)
    return made


def test_a_manager_sees_the_own_portfolio_alone(see, mia):
    scored(6, mia, score=40, before=44, tier="TRIAL")
    scored(9, None, score=80)

    cards = {card.title: card for card in see(mia, BOARD).context["said"].cards}

    assert cards["With a health score"].value == "6"
    assert (cards["Average health score"].value, cards["Average health score"].change) == (
        "40.0", "−4.0 points in a month",
    )  # fmt: skip
    assert cards["Average health score"].note.startswith("Stable")
    assert (cards["Churn risk"].value, cards["At risk"].note) == ("6", "100% of all, fair or poor health")


def test_each_number_leads_to_as_many_customers(see, mia):
    poor, *_ = scored(6, mia, score=40, before=44)
    HealthAlertFactory(customer=poor)
    HealthAlertFactory(customer=poor, state="RESOLVED", threshold=60)

    for card in see(mia, BOARD).context["said"].cards:
        if card.value.isdigit():
            assert len(see(mia, card.url).context["said"].charts[0].rows) == int(card.value), card.title


@pytest.mark.parametrize(("before", "trend"), [(45, "IMPROVING"), (46, "STABLE"), (55, "DECLINING"), (None, "UNKNOWN")])
def test_the_trend_is_that_of_five_points_in_a_month(mia, before, trend):
    scored(5, mia, score=50, before=before)

    assert health.overview(owners={mia.id}, now=timezone.now()).trend == trend


def test_of_fewer_than_five_customers_no_average_is_told(see, mia):
    scored(4, mia, score=40, tier="TRIAL")

    said = see(mia, BOARD).context["said"]

    assert next(card for card in said.cards if card.title == "Average health score").value == "too few"
    tier = next(chart for chart in said.charts if chart.key == "by-tier")
    assert (list(tier.rows), tier.traces) == ([("Trial", 4, "too few")], [])


def test_of_fewer_than_five_customers_no_shares_are_drawn_over_time(see, mia):
    scored(4, mia, score=40, before=44)
    chart = next(one for one in see(mia, BOARD).context["said"].charts if one.key == "levels-over-time")
    assert (chart.traces, chart.when_empty) == ([], "Of fewer than 5 customers there are numbers, no shares.")
    assert len(chart.rows) > 1

    scored(1, mia, score=40, before=44)
    cache.clear()
    chart = next(one for one in see(mia, BOARD).context["said"].charts if one.key == "levels-over-time")
    assert chart.traces


def test_everybody_is_told_from_the_day_that_was_kept(mia):
    now = timezone.now()
    scored(5, mia, score=40)
    take_snapshot(day=now.date(), now=now)
    scored(5, mia, score=80)

    kept, live = (health.overview(owners=owners, now=now) for owners in (None, {mia.id}))

    assert (kept.as_of, kept.levels.total, kept.levels.score) == (now, 5, Decimal(40))
    assert (live.levels.total, live.levels.score) == (10, Decimal(60))


def test_nobody_is_said_to_be_there_where_nobody_is(see, mia):
    page = see(mia, BOARD)

    assert page.status_code == 200
    assert all(not chart.traces and not chart.rows for chart in page.context["said"].charts if chart.key != "levels")
    assert "Nobody has a health score yet." in page.content.decode()


def test_the_number_of_statements_does_not_grow_with_the_customers(see, mia, django_assert_max_num_queries):
    scored(2, mia, score=40)
    see(mia, BOARD)
    scored(40, mia, score=40, plan="Pro")

    with django_assert_max_num_queries(60):
        see(mia, BOARD)


def test_the_list_leads_to_the_customers_of_the_portfolio_the_most_revenue_first(see, mia):
    low, high, healthy = (*scored(2, mia, score=40), *scored(1, mia, score=90))
    (other,) = scored(1, None, score=30)
    for customer, revenue in ((low, 100), (high, 900), (healthy, 5000), (other, 7000)):
        AccountFactory(customer=customer, annual_revenue=revenue)

    (chart,) = see(mia, LIST, who="churn_risk").context["said"].charts

    assert [row[0] for row in chart.rows] == [str(high), str(low)]
    assert list(chart.links) == [reverse("admin:lifecycle_customer_change", args=[one.id]) for one in (high, low)]


def test_a_list_that_is_not_known_is_refused(see, mia):
    page = see(mia, LIST, who="nonsense")

    assert page.context["said"] is None
    assert page.context["form"].errors["who"]


@pytest.mark.parametrize("key", ["levels", "by-tier", "to-look-at"])
def test_each_table_comes_as_csv(see, mia, key):
    scored(5, mia, score=40, tier="TRIAL")

    file = see(mia, BOARD, csv=key)

    assert file["Content-Type"].startswith("text/csv")
    assert len(file.content.decode("utf-8-sig").splitlines()) > 1


def test_one_group_alone_is_told_in_words_too(see, mia):
    scored(6, mia, score=40, tier="TRIAL")

    by_tier = next(chart for chart in see(mia, BOARD).context["said"].charts if chart.key == "by-tier")

    assert by_tier.summary == "Trial: 40.0 (6 customers)."


def test_insights_come_as_csv(see):
    boss = UserFactory(is_staff=True, is_superuser=True)
    for score in (40, 44):
        scored(15, None, score=score, tier="TRIAL")
        scored(15, None, score=score + 50, tier="ENTERPRISE")

    page, file = see(boss, INSIGHTS), see(boss, INSIGHTS, csv="insights")

    [said] = page.context["said"].more["insights"].found
    [row] = csv.DictReader(file.content.decode("utf-8-sig").splitlines())
    assert 'href="?csv=insights"' in page.content.decode()
    assert row["Insight"] == said.sentence
    assert (row["Group"], row["Customers of it"], row["Others"], row["Difference"]) == (
        "Enterprise",
        "30",
        "30",
        "50.0",
    )


def test_where_nobodys_group_is_known_it_says_so() -> None:
    chart = groups_in("company_size", [health.Group("", 9, Decimal(80))])

    assert (chart.traces, chart.when_empty) == ([], "The company size of none of the customers is known.")
