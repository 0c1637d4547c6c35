"""The pages and paths of a manager: what is missed first, what changed, tiers and insights."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import KpiTarget
from analytics.queries import executive, health
from analytics.rules.kpis import Standing
from tests.customer_success.cast import client_of, member
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    HealthScoreFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia():
    return member("mia")


@pytest.fixture
def see(mia):
    def seen(code, **asked):
        client = Client()
        client.force_login(mia)
        return client.get(reverse(f"admin:analytics_snapshot_{code}"), asked)

    return seen


def scored(owner, scores, *, before=None, tier="TRIAL"):
    """Customers with a score of today and, if ``before``, one of 40 days ago."""
    now = timezone.now()
    for score in scores:
        customer = CustomerFactory(owner=owner, tier=tier)
        AccountFactory(customer=customer, annual_revenue=1000, lifetime_value=score)
        if before is not None:
            HealthScoreFactory(
                customer=customer, score=before, level=level(before), recorded_at=now - timedelta(days=40)
            )
        HealthScoreFactory(customer=customer, score=score, level=level(score), recorded_at=now)
        CustomerHealthFactory(customer=customer, score=score, computed_score=score, level=level(score))


def level(score):
    return "GOOD" if score >= 70 else "POOR"


def changed(**whose):
    rows = executive.changes(health.overview(**whose), **whose)
    return {row.name: (row.now, row.before, row.is_good) for row in rows}


def test_says_what_a_portfolio_was_a_month_ago(mia):
    scored(mia, [40, 40, 90, 90, 90], before=90)
    scored(None, [10])

    rows = changed(owners={mia.id}, now=timezone.now())

    assert rows["Average health score"] == (70, 90, False)
    assert rows["Churn risk: poor"] == (2, 0, False)
    assert rows["Customers with a health score"] == (5, 5, None)


def test_what_was_a_month_ago_is_not_known_without_days_that_were_kept():
    rows = changed(owners=None, now=timezone.now())

    assert rows["Churn risk: poor"] == (0, None, None)


def test_counts_who_is_in_a_tag_of_risk_now_and_then(mia):
    lifecycle = LifecycleFactory(name="Course")
    well, risky = (StatusTagFactory(lifecycle=lifecycle, category=one) for one in ("active", "risk"))
    for back in (50, 10):
        customer, at = CustomerFactory(owner=mia), timezone.now() - timedelta(days=back)
        TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=well, to_tag=risky, applied_at=at)
        CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=risky, entered_at=at)

    rows = changed(owners={mia.id}, now=timezone.now())

    assert rows["Course: in a tag of risk"] == (2, 1, False)


def test_key_figures_that_are_missed_come_first(mia):
    lifecycle = LifecycleFactory(code="learning")
    tag = StatusTagFactory(lifecycle=lifecycle, code="ST_004")
    for _ in range(5):
        at = timezone.now() - timedelta(days=1)
        CustomerStatusFactory(lifecycle=lifecycle, customer=CustomerFactory(owner=mia), tag=tag, entered_at=at)
    KpiTarget.objects.update_or_create(code="active_learner_rate", defaults={"target": Decimal(55)})

    found = executive.key_figures(owners={mia.id}, now=timezone.now())

    order = [one.standing for one in found]
    assert order == sorted(order, key=[Standing.MISSED, Standing.NEAR, Standing.UNKNOWN, Standing.REACHED].index)
    learners = next(one for one in found if one.kpi.code == "active_learner_rate")
    assert (learners.value, learners.n, learners.target.target, learners.standing) == (0, 5, 55, Standing.MISSED)


def test_tiers_are_told_the_highest_first_and_of_few_accounts_nothing(mia):
    scored(mia, [40, 50, 60, 70, 80], tier="TRIAL")
    scored(mia, [90], tier="ENTERPRISE")
    scored(mia, [90], tier=None)

    _, found = executive.tiers(owners={mia.id}, now=timezone.now())

    assert [(one.code, one.customers) for one in found] == [("ENTERPRISE", 1), ("TRIAL", 5), ("", 1)]
    assert found[0].figures["average_health_score"] == (None, 1)
    assert found[1].figures["average_health_score"] == (60, 5)
    assert found[1].figures["lifetime_value"] == (60, 5)
    assert found[1].figures["retention_rate"] == (None, 0)


def test_a_key_figure_leads_to_its_customers_and_all_of_them_to_the_kpis(mia, see):
    KpiTarget.objects.update_or_create(code="healthy_rate", defaults={"target": Decimal(80)})

    chart = next(one for one in see("executive").context["said"].charts if one.key == "kpis")

    assert chart.more == reverse("admin:analytics_snapshot_kpis")
    assert len(chart.links) == len(chart.rows) > 0
    client = Client()
    client.force_login(mia)
    for (name, *_), url in zip(chart.rows, chart.links, strict=True):
        assert client.get(url).context["said"].more["kpi"].name == name


def test_revenue_of_a_portfolio_is_asked_for_the_executive(mia, see):
    chart = next(one for one in see("executive").context["said"].charts if one.key == "retention")

    assert "computed at night" not in chart.when_empty


def test_insights_stand_on_the_pages_with_their_customers(mia, see):
    scored(mia, [40, 41, 42, 43] * 6, tier="TRIAL")
    scored(mia, [90, 91, 92, 93] * 6, tier="ENTERPRISE")

    for code in ("executive", "insights"):
        page = see(code)

        ((one, url),) = page.context["said"].more["told"]
        assert one.sentence.startswith(
            "Enterprise customers have a higher mean health score: 91.5 (n = 24) against 41.5"
        )
        assert one.sentence in page.content.decode()
        behind = Client()
        behind.force_login(mia)
        (chart,) = behind.get(url).context["said"].charts
        assert len(chart.rows) == 24


def test_insights_and_the_past_of_a_small_portfolio_are_kept_for_a_while_and_say_so(mia, see):
    scored(mia, [40, 41, 42, 43] * 6, tier="TRIAL")
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        see("executive")
        scored(mia, [90, 91, 92, 93] * 6, tier="ENTERPRISE")

    with time_machine.travel(now + timedelta(minutes=30), tick=False):
        page = see("executive")

    said = page.context["said"]
    assert said.as_of == now + timedelta(minutes=30)
    assert said.cards[0].value == "48"
    assert (said.more["insights"].as_of, said.more["told"]) == (now, [])
    assert [one.strip() for one in re.findall(r"As of ([^<]*)<", page.content.decode())] == [
        f"{at:%-d %b %Y, %H:%M} UTC" for at in (said.as_of, now, now)
    ]


@pytest.mark.parametrize("code", ["executive", "insights"])
def test_says_that_there_is_nothing_where_nobody_is(see, code):
    page = see(code)

    assert page.status_code == 200
    assert "There are too few customers to compare groups." in page.content.decode()


@pytest.mark.parametrize(
    "asked",
    [{"topic": "churn", "dimension": "tier", "part": "A"}, {"topic": "nonsense", "dimension": "a", "part": "b"}],
)
def test_an_insight_that_is_not_known_is_refused(see, asked):
    page = see("insight_customers", **asked)

    assert page.context["said"] is None


def test_the_api_tells_the_portfolio_in_the_words_of_the_specification():
    client = client_of("ann")
    ann = User.objects.get(username="ann")
    scored(ann, [40, 50, 90, 90, 90], before=70)
    scored(None, [10])

    told = client.get("/api/v1/analytics/health-overview").json()

    assert told["portfolio_overview"] == {
        "total_customers": 5,
        "health_distribution": {"excellent": 0, "good": 3, "fair": 0, "poor": 2},
        "average_health_score": 72.0,
        "trend_direction": "stable",
        "trend_change": 2.0,
    }
    assert told["segment_analysis"]["by_tier"] == {"TRIAL": {"average_score": 72.0, "count": 5}}
    assert told["segment_analysis"]["by_industry"] == {"unknown": {"average_score": 72.0, "count": 5}}
    risks = told["risk_indicators"]
    assert (risks["at_risk_customers"], risks["churn_risk_customers"], risks["revenue_at_risk"]) == (2, 2, 2000)
    assert told["tier_performance"]["TRIAL"]["customer_count"] == 5
    assert told["key_insights"] == []


def test_the_api_tells_insights_with_their_figures():
    client = client_of("ann")
    ann = User.objects.get(username="ann")
    scored(ann, [40, 41, 42, 43] * 6, tier="TRIAL")
    scored(ann, [90, 91, 92, 93] * 6, tier="ENTERPRISE")

    told = client.get("/api/v1/analytics/insights").json()

    (one,) = told["insights"]
    assert (one["topic"], one["dimension"], one["group"]) == ("health", "tier", "ENTERPRISE")
    assert one["of_group"] == {"n": 24, "value": 91.5}
    assert one["interval"][0] < one["difference"] == 50 < one["interval"][1]
    assert one["p_adjusted"] < 0.001


@pytest.mark.parametrize("path", ["health-overview", "insights"])
def test_the_api_refuses_parameters_that_it_does_not_know(path):
    assert client_of("ann").get(f"/api/v1/analytics/{path}?tier=TRIAL").status_code == 400


def test_the_number_in_tags_of_risk_leads_to_as_many_customers(admin_client):
    lifecycle = LifecycleFactory(name="Course")
    for code in ("LATE", "GONE"):
        tag = StatusTagFactory(lifecycle=lifecycle, code=code, category="risk")
        CustomerStatusFactory(lifecycle=lifecycle, customer=CustomerFactory(), tag=tag)
    cache.clear()

    charts = admin_client.get(reverse("admin:analytics_snapshot_executive")).context["said"].charts
    chart = next(chart for chart in charts if chart.key == "changes")
    at = next(number for number, row in enumerate(chart.rows) if row[0] == "Course: in a tag of risk")

    shown = admin_client.get(chart.links[at]).context["cl"].result_count
    assert (chart.rows[at][1], shown) == ("2", 2)
