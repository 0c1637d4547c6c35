"""The customers behind a figure: those of the portfolio, page by page, and all in a file."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from analytics.queries import all_behind, customers_behind
from analytics.queries import behind as module
from analytics.rules.kpis import BY_CODE
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerStatusFactory,
    KpiTargetFactory,
    LifecycleFactory,
    StatusTagFactory,
    SuccessProfileFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "/admin/analytics/snapshot/kpis/customers/"
RATE = "kpi_active_learner_rate"


@pytest.fixture
def mia():
    user = UserFactory(username="mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Success manager"))
    return user


@pytest.fixture
def learners(mia):
    """Sixty of mia, every second active, and three of nobody."""
    lifecycle = LifecycleFactory(code="learning")
    active, gone = (StatusTagFactory(lifecycle=lifecycle, code=code) for code in ("ST_001", "ST_006"))
    made = []
    for number in range(63):
        owner, name = (mia, f"Learner {number:02}") if number < 60 else (None, f"Stranger {number}")
        customer, tag = CustomerFactory(owner=owner, name=name), active if number % 2 else gone
        CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=tag, entered_at=NOW - timedelta(days=40))
        made.append(customer)
    return made


@pytest.fixture
def client(mia):
    client = Client()
    client.force_login(mia)
    with time_machine.travel(NOW, tick=False):
        yield client


def names(page):
    return [line.name for line in page.context["said"].more["lines"]]


def test_pages_show_each_customer_of_the_portfolio_once(client, learners):
    first = client.get(URL, {"report": RATE})
    second = client.get(f"{URL}?{first.context['said'].more['next']}")

    assert names(first) + names(second) == [one.name for one in learners[:60]]
    assert len(names(first)) == 50
    assert second.context["said"].more["next"] == ""
    assert f"/admin/lifecycle/customer/{learners[0].id}/change/" in first.content.decode()


@pytest.mark.parametrize(("only", "odd"), [("counted", 1), ("not_counted", 0)])
def test_shows_the_counted_or_the_others(client, learners, only, odd):
    page = client.get(URL, {"report": RATE, "only": only})

    assert names(page) == [one.name for number, one in enumerate(learners[:60]) if number % 2 == odd]


def test_tells_of_the_instant_that_is_asked_for(client, learners):
    page = client.get(URL, {"report": RATE, "as_of": (NOW - timedelta(days=41)).isoformat()})

    assert names(page) == []
    assert "There are no such customers." in page.content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"report": "kpi_x"}, "Select a valid choice"),
        ({"report": RATE, "only": "half"}, "Select a valid choice"),
        ({"report": "kpi_nps", "only": "counted"}, "is no share"),
        ({"report": RATE, "as_of": "2026-03-11T00:00:00+00:00"}, "Nobody knows the figures of a day to come."),
        ({"report": RATE, "as_of": "yesterday"}, "Enter a valid date/time."),
        ({"report": RATE, "as_of": "0001-01-01T00:00:00+1400"}, "Choose a day from 1970 on."),
        ({"report": RATE, "after": "-1"}, "greater than or equal to 0"),
        ({"report": RATE, "after": "9" * 30}, "less than or equal to"),
    ],
)
def test_says_what_is_wrong_with_what_was_asked(client, query, sentence):
    for more in ({}, {"csv": "customers"}):
        page = client.get(URL, {**query, **more})

        assert page.status_code == 200
        assert sentence in page.content.decode()


def test_the_file_has_all_of_them_and_runs_nothing(client, learners, monkeypatch):
    monkeypatch.setattr(module, "_CHUNK", 7)
    learners[0].name = "=1+1"
    learners[0].save()

    answer = client.get(URL, {"report": RATE, "csv": "customers"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert answer.streaming
    assert rows[:2] == [["Customer", "Name", "Value"], [learners[0].external_id, "'=1+1", "0"]]
    assert [row[0] for row in rows[1:]] == [one.external_id for one in learners[:60]]


def test_a_ratio_tells_part_and_whole(client, mia):
    LifecycleFactory(code="account")
    account = AccountFactory(customer=CustomerFactory(owner=mia), opened_at=NOW, profile=None)
    SuccessProfileFactory(account=account, licensed_users=1200, active_users=30, updated_at=NOW)

    page = client.get(URL, {"report": "kpi_active_users"})
    file = client.get(URL, {"report": "kpi_active_users", "csv": "customers"}).getvalue().decode()

    assert "30 of 1,200" in page.content.decode()
    assert file.splitlines()[1].endswith(",30,1200")


def test_everybody_is_read_in_pieces_without_a_gap(learners):
    kpi = BY_CODE["active_learner_rate"]

    found = [row.id for row in all_behind(kpi, owners=None, as_of=NOW)]

    assert found == [one.id for one in learners]
    assert customers_behind(kpi, owners=None, as_of=NOW, after=found[-1]) == []


def test_says_the_figure_that_the_customers_make_up(client, learners):
    KpiTargetFactory(code="active_learner_rate")

    page = client.get(URL, {"report": RATE}).content.decode()
    later = client.get(URL, {"report": RATE, "after": learners[49].id}).content.decode()

    assert "50% (n = 60)" in page
    assert "50% (n = 60)" not in later
