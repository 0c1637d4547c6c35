"""Cohorts on the page and in the API: the same for the same portfolio, and no mistake goes unsaid."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from rest_framework.test import APIClient

from analytics.admin import cohort_charts
from analytics.queries import cohorts
from analytics.queries.cohorts import Asking, progress
from lifecycle.models import Customer

from .cohort_world import NOW, World, world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped")]
CLOCK = NOW
ADDRESS = "/api/v1/analytics/cohorts"


@pytest.fixture(scope="module")
def made(kept: None, stopped: None) -> World:
    return world(30)


def told(made: World, client: APIClient, **query: object):
    return client.get(ADDRESS, {"lifecycle": made.lifecycle.code, "target": "C", **query})


@pytest.fixture
def client_of_all(admin_user) -> APIClient:
    client = APIClient()
    client.force_authenticate(admin_user)
    return client


def test_the_api_tells_what_the_query_found(made, client_of_all):
    answer = told(made, client_of_all).json()

    _, rows = progress(Asking(made.lifecycle, None, NOW))
    codes = {tag.id: tag.code for tag in made.tags}
    assert [one["name"] for one in answer["progress"]] == [row.cohort.name for row in rows]
    assert [one["now"] for one in answer["progress"]] == [
        {codes[tag]: number for tag, number in row.now.items()} for row in rows
    ]
    assert sum(one["customers"] for one in answer["reaching"]) == sum(row.customers for row in rows)


def test_a_portfolio_is_told_of_its_own_customers(made, django_user_model):
    owner = django_user_model.objects.get(id=made.owner)
    owner.user_permissions.add(Permission.objects.get(codename="view_snapshot"))
    client = APIClient()
    client.force_authenticate(owner)

    answer = told(made, client).json()

    _, rows = progress(Asking(made.lifecycle, frozenset({owner.id}), NOW))
    assert sum(one["customers"] for one in answer["progress"]) == sum(row.customers for row in rows)
    assert sum(row.customers for row in rows) < Customer.objects.count()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"lifecycle": "none"}, "lifecycle"),
        ({"target": "Z"}, "target"),
        ({"by": "colour"}, "by"),
        ({"by": "trait"}, "trait"),
        ({"trait": "size"}, "trait"),
        ({"by": "trait", "trait": "x" * 101}, "trait"),
        ({"months": "25"}, "months"),
        ({"months": "²"}, "months"),
        ({"since": "2026-13"}, "since"),
        ({"basis": "logins"}, "basis"),
    ],
)
def test_a_mistake_is_said(made, client_of_all, query, field):
    answer = told(made, client_of_all, **query)

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("query", [{}, {"by": "plan", "way": "rolling"}, {"by": "trait", "trait": "size"}])
def test_the_page_shows_and_each_picture_has_its_table_as_csv(made, admin_client, query):
    address = reverse("admin:analytics_snapshot_cohorts")
    query = {"target": f"{made.lifecycle.code}:C", "basis": "orders", **query}

    page = admin_client.get(address, query)

    charts = page.context["said"].charts
    assert [chart.key for chart in charts] == ["progress", "reaching", "standing", "retention"]
    assert all(chart.summary for chart in charts)
    assert all(chart.traces or chart.when_empty.startswith("No cohort has") for chart in charts)
    assert any(chart.traces for chart in charts)
    for chart in charts:
        lines = admin_client.get(address, {**query, "csv": chart.key}).content.decode("utf-8-sig").splitlines()
        assert len(lines) == len(chart.rows) + 1


@pytest.mark.parametrize("query", [{"by": "trait"}, {"since": "March"}, {"target": "nowhere"}])
def test_the_page_says_what_is_wrong(made, admin_client, query):
    page = admin_client.get(reverse("admin:analytics_snapshot_cohorts"), query)

    assert page.status_code == 200
    assert page.context["said"] is None
    assert list(page.context["form"].errors) == [next(iter(query)) if "by" not in query else "trait"]


def test_a_month_that_is_none_is_told_what_one_looks_like(made, admin_client):
    page = admin_client.get(reverse("admin:analytics_snapshot_cohorts"), {"since": "2026-13"})

    assert "A month such as 2026-01." in page.text


def test_the_page_of_nobody_says_so(admin_client, made):
    Customer.objects.update(owner=None)

    page = admin_client.get(
        reverse("admin:analytics_snapshot_cohorts"), {"target": f"{made.lifecycle.code}:C", "since": "2027-01"}
    )

    assert [chart.traces for chart in page.context["said"].charts] == [[], [], [], []]
    assert "Nobody with a tag in this lifecycle enrolled in these months." in page.content.decode()


def test_cohorts_that_are_all_small_are_a_table_and_no_empty_picture(admin_client, made, monkeypatch):
    monkeypatch.setattr(cohort_charts, "FEWEST", 1000)
    page = admin_client.get(reverse("admin:analytics_snapshot_cohorts"), {"target": f"{made.lifecycle.code}:C"})

    charts = {chart.key: chart for chart in page.context["said"].charts}
    for key in ("progress", "standing"):
        assert charts[key].rows
        assert charts[key].traces == []
        assert charts[key].when_empty in page.text
        assert charts[key].when_empty.startswith("No cohort has")


@pytest.mark.parametrize(("most", "is_cut"), [(2, True), (1000, False)])
def test_it_is_said_that_earlier_months_are_left_out(admin_client, made, monkeypatch, most, is_cut):
    for module in (cohort_charts, cohorts):
        monkeypatch.setattr(module, "MOST_MONTHS", most)
    page = admin_client.get(reverse("admin:analytics_snapshot_cohorts"), {"target": f"{made.lifecycle.code}:C"})

    standing = next(chart for chart in page.context["said"].charts if chart.key == "standing")
    assert (f"who enrolled in the newest {most} months" in standing.summary) is is_cut
    assert len(standing.rows) <= most


def test_everybodys_page_asks_the_database_once_an_hour(made, admin_client, django_assert_max_num_queries):
    address = reverse("admin:analytics_snapshot_cohorts"), {"target": f"{made.lifecycle.code}:C"}
    admin_client.get(*address)

    with django_assert_max_num_queries(25) as asked:
        admin_client.get(*address)

    assert not any("tenure_" in one["sql"] for one in asked.captured_queries)


def test_the_page_opens_with_the_one_learning_tag_there_is(admin_client, made):
    made.lifecycle.tags.filter(code="B").update(category="learning")
    made.lifecycle.tags.exclude(code="B").update(category="risk")

    page = admin_client.get(reverse("admin:analytics_snapshot_cohorts"))

    assert page.context["form"]["target"].value() == f"{made.lifecycle.code}:B"
    assert page.context["said"]
