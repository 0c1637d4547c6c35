"""An account has churned where its tag is of that category, whatever the tag is called; all reports agree on it."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.queries.reports import ask, run
from tests.factories import (
    AccountFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OPENED, LEFT = NOW - timedelta(days=500), NOW - timedelta(days=40)
SET_OF = {
    "tenure_accounts": "tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s)",
    "tenure_portfolio": "tenure_portfolio(%(owners)s, %(account)s, %(as_of)s)",
    "tenure_contract_revenue": "tenure_contract_revenue(%(owners)s, %(day)s, %(day)s, interval '1 day')",
}


@pytest.fixture(params=["CHURNED", "CLOSED_BY_US"])
def accounts(request):
    """One that is here, one that left 40 days ago."""
    lifecycle, owner = LifecycleFactory(code="account"), UserFactory()
    here, gone = (
        StatusTagFactory(lifecycle=lifecycle, code=code, category=category)
        for code, category in (("ACTIVE", "active"), (request.param, "churned"))
    )
    found = []
    for tag in (here, gone):
        account = AccountFactory(
            customer__owner=owner, opened_at=OPENED, updated_at=OPENED, annual_revenue=1200, contract_start_date=None,
            contract_end_date=None,
        )  # fmt: skip
        about = {"lifecycle": lifecycle, "customer": account.customer}
        TransitionFactory(**about, from_tag=None, to_tag=here, applied_at=OPENED)
        if tag is gone:
            TransitionFactory(**about, from_tag=here, to_tag=gone, applied_at=LEFT)
        CustomerStatusFactory(**about, tag=tag, entered_at=LEFT if tag is gone else OPENED)
        CustomerHealthFactory(customer=account.customer, day=OPENED.date())
        found.append(account.customer_id)
    return lifecycle, owner, found


def customers(accounts, name, as_of):
    lifecycle, owner, _ = accounts
    rows = run(
        f"SELECT customer_id FROM {SET_OF[name]} ORDER BY 1",
        owners=[owner.id], as_of=as_of, lifecycle=lifecycle.id, day=as_of.replace(tzinfo=None),
    )  # fmt: skip
    return [row.customer_id for row in rows]


@pytest.mark.parametrize("name", SET_OF)
def test_who_left_counts_until_then(accounts, name):
    here, gone = accounts[2]

    assert customers(accounts, name, LEFT - timedelta(days=1)) == [here, gone]
    assert customers(accounts, name, NOW) == [here]


def test_the_reports_agree(accounts):
    lifecycle, owner, _ = accounts
    about = {"owners": [owner.id], "as_of": NOW}

    tiers = {row.part.split(":")[0]: (row.value, row.n) for row in ask("tier_performance", **about)}
    before = ask("health_before_churn", **about)
    retained = {row.value for row in ask("kpi_retention_rate", **about, lifecycle=lifecycle.id)}
    revenue = [(row.value, row.whole) for row in ask("kpi_nrr", **about, lifecycle=lifecycle.id)]

    assert (tiers["customer_count"][1], tiers["retention_rate"]) == (1, (50, 2))
    assert sum(row.n for row in before) == 1
    assert retained == {0, 1}
    assert sorted(revenue) == [(0, 1200), (1200, 1200)]


def test_tiers_and_the_key_figure_agree_on_who_was_there_a_year_ago(accounts):
    """With a tag or without one; who became an account since was none then, whatever tag it had."""
    lifecycle, owner, _ = accounts
    for _ in range(2):
        AccountFactory(customer__owner=owner, opened_at=OPENED)
    since = AccountFactory(customer__owner=owner, opened_at=LEFT).customer
    tag = lifecycle.tags.get(category="active")
    TransitionFactory(lifecycle=lifecycle, customer=since, from_tag=None, to_tag=tag, applied_at=OPENED)
    CustomerStatusFactory(lifecycle=lifecycle, customer=since, tag=tag, entered_at=OPENED)
    about = {"owners": [owner.id], "as_of": NOW}

    tiers = {row.part.split(":")[0]: (row.value, row.n) for row in ask("tier_performance", **about)}
    retained = [row.value for row in ask("kpi_retention_rate", **about, lifecycle=lifecycle.id)]

    assert sorted(retained) == [0, 1, 1, 1]
    assert tiers["retention_rate"] == (75, 4)
    assert tiers["customer_count"][1] == 4
