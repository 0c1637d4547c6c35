"""Figures of success managers are those that a loop over rows finds; who is alone sees the others as a median."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.contrib.auth.models import Permission

from analytics.admin import manager_charts as charts
from analytics.queries import ask
from analytics.queries.managers import compared
from analytics.rules.managers import MEASURES, Manager, medians
from analytics.rules.periods import Period
from customer_success.models import Task
from lifecycle.models import Customer, Lifecycle
from lifecycle.queries.portfolio import EVERYBODY
from tests.factories import (
    AccountFactory,
    BusinessReviewFactory,
    CustomerFactory,
    LifecycleFactory,
    TeamFactory,
    TierPolicyFactory,
    UserFactory,
)

from .managed import NOW, SINCE, UNTIL, counted, make_world

pytestmark = pytest.mark.django_db
PERIOD = Period(SINCE.date(), NOW.date())
BY_CODE = {one.code: one for one in MEASURES}


@pytest.fixture
def boss():
    user = UserFactory()
    app, code = EVERYBODY.split(".")
    user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=code))
    return user


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("days_ago", [0, 9])
def test_everybody_s_figures_are_those_of_a_loop(boss, seed, days_ago):
    managers, as_of = make_world(seed), NOW - timedelta(days=days_ago)

    found = {one.id: one for one in compared(boss, period=PERIOD, now=as_of).managers}

    assert found.keys() >= {managers[0].id, managers[1].id}
    for one in managers[:2]:
        expected = counted(one, as_of)
        assert {name: found[one.id][name] for name in expected} == pytest.approx(expected)


def test_the_world_has_something_of_each_kind():
    managers = make_world(1)

    assert all(value for name, value in counted(managers[0], NOW).items())


def test_a_portfolio_is_told_of_its_own(boss):
    _, second, _ = make_world()

    found = compared(second, period=PERIOD, now=NOW)

    assert [one.id for one in found.managers] == [second.id]
    expected = counted(second, NOW)
    assert {name: found.managers[0][name] for name in expected} == pytest.approx(expected)


def test_a_lead_sees_each_of_the_team():
    first, second, _ = make_world()
    lead = UserFactory()
    team = TeamFactory()
    team.members.add(first, second)
    team.leads.add(lead)

    assert {one.id for one in compared(lead, period=PERIOD, now=NOW).managers} >= {first.id, second.id}


def test_load_is_a_share_of_the_time_by_tier(boss):
    managers = make_world()
    TierPolicyFactory(tier="ENTERPRISE", from_revenue=2, accounts_per_manager=2)
    TierPolicyFactory(tier="SMALL_BUSINESS", from_revenue=1, accounts_per_manager=20)

    found = next(one for one in compared(boss, period=PERIOD, now=NOW).managers if one.id == managers[0].id)

    rows = ask("manager_customers", owners=None, as_of=NOW, before=SINCE, lifecycle=account_lifecycle())
    accounts = {row.tier: row.accounts for row in rows if row.manager == managers[0].id}
    assert found.load == float(Fraction(accounts["ENTERPRISE"], 2) + Fraction(accounts["SMALL_BUSINESS"], 20))


def account_lifecycle() -> int:
    return Lifecycle.objects.get(code="account").id


def team_of(sizes):
    """A team whose members have so many customers each."""
    LifecycleFactory(code="account")
    team, members = TeamFactory(), [UserFactory() for _ in sizes]
    team.members.add(*members)
    for member, size in zip(members, sizes, strict=True):
        CustomerFactory.create_batch(size, owner=member)
    return members


def test_who_is_alone_sees_the_median_of_the_team_and_no_names():
    me, *_ = team_of([5, 6, 8, 20])

    found = compared(me, period=PERIOD, now=NOW)

    assert [one.id for one in found.managers] == [me.id]
    assert (found.medians["customers"], found.others, found.is_alone) == (7, 4, True)


@pytest.mark.parametrize("sizes", [[5, 6, 8], [5, 6, 8, 4], [5]])
def test_too_few_others_would_be_told_by_a_median(sizes):
    me, *_ = team_of(sizes)

    assert compared(me, period=PERIOD, now=NOW).medians == {}


def test_who_has_few_customers_stands_last_and_is_not_in_the_median(boss):
    members = team_of([4, 5, 7])

    found = compared(boss, period=PERIOD, now=NOW)

    assert found.medians["customers"] == 6
    mine = [one.id for one in found.managers if one.id in {member.id for member in members}]
    assert mine[-1] == members[0].id


@pytest.mark.parametrize(("accounts", "expected"), [(4, None), (5, 40.0)])
def test_a_rate_of_fewer_than_five_is_not_told(accounts, expected):
    manager = Manager(1, "", sums={"customers": 9, "accounts": accounts, "at_risk": 2})

    assert BY_CODE["at_risk"].of(manager) == expected
    assert BY_CODE["at_risk"].n(manager) == accounts


def test_contacts_are_per_customer_and_thirty_days():
    manager = Manager(1, "", sums={"customers": 10, "contacts": 30}, days=60)

    assert BY_CODE["contacts"].of(manager) == 1.5


def test_nps_is_promoters_less_detractors():
    manager = Manager(1, "", sums={"answers": 8, "promoters": 3, "detractors": 5})

    assert BY_CODE["nps"].of(manager) == -25


def test_nobody_has_no_median():
    assert set(medians([]).values()) == {None}


def test_tasks_by_day_are_those_of_a_loop():
    make_world()
    rows = ask("manager_task_days", owners=None, as_of=NOW, since=SINCE, until=UNTIL)

    def on(day, instants):
        return sum(SINCE <= at < UNTIL and at <= NOW and at.date() == day for at in instants)

    tasks = list(Task.objects.exclude(owner=None))
    made = [one.created_at for one in tasks]
    done = [one.closed_at for one in tasks if one.state == "DONE"]
    dropped = [one.closed_at for one in tasks if one.state == "DROPPED"]
    assert rows
    assert [(row.made, row.done, row.dropped) for row in rows] == [
        (on(row.day, made), on(row.day, done), on(row.day, dropped)) for row in rows
    ]
    assert sum(row.made for row in rows) == sum(SINCE <= at <= NOW for at in made)


def test_the_number_of_statements_does_not_grow(boss, django_assert_max_num_queries):
    make_world()
    with django_assert_max_num_queries(12):
        compared(boss, period=PERIOD, now=NOW)


def test_customers_of_nobody_count_for_nobody(boss):
    make_world()

    found = compared(boss, period=PERIOD, now=NOW).managers

    assert sum(one["customers"] for one in found) == Customer.objects.exclude(owner=None).count()


def test_a_median_is_told_only_of_what_enough_others_have():
    """Of four managers two have reviews: who is one of them would know those of the other by subtracting."""
    me, other, *_ = team_of([5, 6, 8, 20])
    for one in (me, other):
        for _ in range(5):
            BusinessReviewFactory(customer=one.customers.first(), scheduled_for=SINCE, status="HELD", held_at=SINCE)

    found = compared(me, period=PERIOD, now=NOW)

    assert found.managers[0]["reviews_held"] == 5
    assert (found.medians["customers"], found.medians["reviews_held"]) == (7, None)


def test_renewals_are_those_of_the_list_of_contracts_due():
    me, *_ = team_of([1])
    ends = NOW.date() + timedelta(days=30)
    AccountFactory(
        customer=me.customers.get(), annual_revenue=100, contract_end_date=ends, renewal_date=None, opened_at=SINCE
    )

    due = ask("renewals_due", owners={me.id}, as_of=NOW, days=90, most=None)

    assert len(due) == 1 == compared(me, period=PERIOD, now=NOW).managers[0]["renewals"]


def test_who_leads_and_looks_after_nobody_is_no_manager_of_those_compared(boss):
    managers = make_world()
    idle, busy = UserFactory(), managers[0]
    TeamFactory().leads.add(idle, busy)
    TeamFactory().members.add(idle, busy)

    found = {one.id for one in compared(boss, period=PERIOD, now=NOW).managers}

    assert busy.id in found
    assert idle.id not in found


@pytest.mark.parametrize("report", ["manager_customers", "manager_tasks", "manager_work"])
def test_a_report_about_some_managers_has_no_others(report):
    _, second, _ = make_world()
    about = {"as_of": NOW, "since": SINCE, "until": UNTIL, "before": SINCE, "lifecycle": account_lifecycle()}

    found = {row.manager for row in ask(report, owners={second.id}, **about)}

    assert found == {second.id}


def test_tasks_by_day_of_some_managers_are_theirs():
    _, second, _ = make_world()

    rows = ask("manager_task_days", owners={second.id}, as_of=NOW, since=SINCE, until=UNTIL)

    made = [one for one in Task.objects.filter(owner=second) if SINCE <= one.created_at <= NOW]
    assert sum(row.made for row in rows) == len(made) > 0


def test_of_many_managers_the_pictures_and_their_tables_are_of_the_first(boss):
    members = team_of([5] * (charts.MOST_DRAWN + 1))
    TierPolicyFactory(tier="ENTERPRISE", from_revenue=1, accounts_per_manager=2)
    for customer in Customer.objects.filter(owner__in=members):
        customer.tier = "ENTERPRISE"
        customer.save(update_fields=["tier"])
        AccountFactory(customer=customer)
    found = compared(boss, period=PERIOD, now=NOW)

    everybody, load = charts.table(found), charts.load(found)

    assert {one.get_full_name() or one.username for one in members} <= {row[0] for row in everybody.rows}
    assert len(load.rows) == len(load.traces[0]["y"]) == charts.MOST_DRAWN
    assert [row[0] for row in load.rows] == [*reversed(load.traces[0]["y"])]
    assert "Drawn are the 25 most loaded." in load.summary
