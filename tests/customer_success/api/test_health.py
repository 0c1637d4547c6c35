"""Health scores of a customer by the API (spec 3, "Health Score Routes")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from customer_success.engine.scorecards import load_scorecards
from customer_success.models import CustomerHealth, HealthScore
from lifecycle.engine.defaults import enroll_everybody
from lifecycle.models import Customer, Lifecycle
from tests.api.conftest import person, speaking_for
from tests.customer_success.cards import account, in_force, one_measure
from tests.factories import CustomerFactory, HealthScoreFactory, LifecycleFactory

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/customer-success/customers/{}/health-scores"
NOW = datetime(2026, 6, 15, tzinfo=UTC)
FOUR = {"engagement_score": 90, "success_score": 80, "satisfaction_score": 70, "financial_score": 60}


@pytest.fixture(autouse=True)
def lifecycle(db: None) -> Lifecycle:
    return LifecycleFactory(is_set_up=True)


def success_manager(username: str, *permissions: str) -> Any:
    user = person(username)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def mia(db: None) -> APIClient:
    """A success manager, whose portfolio ``mine`` is."""
    return speaking_for(success_manager("mia", "view_healthscore", "add_healthscore"))


@pytest.fixture
def mine(mia: APIClient, lifecycle: Lifecycle) -> Customer:
    customer = account(goal_attainment=70)
    customer.owner = User.objects.get(username="mia")
    customer.save()
    enroll_everybody(lifecycle=lifecycle)
    return customer


class TestTheHistory:
    def test_is_listed_the_latest_first_and_narrowed_by_days(self, mia: APIClient, mine: Customer) -> None:
        for day in range(4):
            HealthScoreFactory(customer=mine, recorded_at=NOW + timedelta(days=day), score=60 + day)

        everything = mia.get(PLACE.format(mine.id)).json()["results"]
        some = mia.get(PLACE.format(mine.id), {"since": "2026-06-16", "until": "2026-06-18"}).json()["results"]

        assert [one["overall_score"] for one in everything] == [63, 62, 61, 60]
        assert [one["date"] for one in some] == ["2026-06-17", "2026-06-16"]
        assert everything[0]["health_level"] == "GOOD"

    @pytest.mark.parametrize("query", [{"since": "yesterday"}, {"until": "2026-02-30"}, {"form": "1"}])
    def test_refuses_what_narrows_nothing(self, mia: APIClient, mine: Customer, query: dict[str, str]) -> None:
        answer = mia.get(PLACE.format(mine.id), query)

        assert answer.status_code == 400
        assert [one["field"] for one in answer.json()["errors"]] == list(query)

    def test_goes_on_over_pages(self, mia: APIClient, mine: Customer) -> None:
        for day in range(3):
            HealthScoreFactory(customer=mine, recorded_at=NOW + timedelta(days=day))
        first = mia.get(PLACE.format(mine.id), {"page_size": 2}).json()

        assert len(mia.get(first["next"]).json()["results"]) == 1


class TestReporting:
    def test_weighs_the_four_components(self, mia: APIClient, mine: Customer) -> None:
        load_scorecards(now=NOW)

        answer = mia.post(PLACE.format(mine.id), {**FOUR, "notes": "Quarterly talk"}, format="json")

        body = answer.json()
        assert answer.status_code == 201
        assert (body["overall_score"], body["health_level"], body["source"]) == (77, "GOOD", "REPORTED")
        assert (body["scorecard"], body["by"], body["notes"]) == ("program", "mia", "Quarterly talk")
        assert body["components"] == {"engagement": 90, "success": 80, "satisfaction": 70, "financial": 60}
        assert CustomerHealth.objects.get(customer=mine).score == 77

    def test_twice_on_a_day_is_one_score(self, mia: APIClient, mine: Customer) -> None:
        for points in (40, 50):
            assert mia.post(PLACE.format(mine.id), {"overall_score": points}, format="json").status_code == 201

        assert HealthScore.objects.get(customer=mine).score == 50

    def test_of_components_without_a_program_is_a_conflict(self, mia: APIClient, mine: Customer) -> None:
        answer = mia.post(PLACE.format(mine.id), FOUR, format="json")

        assert answer.status_code == 409
        assert "no scorecard" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "overall_score"),
            ({**FOUR, "overall_score": 3}, "overall_score"),
            ({"overall_score": 101}, "overall_score"),
            ({"overall_score": -1}, "overall_score"),
            ({"overall_score": "70"}, "overall_score"),
            ({"overall_score": 70.5}, "overall_score"),
            ({"overall_score": 10**30}, "overall_score"),
            ({"overall_score": None}, "overall_score"),
            ({"overall_score": 70, "notes": "a\x00b"}, "notes"),
            ({"overall_score": 70, "notes": "x" * 2001}, "notes"),
            ({"overall_score": 70, "levle": "GOOD"}, "levle"),
        ],
    )
    def test_refuses_what_is_no_score(self, mia: APIClient, mine: Customer, body: dict[str, Any], field: str) -> None:
        answer = mia.post(PLACE.format(mine.id), body, format="json")

        assert answer.status_code == 400
        assert [one["field"] for one in answer.json()["errors"]] == [field]
        assert not HealthScore.objects.exists()


class TestCalculating:
    def test_from_components_writes_nothing(self, mia: APIClient, mine: Customer) -> None:
        load_scorecards(now=NOW)
        given = {"engagement_score": 90, "financial_score": 40}

        body = mia.post(f"{PLACE.format(mine.id)}/calculate", given, format="json").json()

        assert (body["overall_score"], body["health_level"], body["is_stored"]) == (70, "GOOD", False)
        assert sum(one["contribution"] for one in body["parts"]) == 70
        assert [one["weight"] for one in body["parts"]] == [60, 0, 0, 40]
        assert not HealthScore.objects.exists()

    def test_without_a_body_scores_the_customer_now(self, mia: APIClient, mine: Customer) -> None:
        in_force(one_measure())

        body = mia.post(f"{PLACE.format(mine.id)}/calculate").json()

        assert (body["overall_score"], body["is_stored"]) == (70, True)
        assert HealthScore.objects.get().score == CustomerHealth.objects.get().score == 70

    def test_of_whom_nothing_scores_is_a_conflict(self, mia: APIClient, mine: Customer) -> None:
        answer = mia.post(f"{PLACE.format(mine.id)}/calculate", {}, format="json")

        assert answer.status_code == 409


class TestWhoMay:
    def test_outside_the_portfolio_there_is_nobody(self, mia: APIClient) -> None:
        theirs = CustomerFactory(owner=person("tom"))

        assert mia.get(PLACE.format(theirs.id)).status_code == 404
        assert mia.post(PLACE.format(theirs.id), {"overall_score": 5}, format="json").status_code == 404
        assert mia.post(f"{PLACE.format(theirs.id)}/calculate").status_code == 404
        assert not HealthScore.objects.exists()

    def test_reading_and_writing_need_their_permissions(self, mine: Customer) -> None:
        place = PLACE.format(mine.id)
        reader = speaking_for(success_manager("rea", "view_healthscore", "view_every_customer"))

        assert APIClient().get(place).status_code == 401
        assert speaking_for(person("sam")).get(place).status_code == 403
        assert (reader.get(place).status_code, reader.post(place, {}, format="json").status_code) == (200, 403)
        assert reader.post(f"{place}/calculate", {}, format="json").status_code == 403
