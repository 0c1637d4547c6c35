"""Contracts that are up for renewal: with amount and health, as it was known on the day."""

from datetime import date, timedelta

import pytest

from analytics.queries.revenue import renewals, renewals_by_health
from tests.factories import CustomerFactory, CustomerHealthFactory, UserFactory

from .revenue_world import Accounts, at, changed, contract

pytestmark = pytest.mark.django_db

NOW = at("2026-07-10 12:00")
TODAY = NOW.date()


def due(now=NOW, owners=None):
    return [(row.name, row.renewal_on, row.annual_revenue) for row in renewals(owners=owners, now=now, most=None).rows]


@pytest.fixture
def owner():
    return UserFactory()


@pytest.fixture
def accounts(owner):
    """Due today, in three weeks by its end date, on the last day and the day after; moved; closed; unknown."""
    for name, days in (("last", 89), ("after", 90), ("before", -1)):
        contract(since="2026-01-01", revenue=600, customer=CustomerFactory(name=name),
                 renewal_date=TODAY + timedelta(days=days))  # fmt: skip
    mine = CustomerFactory(name="today", owner=owner)
    ends_on = TODAY + timedelta(days=30)
    contract(since="2026-01-01", revenue=1_200, customer=mine, renewal_date=TODAY, contract_end_date=ends_on)
    CustomerHealthFactory(customer=mine, level="POOR", score=30, day=date(2026, 7, 1))
    ends = CustomerFactory(name="ends")
    contract(since="2026-01-01", revenue=None, customer=ends, contract_end_date=TODAY + timedelta(days=21))
    CustomerHealthFactory(customer=ends, level="GOOD", score=80, day=date(2026, 7, 1))
    moved = contract(since="2026-01-01", revenue=50, customer=CustomerFactory(name="moved"), renewal_date=TODAY)
    changed(moved, "2026-07-05", renewal_date=date(2027, 7, 10))
    closed = contract(since="2026-01-01", revenue=70, customer=CustomerFactory(name="closed"), renewal_date=TODAY)
    Accounts().moves(closed.customer, ("2026-01-01", "ACTIVE"), ("2026-07-08", "CHURNED"))


def test_due_are_those_of_the_next_ninety_days_of_accounts_that_are_open(accounts):
    assert due() == [
        ("today", TODAY, 1200), ("ends", TODAY + timedelta(days=21), None), ("last", TODAY + timedelta(days=89), 600),
    ]  # fmt: skip


def test_a_past_day_tells_what_was_due_then(accounts):
    assert {name for name, _, _ in due(at("2026-07-01 08:00"))} == {"before", "closed", "ends", "moved", "today"}


def test_what_is_written_or_happens_at_the_instant_is_known():
    accounts = Accounts()
    written, moved, closed, back = (
        contract(since=since, revenue=1, customer=CustomerFactory(name=name), renewal_date=TODAY)
        for name, since in (
            ("written", "2026-07-10 12:00"), ("moved", "2026-01-01"), ("closed", "2026-01-01"), ("back", "2026-01-01")
        )
    )  # fmt: skip
    changed(moved, "2026-07-10 12:00", renewal_date=date(2027, 7, 10))
    accounts.moves(closed.customer, ("2026-01-01", "ACTIVE"), ("2026-07-10 12:00", "CHURNED"))
    accounts.moves(back.customer, ("2026-01-01", "ACTIVE"), ("2026-07-01", "CHURNED"), ("2026-07-10 12:00", "ACTIVE"))

    assert [name for name, _, _ in due()] == [written.customer.name, "back"]


def test_a_portfolio_has_its_own_renewals(accounts, owner):
    assert [name for name, _, _ in due(owners=frozenset({owner.id}))] == ["today"]


def test_renewals_add_up_by_health(accounts):
    found = {row.level: (row.customers, row.annual_revenue) for row in renewals_by_health(owners=None, now=NOW).rows}

    assert found == {"POOR": (1, 1200), "GOOD": (1, 0), "": (1, 600)}


@pytest.mark.parametrize(("now", "known"), [
    (NOW, {"today": (30, "POOR"), "ends": (80, "GOOD"), "last": (None, "")}),
    (at("2026-06-30 08:00"), dict.fromkeys(("today", "ends", "before", "moved", "closed"), (None, ""))),
])  # fmt: skip
def test_health_is_that_which_was_known_then(accounts, now, known):
    found = {row.name: (row.score, row.level) for row in renewals(owners=None, now=now, most=None).rows}

    assert found == known
    assert {row.level for row in renewals_by_health(owners=None, now=now).rows} == {
        level for _, level in known.values()
    }


def test_nobody_has_no_renewals():
    assert due() == []
    assert renewals_by_health(owners=None, now=NOW).rows == []
