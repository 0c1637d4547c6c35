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
    mine = CustomerFactory(name="today", owner=owner)
    contract(since="2026-01-01", revenue=1_200, customer=mine, renewal_date=TODAY)
    CustomerHealthFactory(customer=mine, level="POOR", score=30, day=date(2026, 7, 1))
    ends = CustomerFactory(name="ends")
    contract(since="2026-01-01", revenue=None, customer=ends, contract_end_date=TODAY + timedelta(days=21))
    for name, days in (("last", 89), ("after", 90), ("before", -1)):
        contract(since="2026-01-01", revenue=600, customer=CustomerFactory(name=name),
                 renewal_date=TODAY + timedelta(days=days))  # fmt: skip
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


def test_a_portfolio_has_its_own_renewals(accounts, owner):
    assert [name for name, _, _ in due(owners=frozenset({owner.id}))] == ["today"]


def test_renewals_add_up_by_health(accounts):
    found = {row.level: (row.customers, row.annual_revenue) for row in renewals_by_health(owners=None, now=NOW).rows}

    assert found == {"POOR": (1, 1200), "": (2, 600)}


def test_nobody_has_no_renewals():
    assert due() == []
    assert renewals_by_health(owners=None, now=NOW).rows == []
