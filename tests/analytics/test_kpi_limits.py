"""The days from which and until which customers count for key figures, to the day."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import AccountFactory, ExpansionOpportunityFactory, LifecycleFactory, SuccessProfileFactory

from .plain import values

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _accounts():
    LifecycleFactory(code="account")


def account(days, **profile):
    """That began so many days ago, and its onboarding with it."""
    began = (NOW - days * DAY).date()
    opened = AccountFactory(opened_at=NOW - 1000 * DAY, contract_start_date=began, profile=None)
    SuccessProfileFactory(account=opened, onboarding_started_on=began, updated_at=NOW - DAY, **profile)
    return opened.customer_id


@pytest.mark.parametrize(
    ("code", "days", "profile"),
    [
        ("value_in_30_days", 30, {}),
        ("value_in_90_days", 90, {}),
        ("time_to_value", 30, {}),
        ("feature_adoption", 90, {"features_used": 1, "features_available": 2}),
        ("expansion_rate", 365, {}),
    ],
)
def test_who_began_so_long_ago_counts_and_who_began_a_day_later_does_not(code, days, profile):
    old, _ = account(days, **profile), account(days - 1, **profile)

    assert values(code, owners=None, as_of=NOW).keys() == {old}


def test_who_began_two_years_ago_does_not_count_for_the_first_year():
    account(730)
    old = account(729)

    assert values("expansion_rate", owners=None, as_of=NOW).keys() == {old}


@pytest.mark.parametrize(("code", "days"), [("value_in_30_days", 30), ("value_in_90_days", 90)])
def test_first_value_on_the_last_day_is_in_time_and_a_day_later_is_not(code, days):
    last, late = (account(200, first_value_on=(NOW - (200 - one) * DAY).date()) for one in (days, days + 1))

    assert values(code, owners=None, as_of=NOW) == {last: 1, late: 0}


def test_an_expansion_that_is_won_later_is_not_known_yet():
    customer = account(365)
    won = {"kind": "ROI", "status": "WON", "won_amount": 100, "ended_at": NOW + timedelta(hours=1)}
    ExpansionOpportunityFactory(customer_id=customer, **won)

    assert values("expansion_rate", owners=None, as_of=NOW) == {customer: 0}
    assert values("expansion_rate", owners=None, as_of=NOW + timedelta(hours=2)) == {customer: 1}
