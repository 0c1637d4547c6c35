"""GET /api/analytics/status-tags/dashboard, and the same below /api/v1."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from tests.api.conftest import speaking_for
from tests.factories import LifecycleFactory, UserFactory

from .moved import World

pytestmark = pytest.mark.django_db
URL, V1 = "/api/analytics/status-tags/dashboard", "/api/v1/analytics/status-tags/dashboard"


@pytest.fixture
def world():
    """A learner of mia who fell behind just now, and one of nobody who did so a week ago and came back."""
    world, now = World(), timezone.now()
    one, other = world.customer(owner=world.mia), world.customer()
    world.moved(one, now - timedelta(days=9), "NEW")
    world.moved(one, now, "RISK")
    world.moved(other, now - timedelta(days=9), "NEW")
    world.moved(other, now - timedelta(days=7), "RISK")
    world.moved(other, now - timedelta(days=6), "GOOD")
    return world


@pytest.fixture
def analyst():
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Analyst"))
    return speaking_for(user)


def test_tells_where_customers_are_and_what_automation_did(analyst, world):
    told = analyst.get(URL).json()

    assert told["distribution"] == {"NEW": 0, "GOOD": 1, "MASTER": 0, "RISK": 1, "SAVED": 0, "GONE": 0}
    assert told["transitions_today"] == [{"from_tag": "NEW", "to_tag": "RISK", "moves": 1, "automatic": 1}]
    assert told["at_risk_count"] == 1
    did = told["automation_effectiveness"]
    assert (did["moves_by_rules"], did["automatic_share"], did["not_settled"]) == (5, 100.0, 5)
    assert (did["entered_risk"], did["recovered"], did["left_risk"], did["recovery_rate"]) == (2, 1, 1, 100.0)
    assert did["rejection_rate"] is None
    assert (told["lifecycle"], told["end"]) == (world.lifecycle.code, str(timezone.now().date()))


def test_answers_the_same_below_v1(analyst, world):
    assert analyst.get(V1).json() == analyst.get(URL).json()


def test_a_range_ends_where_it_is_asked_to(analyst, world):
    day = timezone.now().date() - timedelta(days=7)

    told = analyst.get(URL, {"start": str(day), "end": str(day)}).json()

    assert (told["distribution"]["NEW"], told["at_risk_count"]) == (1, 1)
    assert told["automation_effectiveness"]["recovery_rate"] is None


def test_a_manager_is_told_of_the_own_customers(world):
    world.mia.groups.add(Group.objects.get(name="Success manager"))

    told = speaking_for(world.mia).get(URL).json()

    assert sum(told["distribution"].values()) == 1
    assert told["automation_effectiveness"]["moves_by_rules"] == 2


def test_a_lifecycle_is_named_by_its_code_and_may_have_no_tags(analyst, world):
    LifecycleFactory(code="learning")

    assert analyst.get(URL).json()["lifecycle"] == "learning"
    assert analyst.get(URL, {"lifecycle": world.lifecycle.code}).json()["at_risk_count"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"lifecycle": "nowhere"}, "lifecycle"),
        ({"begin": "2026-01-01"}, "begin"),
        ({"start": "soon"}, "start"),
        ({"start": "2026-02-02", "end": "2026-02-01"}, "start"),
        ({"end": "9999-12-31"}, "end"),
        ({"end": "0001-01-01"}, "end"),
        ({"start": ""}, "start"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_at_its_field(analyst, world, query, field):
    answer = analyst.get(URL, query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_stranger_is_kept_out(world):
    assert speaking_for(UserFactory()).get(URL).status_code == 403
