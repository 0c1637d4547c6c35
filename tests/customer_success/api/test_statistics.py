"""The figures of spec 3, against a count by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customer_success.models import SuccessProfile
from tests.customer_success.cast import API, client_of, member, opened, speaking_for
from tests.factories import CustomerFactory, CustomerHealthFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


def profile(customer, **values):
    SuccessProfile.objects.filter(account=customer.account).update(**values)


@pytest.fixture
def mia():
    return member("mia")


@pytest.fixture
def _four(mia, ground):
    """Three accounts of Mia's and one of nobody's; a customer that is no account counts nowhere."""
    one = opened("one", owner=mia, annual_revenue=Decimal(100_000), lifetime_value=Decimal("250000.50"))
    two = opened("two", owner=mia, annual_revenue=Decimal(30_000), lifetime_value=Decimal(1_000), status="AT_RISK")
    three = opened("three", owner=mia, annual_revenue=Decimal(9_000), lifetime_value=Decimal(20_000), status="CHURNED")
    opened("four", status="ACTIVE")
    CustomerFactory(owner=mia, tier="TRIAL")
    CustomerHealthFactory(customer=one, score=80)
    CustomerHealthFactory(customer=two, score=45)
    profile(
        one,
        features_used=3,
        features_available=4,
        nps_score=9,
        csat_score=5,
        training_completion=50,
        onboarding_status="IN_PROGRESS",
        onboarding_started_on=date(2026, 1, 1),
        first_value_on=date(2026, 1, 21),
    )
    profile(
        two,
        features_used=1,
        features_available=4,
        nps_score=4,
        training_completion=100,
        onboarding_status="COMPLETED",
        onboarding_started_on=date(2026, 1, 1),
        first_value_on=date(2026, 1, 11),
        onboarding_completed_on=date(2026, 2, 10),
    )
    profile(three, features_used=0, features_available=0, onboarding_status="CANCELLED",
            onboarding_started_on=date(2026, 1, 1), onboarding_completed_on=date(2026, 1, 2))  # fmt: skip


@pytest.mark.usefixtures("_four")
def test_statistics_are_those_of_the_portfolio(mia):
    assert speaking_for(mia).get(f"{API}/statistics").json() == {
        "total_customers": 3,
        "customers_by_tier": {"ENTERPRISE": 1, "MID_MARKET": 1, "SMALL_BUSINESS": 1, "TRIAL": 0, "NONE": 0},
        "customers_by_status": {"ACTIVE": 0, "ONBOARDING": 1, "AT_RISK": 1, "CHURNED": 1, "PAUSED": 0, "NONE": 0},
        "average_health_score": 62.5,
        "total_annual_revenue": 130_000.0,
        "total_lifetime_value": 271_000.5,
        "at_risk_customers": 1,
        "churned_customers": 1,
        "onboarding_customers": 1,
        "average_adoption_rate": 50.0,
        "average_nps": 6.5,
        "average_csat": 5.0,
    }


@pytest.mark.usefixtures("_four")
def test_whoever_sees_everybody_counts_everybody():
    body = client_of("berta", "Administrator").get(f"{API}/statistics").json()

    assert (body["total_customers"], body["customers_by_tier"]["NONE"]) == (4, 1)
    assert body["customers_by_status"]["ACTIVE"] == 1


@pytest.mark.usefixtures("_four")
def test_onboarding_metrics_leave_out_what_has_not_begun():
    assert client_of("berta", "Administrator").get(f"{API}/onboarding-metrics").json() == {
        "total_onboarding": 3,
        "completed_onboarding": 1,
        "average_time_to_value": 15.0,
        "average_onboarding_duration": 40.0,
        "training_completion_rate": 75.0,
        "onboarding_success_rate": 50.0,
    }


def test_of_nobody_nothing_is_known(mia):
    statistics = speaking_for(mia).get(f"{API}/statistics").json()
    onboarding = speaking_for(mia).get(f"{API}/onboarding-metrics").json()

    assert (statistics["total_customers"], statistics["total_annual_revenue"]) == (0, 0)
    assert statistics["average_health_score"] is statistics["average_adoption_rate"] is None
    assert (onboarding["total_onboarding"], onboarding["onboarding_success_rate"]) == (0, None)


@pytest.mark.usefixtures("_four")
@pytest.mark.parametrize("path", ["statistics", "onboarding-metrics"])
def test_costs_the_same_for_many(path, mia):
    api = speaking_for(mia)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as found:
            api.get(f"{API}/{path}")
        counts.append(len(found))
        opened(f"more-{len(counts)}", owner=mia)

    assert counts[0] == counts[1]


def test_takes_no_parameters(mia):
    assert speaking_for(mia).get(f"{API}/statistics?tier=TRIAL").status_code == 400
