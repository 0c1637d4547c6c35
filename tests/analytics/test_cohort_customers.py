"""Every number of cohorts leads to the customers that were counted, and their list is as long as it says."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from analytics.admin import cohort_customers as module
from analytics.queries import cohorts
from analytics.queries.cohorts import Asking, By, Cohort
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.models import Customer, RolledBack, Transition
from tests.customer_success.cast import joined, signed_in
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
    UserFactory,
)

from .cohort_world import NOW, World, enrolled_at, members, tag_at, world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped")]
CLOCK = NOW
COHORTS, LIST = (f"/admin/analytics/snapshot/cohorts/{more}" for more in ("", "customers/"))
TIERS = ["ENTERPRISE", "MID_MARKET", None]
EACH_WAY = pytest.mark.parametrize(
    "query",
    [
        {}, {"since": "2025-10"}, {"by": "plan"}, {"by": "tier"}, {"by": "product_tag"},
        {"by": "trait", "trait": "size"}, {"by": "trait", "trait": "colour"},
    ],
    ids=lambda query: " ".join(query.values()) or "month",
)  # fmt: skip
WHOSE = pytest.mark.parametrize("whose", ["desk", "manager"])


@pytest.fixture(scope="module")
def made(kept: None, stopped: None) -> World:
    """Some have moved into the target and out of it, some moves into it were taken back."""
    made, boss = world(), UserFactory()
    for number, customer in enumerate(Customer.objects.order_by("id")):
        Customer.objects.filter(id=customer.id).update(tier=TIERS[number % 3], product_tag=["PT_001", None][number % 2])
    late = Transition.objects.filter(
        lifecycle=made.lifecycle, to_tag=made.tags[2], customer__statuses__tag=made.tags[2]
    )
    for move in late.order_by("customer_id", "-id").distinct("customer_id")[:6]:
        roll_back(Batch(transition=move), by=boss, reason="a mistake", now=NOW - timedelta(hours=1))
    assert RolledBack.objects.exclude(reversal_id=None).count() > 2
    return made


@pytest.fixture
def desk(admin_user) -> Client:
    return signed_in(admin_user)


@pytest.fixture
def manager(made, django_user_model) -> Client:
    owner = django_user_model.objects.get(id=made.owner)
    return signed_in(joined(owner))


def told(client, url, query=None):
    answer = client.get(url, query or {})
    assert answer.status_code == 200
    return answer.context["said"]


def listed(client, url, **more) -> list[int]:
    """Who stands on the page behind a link, which says how many they are."""
    [people] = told(client, f"{url}&{'&'.join(f'{name}={one}' for name, one in more.items())}").charts
    number = len(people.rows)
    assert people.summary.split(".")[0] == (f"{number} customer{'s' * (number != 1)}" if number else "")
    return [int(link.split("/")[-3]) for link in people.links]


def by_hand(made: World, asking: Asking) -> list[tuple[int, str, bool, int, datetime | None, datetime]]:
    """Of each who counts: cohort, whether there now, days until there or now, when first there, and enrolled."""
    target = made.tags[2].id
    undone = {one.reversal_id for one in RolledBack.objects.all()}
    for one in RolledBack.objects.exclude(reversal_id=None):
        undone |= {
            move.id
            for move in Transition.objects.filter(customer=one.customer_id, id__range=(one.first_id, one.last_id))
        }
    found = []
    for customer, cohort in members(asking):
        moves = Transition.objects.filter(customer=customer, lifecycle=made.lifecycle, to_tag=target)
        reached = min((move.applied_at for move in moves if move.id not in undone), default=None)
        enrolled = enrolled_at(customer)
        days = max(((reached or asking.now).date() - enrolled.date()).days, 0)
        is_there = tag_at(customer, made.lifecycle, asking.now) == target
        found.append((customer.id, cohort, is_there, days, reached, enrolled))
    return found


@WHOSE
@EACH_WAY
def test_as_many_as_each_number_says(request, made, whose, query):
    client = request.getfixturevalue(whose)
    said = told(client, COHORTS, {"target": f"{made.lifecycle.code}:C", **query})
    charts = {one.key: one for one in said.charts}
    customers, now, reached, median, worst = said.cards

    everybody = listed(client, customers.url)
    assert len(everybody) == int(customers.value) > 10
    assert len(listed(client, now.url)) == int(now.value) > 0
    assert len(listed(client, reached.url)) == int(reached.value) > 0
    assert median.url == reached.url
    assert (worst.value, worst.url) == ("None", "")
    for key in ("progress", "standing", "reaching"):
        each = [listed(client, url) for _, url in charts[key].linked_rows]
        assert [len(one) for one in each] == [row[1] for row in charts[key].rows]
        assert sorted(one for own in each for one in own) == sorted(everybody)
    for row, (url, _, those) in charts["reaching"].linked_cells:
        [people] = told(client, url).charts
        assert f"ever got there: {row[2]}." in people.summary
        assert len(listed(client, those)) == row[2] if those else row[2] == 0
        assert len(listed(client, url, only="not_reached")) == row[1] - row[2]
        assert {one[1] for one in people.rows} == {row[0]}
    for row, url in charts["standing"].linked_rows:
        [people] = told(client, url).charts
        assert f"Now in {made.tags[2].name}: {row[4]}," in people.summary


@WHOSE
@pytest.mark.parametrize("by", ["plan", "month"])
def test_each_count_of_where_cohorts_are_leads_to_its_customers(request, made, whose, by):
    client = request.getfixturevalue(whose)
    answer = client.get(COHORTS, {"target": f"{made.lifecycle.code}:C", "by": by})
    standing = next(one for one in answer.context["said"].charts if one.key == "standing")
    page = answer.content.decode()

    assert by == "plan" or any(0 in row[2:] for row in standing.rows)
    for row, (_, _, *there) in standing.linked_cells:
        assert [len(listed(client, url)) if url else 0 for url in there] == [*row[2:]]
        for number, url in zip(row[2:], there, strict=True):
            if url:
                [people] = told(client, url).charts
                assert {one[1] for one in people.rows} == {row[0]}
                assert f'<td><a class="tn-link" href="{escape(url)}">{number}</a></td>' in page


@WHOSE
@pytest.mark.parametrize("query", [{"by": "month"}, {"by": "plan"}, {"by": "trait", "trait": "size"}], ids=str)
def test_tells_of_each_what_the_rows_say(request, made, whose, query):
    client = request.getfixturevalue(whose)
    owners = None if whose == "desk" else frozenset({made.owner})
    asking = Asking(made.lifecycle, owners, NOW, By(query["by"]), query.get("trait", ""))
    expected = by_hand(made, asking)
    expected.sort(key=lambda one: (-one[5].timestamp(), one[0]))

    [people] = told(client, LIST, {"target": f"{made.lifecycle.code}:C", **query}).charts

    names = {row[1] for row in people.rows}
    assert [int(link.split("/")[-3]) for link in people.links] == [one[0] for one in expected]
    assert [(row[2], row[4], row[6]) for row in people.rows] == [
        (f"{enrolled:%-d %b %Y}", f"{reached:%-d %b %Y}" if reached else "Not yet", days)
        for _, _, _, days, reached, enrolled in expected
    ]
    assert [row[1] for row in people.rows] == [cohort if cohort in names else "Others" for _, cohort, *_ in expected]
    assert [row[3] == made.tags[2].name for row in people.rows] == [is_there for _, _, is_there, *_ in expected]
    there, reached = sum(one[2] for one in expected), sum(one[4] is not None for one in expected)
    assert f"Now in {made.tags[2].name}: {there}, ever got there: {reached}." in people.summary


def test_others_and_none_are_asked_for_by_names_of_their_own(made, desk):
    Customer.objects.filter(plan="Gold").update(plan="~none")
    said = told(desk, COHORTS, {"target": f"{made.lifecycle.code}:C", "by": "plan"})

    who = {row[0]: listed(desk, url) for row, url in said.charts[0].linked_rows}

    plans = f"{LIST}?target={made.lifecycle.code}:C&by=plan"
    assert who["None"] == listed(desk, plans, cohort="~none") != []
    assert who["~none"] == listed(desk, plans, cohort="~~none") != []
    assert not {*who["None"]} & {*who["~none"]}
    assert [one.code for one in (Cohort("Others"), Cohort("Others", "Others"))] == ["~others", "Others"]


def test_all_that_are_shown_are_the_newest_months(made, desk, monkeypatch):
    monkeypatch.setattr(cohorts, "MOST_MONTHS", 3)
    said = told(desk, COHORTS, {"target": f"{made.lifecycle.code}:C"})

    found = listed(desk, said.cards[0].url)

    assert len(found) == int(said.cards[0].value) == sum(row[1] for row in said.charts[0].rows)
    assert len(said.charts[0].rows) == 3


def test_the_worst_cohort_leads_to_its_customers(desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    lifecycle = LifecycleFactory()
    tags = [StatusTagFactory(lifecycle=lifecycle, code=code, category="learning") for code in "AB"]
    for number in range(40):
        first = NOW - timedelta(days=90)
        customer = CustomerFactory(plan="Slow" if number % 2 else "Quick", facts__first_event_at=first)
        tag = tags[0] if number % 2 else tags[1]
        TransitionFactory(lifecycle=lifecycle, customer=customer, to_tag=tag, applied_at=first + timedelta(days=9))
        CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=tag)

    worst = told(desk, COHORTS, {"target": f"{lifecycle.code}:B", "by": "plan"}).cards[4]
    [people] = told(desk, worst.url).charts

    assert worst.value == "Slow"
    assert people.title == "Customers of “Slow”"
    assert {row[1] for row in people.rows} == {"Slow"}
    assert people.summary.startswith(f"20 customers. Now in {tags[1].name}: 0, ever got there: 0.")


def test_a_history_that_ended_is_told_as_of_its_end(desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    lifecycle = LifecycleFactory()
    tag, other = StatusTagFactory(lifecycle=lifecycle, code="A"), StatusTagFactory(lifecycle=lifecycle, code="B")
    customer = CustomerFactory(facts__first_event_at=datetime(1997, 1, 5, tzinfo=UTC))
    at = datetime(1997, 3, 31, 9, tzinfo=UTC)
    TransitionFactory(lifecycle=lifecycle, customer=customer, to_tag=tag, applied_at=at)
    CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=tag, entered_at=at)

    late = CustomerFactory(facts__first_event_at=at)
    TransitionFactory(lifecycle=lifecycle, customer=late, to_tag=other, applied_at=at - timedelta(days=20))
    CustomerStatusFactory(lifecycle=lifecycle, customer=late, tag=other)

    said = told(desk, LIST, {"target": f"{lifecycle.code}:{other.code}"})

    assert said.as_of == datetime(1997, 3, 31, 23, 59, 59, 999999, UTC)
    assert [row[6] for row in said.charts[0].rows] == [0, (date(1997, 3, 31) - date(1997, 1, 5)).days]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"by": "trait"}, "Name the trait by which customers are put together."),
        ({"by": "plan", "since": "March"}, "A month such as 2026-01."),
        ({"cohort": "2026-13"}, "A month such as 2026-01."),
        ({"cohort": "~others"}, "A month such as 2026-01."),
        ({"target": "nowhere"}, "Select a valid choice."),
        ({"only": "some"}, "Select a valid choice."),
    ],
)
def test_says_what_is_wrong_with_what_was_asked(made, desk, asked, sentence):
    answer = desk.get(LIST, {"target": f"{made.lifecycle.code}:C", **asked})

    assert answer.context["said"] is None
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"by": "plan", "cohort": "Goldd"}, "None of the cohorts that are shown is called “Goldd”."),
        ({"cohort": "2019-01"}, "None of the cohorts that are shown is called “2019-01”."),
        ({"since": "2026-03", "cohort": "2026-02"}, "None of the cohorts that are shown is called “2026-02”."),
        ({"since": "2027-01"}, "Nobody with a tag in this lifecycle is in these cohorts."),
        ({"by": "plan", "cohort": "~others"}, "Nobody with a tag in this lifecycle is in these cohorts."),
        ({"by": "plan", "cohort": "~others", "only": "there"}, "Nobody of whom that can be said."),
    ],
)
def test_says_why_nobody_is_listed(made, desk, asked, sentence):
    answer = desk.get(LIST, {"target": f"{made.lifecycle.code}:C", **asked})

    assert answer.context["said"].charts[0].rows == []
    assert sentence in answer.content.decode()


def test_says_how_many_there_are_where_not_all_are_listed(made, desk, monkeypatch):
    said = told(desk, COHORTS, {"target": f"{made.lifecycle.code}:C"})
    [everybody] = told(desk, said.cards[2].url).charts
    monkeypatch.setattr(module, "MOST", 2)

    [people] = told(desk, said.cards[2].url).charts

    assert people.rows == everybody.rows[:2]
    assert people.summary.startswith(f"{said.cards[2].value} customers. Listed are the 2 who enrolled last.")


def test_the_file_has_the_rows_of_the_list(made, desk):
    query = {"target": f"{made.lifecycle.code}:C", "by": "plan", "cohort": "Gold", "only": "reached"}
    [people] = told(desk, LIST, query).charts

    file = desk.get(LIST, {**query, "csv": "people"}).content.decode("utf-8-sig")

    assert people.title == f"Customers of “Gold”, who ever got to {made.tags[2].name}"
    assert [[row["Customer"], row["Cohort"], row["Got there"]] for row in csv.DictReader(io.StringIO(file))] == [
        [row[0], "Gold", row[4]] for row in people.rows
    ]
    assert people.rows


def test_everybodys_list_asks_the_database_once(made, desk):
    query = {"target": f"{made.lifecycle.code}:C", "by": "plan"}
    desk.get(LIST, query)

    with CaptureQueriesContext(connection) as asked:
        desk.get(LIST, query)

    assert not [one for one in asked if "tenure_" in one["sql"]]


def test_asks_no_more_of_many(made, desk):
    asked = []
    for _ in range(2):
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            desk.get(LIST, {"target": f"{made.lifecycle.code}:C"})
        asked.append(len(found))
        for customer in CustomerFactory.create_batch(20, facts__first_event_at=NOW - timedelta(days=40)):
            CustomerStatusFactory(lifecycle=made.lifecycle, customer=customer, tag=made.tags[0])

    assert asked[0] == asked[1]


def test_months_of_status_tags_lead_to_their_customers(made, desk):
    said = told(desk, reverse("admin:analytics_snapshot_status_tags"), {"lifecycle": made.lifecycle.code})
    standing = next(one for one in said.charts if one.key == "standing")

    assert standing.rows
    for row, url in standing.linked_rows:
        assert len(listed(desk, url)) == row[1]
