"""What all dashboards have: one heading, a trail that leads back, a place in the menu."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.admin.board import BOARDS
from analytics.admin.ranges import RangeBoard
from analytics.queries import kept
from analytics.sql import reports
from config.unfold import menu
from tests.factories import (
    CustomerFactory,
    KpiTargetFactory,
    LifecycleFactory,
    SnapshotFactory,
    StatusTagFactory,
    UserFactory,
)

from .revenue_world import contract

pytestmark = pytest.mark.django_db
TITLES = {one.code: one.title for one in BOARDS}
EACH = pytest.mark.parametrize("one", BOARDS, ids=lambda one: one.code)


@pytest.fixture
def boss():
    StatusTagFactory(lifecycle=LifecycleFactory(code="learning"), code="ST_001")
    return UserFactory(is_superuser=True, is_staff=True)


def page_of(boss, one):
    client = Client()
    client.force_login(boss)
    return client.get(reverse(f"admin:analytics_snapshot_{one.code}")).content.decode()


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("chevron_right", ">").split())


@EACH
def test_has_one_heading_which_is_its_title(boss, one):
    headings = re.findall(r"<h1\b.*?</h1>", page_of(boss, one), re.DOTALL)

    assert [words(heading) for heading in headings] == [one.title]


WITH_CARDS = {
    "executive", "portfolio_health", "status_tags", "automation", "cohorts", "revenue", "managers", "campaign_results",
}  # fmt: skip


@EACH
def test_each_number_leads_to_its_definition(boss, one):
    contract(since="2020-01-01", revenue=1200)
    _, *cards = page_of(boss, one).split('class="tn-card tn-number"')

    said = [
        re.findall(rf'{reverse("admin:analytics_snapshot_definitions")}#(\w+)"', card.split("</div>")[0])
        for card in cards
    ]

    assert (len(said) >= 4) == (one.code in WITH_CARDS)
    assert all(len(names) == 1 for names in said)
    assert {name for names in said for name in names} <= reports().keys()


@EACH
def test_the_trail_says_dashboards_and_leads_to_the_one_above(boss, one):
    trail = re.search(r'<nav[^>]*aria-label="Breadcrumb".*?</nav>', page_of(boss, one), re.DOTALL)[0]

    above = [TITLES[one.of]] if one.of else []
    assert words(trail) == " > ".join(["Dashboards", *above, one.title])
    assert not one.of or f'href="{reverse(f"admin:analytics_snapshot_{one.of}")}"' in trail


def test_the_form_of_a_target_is_where_the_menu_has_its_figures(boss):
    client = Client()
    client.force_login(boss)
    form = client.get(reverse("admin:analytics_kpitarget_change", args=[KpiTargetFactory().pk])).content.decode()

    assert words(re.search(r"<h1\b.*?</h1>", form, re.DOTALL)[0]).startswith("Dashboards > KPI targets")


@EACH
def test_the_menu_marks_the_dashboard_or_the_one_whose_customers_it_lists(boss, one):
    request = RequestFactory().get(reverse(f"admin:analytics_snapshot_{one.code}"))
    request.user = boss

    group = next(each for each in menu(request) if each.get("title") == "Dashboards")

    assert [item["title"] for item in group["items"] if item.get("active")] == [TITLES[one.of or one.code]]


@pytest.mark.parametrize("one", [one for one in BOARDS if isinstance(one, RangeBoard)], ids=lambda one: one.code)
def test_a_dashboard_of_a_range_links_to_the_usual_ones(boss, one):
    links = re.search(r'<nav class="tn-presets".*?</nav>', page_of(boss, one), re.DOTALL)[0]

    assert words(links) == "Last 7 days Last 30 days Last 90 days"
    assert re.findall(r'aria-current="true">([^<]+)', links) == ["Last 30 days"]


def test_there_are_dashboards_of_a_range():
    assert {one.code for one in BOARDS if isinstance(one, RangeBoard)} == {
        "status_tags",
        "automation",
        "automation_customers",
        "managers",
        "campaign_results",
    }


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr(kept, "MANY", 2)
    return CustomerFactory.create_batch(3)


@EACH
def test_nobody_waits_until_many_are_counted_for_the_first_time(boss, many, one):
    with CaptureQueriesContext(connection) as queries:
        page = page_of(boss, one)

    waits = one.counts
    assert ("Not counted yet" in page) is waits
    assert not (waits and [query for query in queries if "tenure_" in query["sql"]])


@pytest.mark.usefixtures("many")
def test_a_file_is_not_made_of_what_was_not_counted(boss):
    client = Client()
    client.force_login(boss)

    answer = client.get(reverse("admin:analytics_snapshot_kpis"), {"csv": "kpis"})

    assert "Not counted yet" in answer.content.decode()


@pytest.mark.parametrize("why", ["a day was kept", "they are few", "they are a portfolio"])
def test_figures_are_told_at_once_where(boss, many, why):
    if why == "a day was kept":
        SnapshotFactory()
    elif why == "they are few":
        many[0].delete()
    else:
        boss = UserFactory(is_staff=True)
        boss.groups.add(Group.objects.get(name="Success manager"))

    assert "Not counted yet" not in page_of(boss, next(one for one in BOARDS if one.code == "executive"))
