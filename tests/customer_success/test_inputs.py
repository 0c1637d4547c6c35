"""What each input is worth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customer_success.engine.scoring import score_everybody
from customer_success.metrics.inputs import INPUTS, Input
from customer_success.models import CustomerHealth, HealthScore
from lifecycle.metrics.catalogue import CATALOGUE
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    LifecycleFactory,
    SuccessProfileFactory,
    ValueMetricFactory,
)

from .cards import in_force, one_measure

NOW = datetime(2026, 6, 15, 3, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.django_db

ACCOUNT = {"annual_revenue", "contract_start_date", "renewal_date", "churn_risk"}


@pytest.fixture(autouse=True)
def _lifecycle(db: None) -> None:
    LifecycleFactory(is_set_up=True)


def worth(name: str, **values: Any) -> Any:
    """What a customer whose account and profile say these things is worth in an input."""
    scale = {"words": {"excellent": 1}} if INPUTS[name].type == "text" else {"as_it_is": True}
    if INPUTS[name].choices:
        scale = {"words": dict.fromkeys(INPUTS[name].choices, 1)}
    definition = one_measure(name, scale)
    definition["dimensions"][0]["weight"] = 50
    always = {"input": "order_count", "weight": 100, "scale": {"as_it_is": True}}  # so that everybody has a score
    definition["dimensions"].append({"code": "always", "weight": 50, "measures": [always]})
    in_force(definition)
    account = AccountFactory(profile=None, **{key: one for key, one in values.items() if key in ACCOUNT})
    own = {key: one for key, one in values.items() if key not in {*ACCOUNT, "figures"}}
    profile = SuccessProfileFactory(account=account, **own)
    for number, (baseline, target, current) in enumerate(values.get("figures", ())):
        ValueMetricFactory(profile=profile, name=f"{number}", baseline=baseline, target=target, current=current)
    score_everybody(now=NOW)
    return CustomerHealth.objects.get(customer=account.customer_id).values[name]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("active_user_rate", {"active_users": 1, "licensed_users": 3}, Decimal("33.33")),
        ("active_user_rate", {"active_users": 2, "licensed_users": 3}, Decimal("66.67")),
        ("active_user_rate", {"active_users": 2, "licensed_users": 0}, None),
        ("active_user_rate", {"licensed_users": 3}, None),
        ("feature_adoption", {"features_used": 3, "features_available": 4}, 75),
        ("plan_usage_rate", {"plan_usage": 12, "plan_limit": 10}, 120),
        ("time_to_value_days",
         {"contract_start_date": date(2026, 1, 1), "onboarding_started_on": date(2026, 1, 9),
          "first_value_on": date(2026, 1, 31)}, 22),
        ("time_to_value_days", {"onboarding_started_on": date(2026, 1, 9)}, None),
        ("time_to_value_days",
         {"contract_start_date": date(2026, 1, 1), "first_value_on": date(2026, 1, 31)}, None),
        ("days_until_renewal", {"renewal_date": TODAY + timedelta(days=45)}, 45),
        ("days_until_renewal", {"renewal_date": TODAY - timedelta(days=1)}, -1),
        ("expansion_rate", {"expansion_revenue": 500, "annual_revenue": 8000}, Decimal("6.25")),
        ("expansion_rate", {"expansion_revenue": 500}, None),
        ("kpi_achievement", {"figures": [(0, 10, 5), (100, 50, 50), (0, 10, 99), (5, 0, 9)]}, Decimal("62.5")),
        ("kpi_achievement", {"figures": [(0, 10, None), (None, 10, 1), (3, 3, 3)]}, None),
        ("kpi_achievement", {"figures": [(0, 3, 1)]}, Decimal("33.33")),
        ("nps_score", {"nps_score": Decimal("8.5")}, Decimal("8.5")),
        ("renewal_intent", {"renewal_intent": "poor"}, "poor"),
        ("churn_risk", {"churn_risk": "HIGH"}, "HIGH"),
        ("real_world_project_approved", {}, 0),
    ],
)  # fmt: skip
def test_is_worth(name: str, values: dict[str, Any], expected: Any) -> None:
    assert worth(name, **values) == expected


@pytest.mark.parametrize("one", INPUTS.values(), ids=lambda one: one.name)
def test_every_input_can_be_scored_by_and_is_documented(one: Input) -> None:
    assert one.description.endswith(".")
    assert one.label

    worth(one.name)

    assert HealthScore.objects.get().score >= 0


def test_what_depends_on_a_tag_or_is_health_itself_is_none() -> None:
    left_out = {name for name, metric in CATALOGUE.items() if metric.name not in INPUTS and name == metric.name}

    assert left_out == {
        "first_order_on", "last_order_on", "has_ordered_since_entry", "has_enrolled_since_entry", "days_in_tag",
        "has_been_active_since_entry", "reengagement_campaign_response", "email", "health_score", "health_level",
        "health_trend", "health_change",
    }  # fmt: skip


def test_a_customer_without_a_name_is_scored_like_any_other() -> None:
    in_force(one_measure("order_count"))
    CustomerFactory(name=None)

    assert score_everybody(now=NOW) == 1
