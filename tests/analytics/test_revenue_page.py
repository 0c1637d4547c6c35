"""The dashboard, its lists and files, and the API, as people with different portfolios see them."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.rules.revenue import Unit, last_period, moved_by
from analytics.tasks import keep_revenue
from tests.factories import AccountFactory, CustomerFactory, OrderFactory, UserFactory

from .revenue_world import at, contract

pytestmark = pytest.mark.django_db

PAGE = "/admin/analytics/snapshot/revenue/"
LIST = "/admin/analytics/snapshot/revenue/customers/"
API = "/api/v1/analytics/revenue"


def person(*permissions):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return user, client


@pytest.fixture
def manager():
    return person("view_snapshot", "view_customer")


@pytest.fixture
def boss():
    return person("view_snapshot", "view_customer", "view_every_customer")[1]


@pytest.fixture
def months():
    """The last two that are over, as instants in them."""
    last = last_period(timezone.now().date(), Unit.MONTH)
    return [at(f"{moved_by(last, Unit.MONTH, back)} 12:00") for back in (-1, 0)]


@pytest.fixture
def shop(manager, months):
    """Six customers of the manager, of whom one left; one of nobody who came."""
    for number in range(6):
        mine = CustomerFactory(name=f"Mine {number}", owner=manager[0], tier="STARTUP")
        OrderFactory(customer=mine, ordered_at=months[0], amount=100)
        if number:
            OrderFactory(customer=mine, ordered_at=months[1], amount=100 + 10 * number)
    OrderFactory(customer=CustomerFactory(name="Other"), ordered_at=months[1], amount=1000)


def rows_of(client, key, url=PAGE, **asked):
    body = client.get(url, {"basis": "orders", **asked, "csv": key}).content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(body)))


def test_a_manager_sees_the_own_portfolio(shop, manager):
    page = manager[1].get(PAGE, {"basis": "orders"}).content.decode()

    assert "Other" not in page
    assert "83.3%" in page  # five of six stayed, and their growth is not gross
    assert "108.3%" in page  # 650 of 600


def test_net_revenue_retention_says_of_what_span_it_is_and_leads_to_that_of_a_year(boss):
    for _ in range(5):
        contract(since="2020-01-01", revenue=1200)

    page = boss.get(PAGE, {"unit": "quarter"})

    card = page.context["said"].cards[2]
    assert card.title == "Net revenue retention in a quarter"
    assert 'href="/admin/analytics/snapshot/kpis/#nrr"' in page.content.decode()


def test_the_table_of_movements_adds_up(shop, boss):
    last = rows_of(boss, "movements")[-1]

    assert {name.removesuffix(", USD"): float(value) for name, value in last.items() if name != "Period"} == {
        "Start": 600, "New": 1000, "Reactivation": 0, "Expansion": 150, "Contraction": 0, "Churn": -100,
        "Sum of movements": 1050, "End": 1650, "Difference": 0,
    }  # fmt: skip


def test_a_period_leads_to_its_customers(shop, boss):
    page = boss.get(PAGE, {"basis": "orders"})
    link = page.context["said"].charts[0].links[-1]

    found = boss.get(link).context["said"].charts[0]

    assert [row[0] for row in found.rows] == ["Other", "Mine 0", *(f"Mine {n}" for n in range(5, 0, -1))]
    assert found.summary == "7 customers, 6 with revenue before and 6 after: +$1,050 in all."


def test_the_file_of_a_movement_has_amounts(shop, boss):
    churned = rows_of(boss, "customers", LIST, movement="churn")

    [one] = churned
    assert (one["Customer"], float(one["Before, USD"]), float(one["After, USD"])) == ("Mine 0", 100, 0)


def test_a_list_shows_the_largest_and_its_file_has_all(shop, boss, monkeypatch):
    monkeypatch.setattr("analytics.admin.revenue_customers.SHOWN", 2)

    page = boss.get(LIST, {"basis": "orders"}).context["said"].charts[0]

    assert "The table has the 2 largest changes" in page.summary
    assert len(page.rows) == 2
    assert len(rows_of(boss, "customers", LIST)) == 7


@pytest.mark.parametrize("asked", [
    {"period": "1900-01-01"}, {"period": "2999-01-01"}, {"period": "x"}, {"unit": "week"}, {"movement": "loss"},
])  # fmt: skip
def test_refuses_what_there_is_not(boss, asked):
    page = boss.get(LIST, asked)

    assert page.context["said"] is None
    assert page.context["form"].errors


def test_this_month_is_not_over_and_does_not_count(boss):
    OrderFactory(customer=CustomerFactory(), ordered_at=timezone.now(), amount=5)

    assert boss.get(PAGE, {"basis": "orders"}).context["said"].cards == []


def test_few_customers_are_counted_and_not_judged(months, boss):
    for at_ in months:
        OrderFactory(customer=CustomerFactory(), ordered_at=at_, amount=5)

    said = boss.get(PAGE, {"basis": "orders"}).context["said"]

    assert [card.value for card in said.cards] == ["$5", "–", "–", "–"]
    assert said.cards[1].note == "Stayed: 0 of 1, too few for a rate."
    assert said.charts[1].traces == []


def test_whom_nobody_may_name_to_a_person_is_not_named(shop):
    _, client = person("view_snapshot", "view_every_customer")

    assert b"Mine" not in client.get(PAGE, {"basis": "orders"}).content
    assert client.get(LIST, {"basis": "orders"}).status_code == 403


def test_renewals_are_those_of_the_next_ninety_days(boss):
    today = timezone.now().date()
    for days in (-1, 0, 89, 90):
        AccountFactory(
            customer=CustomerFactory(name=f"in {days}"), renewal_date=today + timedelta(days=days),
            annual_revenue=1000,
        )  # fmt: skip

    chart = boss.get(PAGE).context["said"].charts[-1]

    assert [row[0] for row in chart.rows] == ["in 0", "in 89"]
    assert chart.summary.startswith("2 contracts with $2,000 a year due, $0 of it")


def test_asks_as_often_whatever_the_number_of_customers(shop, manager, months):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            manager[1].get(PAGE, {"basis": "orders"})
        return len(queries)

    asked()
    few = asked()
    for _ in range(10):
        OrderFactory(customer=CustomerFactory(owner=manager[0]), ordered_at=months[0])

    assert asked() == few


@pytest.mark.parametrize("asked", [{"basis": basis, "unit": unit, "split": split} for basis, unit, split in (
    ("orders", "month", "tier"), ("orders", "quarter", "plan"), ("contracts", "year", "industry"),
)])  # fmt: skip
def test_everybody_s_figures_are_those_of_the_night(shop, boss, asked):
    keep_revenue()

    with CaptureQueriesContext(connection) as queries:
        boss.get(PAGE, asked)
        boss.get(LIST, {"basis": asked["basis"], "unit": asked["unit"]})

    assert [one["sql"][:20] for one in queries if "tenure_" in one["sql"] and "tenure_renewals" not in one["sql"]] == []


def test_a_night_brings_what_came_late(shop, boss, months):
    boss.get(PAGE, {"basis": "orders"})
    OrderFactory(customer=CustomerFactory(), ordered_at=months[1], amount=50)

    before = rows_of(boss, "movements")[-1]["End, USD"]
    keep_revenue()

    assert [float(before), float(rows_of(boss, "movements")[-1]["End, USD"])] == [1650, 1700]


def test_the_api_tells_the_same(shop, boss):
    body = boss.get(API, {"basis": "orders", "split": "tier"}).json()

    last = body["periods"][-1]
    assert body["currency"] == "USD"
    assert (last["start"], last["end"], last["difference"]) == ("600.00", "1650.00", "0.00")
    assert last["movements"]["churn"] == {"customers": 1, "change": "-100.00"}
    assert last["nrr"] == pytest.approx(650 / 600)
    assert last["grr"] == pytest.approx(500 / 600)
    assert {one["part"]: one["revenue"]["end"] for one in body["parts"]} == {"STARTUP": "650.00", "": "1000.00"}


def test_the_api_keeps_to_the_portfolio(shop, manager):
    assert manager[1].get(API, {"basis": "orders"}).json()["periods"][-1]["end"] == "650.00"


@pytest.mark.parametrize("asked", [{"basis": "cash"}, {"unit": "week"}, {"split": "owner"}, {"by": "tier"}])
def test_the_api_refuses_what_it_does_not_know(boss, asked):
    answer = boss.get(API, asked)

    assert answer.status_code == 400
    assert next(iter(asked)) in answer.content.decode()


def test_the_address_is_that_of_the_menu():
    assert reverse("admin:analytics_snapshot_revenue") == PAGE
    assert reverse("admin:analytics_snapshot_revenue_customers") == LIST


def test_each_rate_leads_to_its_formula(shop, manager):
    page = manager[1].get(PAGE, {"basis": "orders"})
    rates = [card for card in page.context["said"].cards if "retention" in card.title]
    assert {card.report for card in rates} == {"movement_totals"}

    definitions = manager[1].get("/admin/analytics/snapshot/definitions/", {"q": "logo churn"}).content.decode()
    assert 'id="movement_totals"' in definitions
    assert "GRR (gross revenue retention) =" in definitions
