"""The success profile over the API."""

from __future__ import annotations

from decimal import Decimal

import pytest

from customer_success.models import Stakeholder, SuccessProfile, ValueMetric
from customer_success.rules.profile import Goal, adoption_rate, goal_attainment
from tests.customer_success.cast import API, member, opened, speaking_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


@pytest.fixture
def api():
    return speaking_for(member("mia"))


@pytest.fixture
def address(api):
    answer = api.post(f"{API}/customers", {"external_id": "acme"})
    return f"{API}/customers/{answer.json()['id']}/profile"


WHOLE = {
    "executive_sponsor": "A director", "business_objectives": ["Fewer tickets"], "success_criteria": ["Half of them"],
    "onboarding_status": "COMPLETED", "onboarding_started_on": "2026-01-01", "onboarding_completed_on": "2026-02-10",
    "first_value_on": "2026-01-21", "integration_status": "COMPLETED", "data_migration_status": "FAILED",
    "training_completion": 80, "features_available": 8, "features_used": 6, "nps_score": 9, "csat_score": 4.5,
    "ces_score": 7, "roi": -12.5, "renewal_intent": "good", "expansion_probability": 55.5,
    "value_metrics": [
        {"name": "Tickets a month", "unit": "tickets", "baseline": 200, "target": 100, "current": 150},
        {"name": "Revenue", "baseline": 10, "target": 20, "current": 30},
    ],
    "stakeholders": [{"name": "The sponsor", "role": "EXECUTIVE_SPONSOR", "email": "sponsor@acme.example"}],
}  # fmt: skip


def fields_of(answer):
    assert answer.status_code == 400, answer.json()
    return {one["field"]: one["message"] for one in answer.json()["errors"]}


def test_is_written_whole_and_read_back(api, address):
    body = api.put(address, WHOLE).json()

    assert api.get(address).json() == body
    assert {name: body[name] for name in WHOLE if name not in {"value_metrics", "stakeholders"}} == {
        name: value for name, value in WHOLE.items() if name not in {"value_metrics", "stakeholders"}
    }
    assert (body["time_to_value"], body["adoption_rate"], body["goal_attainment"]) == (20, 75.0, 75.0)
    assert [one["name"] for one in body["value_metrics"]] == ["Tickets a month", "Revenue"]
    assert body["stakeholders"][0]["role"] == "EXECUTIVE_SPONSOR"


def test_put_empties_what_is_left_out(api, address):
    api.put(address, WHOLE)

    body = api.put(address, {"complaints": 1}).json()

    assert (body["nps_score"], body["onboarding_status"], body["business_objectives"]) == (None, "NOT_STARTED", [])
    assert (body["value_metrics"], body["stakeholders"], body["complaints"]) == ([], [], 1)


def test_patch_leaves_it(api, address):
    api.put(address, WHOLE)

    body = api.patch(address, {"value_metrics": [{"name": "Hours"}], "goal_attainment": 10}).json()

    assert (body["nps_score"], len(body["stakeholders"]), body["goal_attainment"]) == (9, 1, 10)
    assert [(one["name"], one["baseline"]) for one in body["value_metrics"]] == [("Hours", None)]


def test_is_made_where_there_is_none(api, address):
    SuccessProfile.objects.all().delete()

    assert api.get(address).status_code == 404
    assert api.put(address, WHOLE).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"features_available": 3, "features_used": 4}, "features_used"),
        ({"onboarding_started_on": "2026-02-01", "onboarding_completed_on": "2026-01-01"}, "onboarding_completed_on"),
        ({"onboarding_started_on": "2026-02-01", "first_value_on": "2026-01-01"}, "first_value_on"),
        ({"onboarding_started_on": "9999-12-31"}, "onboarding_started_on"),
        ({"first_value_on": "1899-12-31"}, "first_value_on"),
        ({"first_value_on": "2199-12-31"}, "first_value_on"),
        ({"licensed_users": 3, "active_users": 4}, "active_users"),
        ({"value_metrics": [{"name": "A"}, {"name": "A"}]}, "value_metrics"),
        ({"value_metrics": [{}]}, "value_metrics.0.name"), ({"value_metrics": [7]}, "value_metrics.0"),
        ({"value_metrics": "A"}, "value_metrics"), ({"value_metrics": [{"name": "A"}] * 101}, "value_metrics"),
        ({"value_metrics": [{"name": "A", "goal": 1}]}, "value_metrics.0.goal"),
        ({"stakeholders": [{"name": "A"}]}, "stakeholders.0.role"),
        ({"stakeholders": [{"name": "A", "role": "TECHNICAL", "email": "x"}]}, "stakeholders.0.email"),
        ({"executive_sponsor": "a\x00"}, "executive_sponsor"), ({"nps_score": 11}, "nps_score"),
        ({"csat_score": 0}, "csat_score"), ({"csat_score": "4"}, "csat_score"),
        ({"training_completion": 101}, "training_completion"),
        ({"onboarding_status": None}, "onboarding_status"), ({"renewal_intent": "GOOD"}, "renewal_intent"),
        ({"users_trained": 1.5}, "users_trained"), ({"business_objectives": {}}, "business_objectives"),
        ({"mood": 1}, "mood"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["put", "patch"])
def test_names_the_field_that_is_wrong(method, body, field, api, address):
    assert field in fields_of(getattr(api, method)(address, body))
    assert not ValueMetric.objects.exists()
    assert not Stakeholder.objects.exists()


def test_limits_count_what_was_there(api, address):
    api.put(address, WHOLE)

    assert fields_of(api.patch(address, {"features_available": 5})).keys() == {"features_used"}


def test_another_account_keeps_its_own(api, address):
    other = opened("bolt")

    api.put(address, WHOLE)

    assert not other.account.profile.value_metrics.exists()


def test_goals_go_up_or_down_and_never_beyond():
    def attained(*goals):
        return goal_attainment(Goal(*(None if one is None else Decimal(one) for one in goal)) for goal in goals)

    assert attained((200, 100, 150)) == attained((0, 10, 5)) == 50
    assert attained((0, 10, 12)) == 100
    assert attained((0, 10, -3)) == 0
    assert attained((0, 10, 5), (0, 10, 10), (None, 10, 1), (5, 5, 5)) == 75
    assert attained((1, 1, 1)) is attained() is None
    assert attained((0, 3, 1)) == Decimal("33.33")


def test_without_features_there_is_no_adoption():
    assert adoption_rate(0, 0) is adoption_rate(None, 4) is None
    assert adoption_rate(1, 3) == Decimal("33.33")
