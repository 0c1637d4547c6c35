"""Revenue retention of small worlds, against loops over their rows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.queries import revenue as asked
from analytics.queries.revenue import Looked
from analytics.rules.revenue import Basis, Movement, Split, Unit
from lifecycle.models import Customer, Lifecycle
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
    UserFactory,
)

from .plain import reported
from .revenue_world import (
    Accounts,
    at,
    buys,
    by_contracts,
    by_orders,
    changed,
    contract,
    movements,
    retention,
    starts,
)

pytestmark = pytest.mark.django_db

NOW = at("2026-07-10 12:00")
FIRST, LAST = date(2025, 6, 1), date(2026, 6, 1)


@pytest.fixture
def owner():
    return UserFactory()


@pytest.fixture
def contracts(owner):
    """Every way in which a contract's revenue moves, some on the first or last instant of a month."""
    mine = {"customer": CustomerFactory(name="grows", owner=owner, tier="ENTERPRISE", plan="Pro")}
    grows = contract(since="2025-12-10", revenue=12_000, industry="Retail", **mine)
    changed(grows, "2026-03-01 00:00", annual_revenue=18_000)
    changed(grows, "2026-04-30 23:59:59.999999", annual_revenue=17_999)
    shrinks = contract(since="2026-01-01 00:00", revenue=1_000, customer=CustomerFactory(owner=owner))
    changed(shrinks, "2026-02-28 23:59", annual_revenue=999)
    changed(shrinks, "2026-02-28 23:59", annual_revenue=500)
    ends = contract(since="2025-12-31", revenue=600, contract_end_date=date(2026, 3, 31))
    changed(ends, "2026-05-15", contract_end_date=date(2027, 3, 31))
    contract(since="2026-01-15", revenue=2_400, contract_start_date=date(2026, 2, 28))
    contract(since="2026-01-15", revenue=None)
    changed(contract(since="2026-01-15", revenue=0), "2026-04-10", annual_revenue=480)  # free at first
    contract(since="2026-01-15", revenue=Decimal("0.05"))  # no cent a month
    gone = contract(since="2026-01-15", revenue=240)
    gone.delete()
    accounts = Accounts()
    closed = contract(since="2026-01-01", revenue=7_200, customer=CustomerFactory(tier="ENTERPRISE"))
    accounts.moves(
        closed.customer, ("2026-01-01", "ACTIVE"), ("2026-02-28 23:59:59.999999", "CHURNED"),
        ("2026-04-01 00:00", "ACTIVE"), ("2026-06-01 00:00", "CHURNED"),
    )  # fmt: skip
    at_once = contract(since="2026-01-01", revenue=4_800)
    accounts.moves(at_once.customer, ("2026-01-01", "ACTIVE"), ("2026-04-15", "CHURNED"), ("2026-04-15", "ACTIVE"))
    for account in (closed, shrinks, grows):
        churns_as_a_buyer(account.customer)
    contract(since="2026-07-05", revenue=100)  # in the month that is not over


def churns_as_a_buyer(customer):
    """In another lifecycle; and again after it came back."""
    lifecycle = Lifecycle.objects.filter(code="commerce").first() or LifecycleFactory(code="commerce")
    gone, back = (StatusTagFactory(lifecycle=lifecycle, category=category) for category in ("churned", "active"))
    about, last = {"lifecycle": lifecycle, "customer": customer}, None
    for when, tag in (("2026-01-20", gone), ("2026-03-10", back), ("2026-05-20", gone)):
        TransitionFactory(**about, from_tag=last, to_tag=tag, applied_at=at(when))
        last = tag
    CustomerStatusFactory(**about, tag=gone, entered_at=at(when))


@pytest.fixture
def orders(owner):
    buys(CustomerFactory(owner=owner, plan="Pro"), d2026_01_31=50, d2026_02_01=60, d2026_02_28=10, d2026_04_30=5)
    buys(CustomerFactory(owner=owner, plan="Free"), d2026_03_01=20, d2026_04_01=20, d2026_05_31=0, d2026_06_01=7)
    refunded = CustomerFactory()
    buys(refunded, d2026_01_05=30, d2026_02_05=40, d2026_03_03=12)
    buys(refunded, d2026_02_07=-40)
    buys(CustomerFactory(), d2025_08_01=0, d2026_02_02=8)  # free at first
    buys(CustomerFactory(), d2024_05_05=99, d2026_06_30=1)
    buys(CustomerFactory(), d2025_05_31=3, d2025_06_01=3, d2026_07_01=100)
    CustomerFactory()


def test_the_key_figure_is_the_retention_of_a_year(contracts):
    instant = at("2027-01-01")  # 365 days after 2025 was over, at the end of 2026

    last = asked.revenue(Looked(Basis.CONTRACTS, Unit.YEAR, None, at("2027-01-02"))).rows[-1]
    value, n = reported("nrr", owners=None, as_of=instant - timedelta(microseconds=1))

    assert n == last.customers_before > 1
    assert float(value) == pytest.approx(100 * float(last.nrr), abs=0.01)  # a month is told in cents


def amounts_of(customers, basis, unit, every):
    of = by_orders if basis is Basis.ORDERS else by_contracts
    return {one.id: {start: of(one, start, unit) for start in every} for one in customers}


def first_of(customers, basis):
    """The day of the first order that was paid for, or on which a contract first brought revenue."""
    found = {}
    for one in customers:
        if basis is Basis.ORDERS:
            found[one.id] = min((o.ordered_at.date() for o in one.orders.all() if o.amount > 0), default=None)
        else:
            events = one.account.events.order_by("pgh_id") if hasattr(one, "account") else ()
            days = [max(e.updated_at.date(), e.contract_start_date or date.min) for e in events if e.annual_revenue]
            found[one.id] = min(days, default=None)
    return found


def compare(basis, unit, *, owners, now, customers):
    """Every figure of every period, told and recomputed."""
    told = asked.revenue(Looked(basis, unit, owners, now)).rows
    every = starts(date(2023, 1, 1), told[-1].period, unit)
    amounts, first = amounts_of(customers, basis, unit, every), first_of(customers, basis)
    for one in told:
        before = every[every.index(one.period) - 1]
        moved = movements(amounts, first, one.period, before)
        assert {name: len(each) for name, each in moved.items()} == {
            str(name): each.customers for name, each in one.moved.items()
        }, one.period
        for name, each in moved.items():
            assert one.of(Movement(name)).change == sum(now_ - was for _, was, now_ in each)
        assert (one.grr, one.nrr, one.logo_churn) == retention(moved)
        assert one.start == sum(each[before] for each in amounts.values())
        assert one.end == sum(each[one.period] for each in amounts.values())
        assert one.customers == sum(each[one.period] > 0 for each in amounts.values())
        assert one.difference == 0
    return told


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("basis", Basis)
def test_everybody_s_figures_are_those_of_the_rows(contracts, orders, basis, unit):
    told = compare(basis, unit, owners=None, now=at("2027-01-02"), customers=Customer.objects.all())

    assert sum(len(one.moved) for one in told) >= 3


@pytest.mark.parametrize("basis", Basis)
def test_a_portfolio_has_the_figures_of_its_own_customers(contracts, orders, owner, basis):
    told = compare(
        basis, Unit.MONTH, owners=frozenset({owner.id}), now=NOW, customers=Customer.objects.filter(owner=owner)
    )

    assert 0 < told[-3].customers < Customer.objects.count()


@pytest.mark.parametrize("basis", Basis)
def test_a_past_day_is_told_as_it_was(contracts, orders, basis):
    then = at("2026-04-01 00:00")

    told = compare(basis, Unit.MONTH, owners=None, now=then, customers=Customer.objects.all())

    assert told[-1].period == date(2026, 3, 1)


def test_every_movement_happens_in_the_world_of_contracts(contracts):
    found = asked.revenue(Looked(Basis.CONTRACTS, Unit.MONTH, None, NOW)).rows

    assert {name for one in found for name in one.moved} == set(Movement)
    assert [one.period for one in found] == starts(date(2025, 12, 1), LAST, "month")


def test_a_contract_that_was_put_off_before_it_began_is_new_when_it_begins():
    account = contract(since="2026-01-15", revenue=960, contract_start_date=date(2026, 3, 1))
    changed(account, "2026-02-01", contract_start_date=date(2026, 5, 1))

    told = asked.revenue(Looked(Basis.CONTRACTS, Unit.MONTH, None, NOW)).rows

    assert [(one.period.month, *one.moved) for one in told if one.moved] == [(5, "new"), (6, "unchanged")]


def test_an_end_date_is_the_last_day_of_revenue(contracts):
    march, april, may = asked.revenue(Looked(Basis.CONTRACTS, Unit.MONTH, None, NOW)).rows[3:6]

    assert march.of(Movement.CHURN).customers == 0
    assert april.of(Movement.CHURN).change == -50
    assert may.of(Movement.REACTIVATION).change == 50


def test_nobody_has_no_periods_and_no_rates():
    assert asked.revenue(Looked(Basis.ORDERS, Unit.MONTH, None, NOW)).rows == []
    assert asked.revenue_by(Looked(Basis.ORDERS, Unit.MONTH, None, NOW), Split.TIER).rows == []


def test_the_parts_add_up_to_the_whole(contracts):
    looked = Looked(Basis.CONTRACTS, Unit.MONTH, None, NOW)
    whole = asked.revenue(looked).rows[-1]
    for split in Split:
        parts = [one for _, one in asked.revenue_by(looked, split).rows]

        assert sum(one.end for one in parts) == whole.end
        assert sum(one.start for one in parts) == whole.start
        assert all(one.difference == 0 for one in parts)


@pytest.mark.parametrize(("split", "parts"), [
    (Split.TIER, {"ENTERPRISE", ""}), (Split.PLAN, {"Pro", ""}), (Split.INDUSTRY, {"Retail", ""}),
])  # fmt: skip
def test_a_part_has_the_customers_of_its_tier_plan_or_industry(contracts, split, parts):
    looked = Looked(Basis.CONTRACTS, Unit.MONTH, None, NOW)

    assert {part for part, _ in asked.revenue_by(looked, split).rows} == parts


def test_the_customers_behind_a_movement_add_up_to_it(contracts, orders):
    for basis in Basis:
        looked = Looked(basis, Unit.MONTH, None, NOW)
        for one in asked.revenue(looked).rows:
            for movement, moved in one.moved.items():
                rows = asked.moved_customers(
                    looked, one.period, movement=movement, split=None, part=None, most=None
                ).rows
                assert [len(rows), sum(row.change for row in rows)] == [moved.customers, moved.change]
                assert all(row.movement == movement for row in rows)


def test_a_list_of_customers_keeps_to_the_portfolio_and_to_its_length(orders, owner):
    looked = Looked(Basis.ORDERS, Unit.MONTH, frozenset({owner.id}), NOW)

    rows = asked.moved_customers(looked, date(2026, 4, 1), movement=None, split=None, part=None, most=1).rows

    assert [(row.movement, row.after, row.customers) for row in rows] == [("reactivation", 5, 2)]


def test_a_list_of_customers_keeps_to_a_part(orders):
    looked = Looked(Basis.ORDERS, Unit.MONTH, None, NOW)

    rows = asked.moved_customers(looked, date(2026, 4, 1), movement=None, split=Split.PLAN, part="Free", most=10).rows

    assert [(row.movement, row.before, row.after) for row in rows] == [("unchanged", 20, 20)]


def test_the_largest_changes_come_first_with_what_changed_of_all():
    """Of equal changes that which leads to more, then the older customer."""
    for values, may, june in (
        ({"name": None, "email": "new@example.org"}, 0, 30),
        ({"name": None, "email": None, "external_id": "T-1"}, 0, 30),
        ({"name": "grew"}, 10, 40),
        ({"name": "shrank"}, 60, 10),
    ):
        buys(CustomerFactory(**values), d2026_05_03=may, d2026_06_03=june)
    looked, about = Looked(Basis.ORDERS, Unit.MONTH, None, NOW), {"movement": None, "split": None, "part": None}

    rows = asked.moved_customers(looked, LAST, **about, most=3).rows

    assert [row.name for row in rows] == ["shrank", "grew", "new@example.org"]
    assert {(row.customers, row.changed) for row in rows} == {(4, 40)}
    assert [row.name for row in asked.moved_customers(looked, LAST, **about, most=None).rows][-1] == "T-1"


def test_the_largest_of_a_portfolio_are_told_with_its_total(owner):
    buys(CustomerFactory(name="everybody's largest"), d2026_06_03=100)
    for values in ({"name": None, "email": "old@example.org"}, {"name": None, "email": None, "external_id": "T-1"}):
        buys(CustomerFactory(owner=owner, **values), d2026_06_03=5)

    rows = asked.largest(Looked(Basis.ORDERS, Unit.MONTH, frozenset({owner.id}), NOW)).rows

    assert [(row.name, row.total, row.customers) for row in rows] == [("old@example.org", 10, 2), ("T-1", 10, 2)]


def test_the_largest_are_told_with_the_total_of_all():
    for number in range(1, 13):
        buys(CustomerFactory(name=f"{number}"), d2026_06_03=number)
    buys(CustomerFactory(), d2026_07_01=100)  # at the midnight with which the next month begins

    rows = asked.largest(Looked(Basis.ORDERS, Unit.MONTH, None, NOW)).rows

    assert [row.name for row in rows] == [str(number) for number in range(12, 2, -1)]
    assert {(row.total, row.customers) for row in rows} == {(Decimal(78), 12)}
