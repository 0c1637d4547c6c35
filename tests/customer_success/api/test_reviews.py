"""Business reviews over the API: planned, changed, held, cancelled; whose they are; bad input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customer_success.models import BusinessReview, BusinessReviewType, ReviewStatus, Task
from tests.api.conftest import person, speaking_for
from tests.factories import (
    AccountFactory,
    BusinessReviewFactory,
    CustomerFactory,
    ReviewActionItemFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AT = "2026-12-01T09:00:00Z"
BASE = "/api/v1/customer-success"


def success_manager(username, *, may=("view", "add", "change")):
    user = person(username)
    user.user_permissions.set(Permission.objects.filter(codename__in=[f"{verb}_businessreview" for verb in may]))
    return user


@pytest.fixture
def mia():
    return success_manager("mia")


@pytest.fixture
def api(mia):
    return speaking_for(mia)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False)


@pytest.fixture
def customer(mia):
    return AccountFactory(customer__owner=mia).customer


@pytest.fixture
def review(customer):
    return BusinessReviewFactory(customer=customer, scheduled_for=timezone.now())


def list_of(customer):
    return f"{BASE}/customers/{customer.id}/business-reviews"


def put(api, review, body, status=200):
    answer = api.put(f"{BASE}/business-reviews/{review.id}", body, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def post(api, customer, body, status=201):
    answer = api.post(list_of(customer), body, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


class TestListing:
    def test_names_everything_of_a_review(self, api, review, customer):
        ReviewActionItemFactory(review=review, text="Send the offer")

        (found,) = api.get(list_of(customer)).json()["results"]

        assert (found["id"], found["customer"], found["owner"]) == (review.id, customer.id, "mia")
        assert (found["type"], found["status"], found["overall_rating"]) == ("MONTHLY", "SCHEDULED", None)
        assert [one["text"] for one in found["action_items"]] == ["Send the offer"]
        assert set(found) >= {
            "attendees", "agenda", "achievements", "challenges", "metrics_review", "goals_progress", "decisions",
            "next_steps", "feedback", "follow_up_on", "prepared_at", "held_at",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("query", "number"),
        [("", 3), ("type=ANNUAL", 1), ("status=CANCELLED", 1), ("since=2026-11-25T00:00:00Z", 2),
         ("until=2026-11-25T00:00:00Z", 1), ("since=2026-11-25T00:00:00Z&until=2027-01-01T00:00:00Z", 1)],
    )  # fmt: skip
    def test_can_be_narrowed(self, api, review, customer, query, number):
        BusinessReviewFactory(customer=customer, type="ANNUAL", scheduled_for=datetime(2026, 12, 1, tzinfo=UTC))
        BusinessReviewFactory(customer=customer, status="CANCELLED", scheduled_for=datetime(2027, 2, 1, tzinfo=UTC))
        BusinessReviewFactory()

        assert len(api.get(f"{list_of(customer)}?{query}").json()["results"]) == number

    @pytest.mark.parametrize(
        "query", ["type=monthly", "status=OPEN", "since=yesterday", "page_size=0", "who=mia", "type=%00"]
    )
    def test_refuses_a_filter_that_names_nothing(self, api, customer, query):
        answer = api.get(f"{list_of(customer)}?{query}")

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == query.split("=")[0]

    def test_takes_the_same_number_of_statements_for_many(self, api, review, customer):
        def statements():
            with CaptureQueriesContext(connection) as captured:
                api.get(list_of(customer))
            return len(captured)

        ReviewActionItemFactory(review=review)
        for_one = statements()
        for _ in range(5):
            ReviewActionItemFactory(review=BusinessReviewFactory(customer=customer))

        assert statements() == for_one


class TestPlanning:
    @pytest.mark.parametrize("kind", BusinessReviewType.values)
    def test_plans_each_type(self, api, customer, kind):
        made = post(api, customer, {"type": kind, "scheduled_for": AT, "agenda": ["Plans"], "attendees": ["Ann"]})

        assert (made["type"], made["status"], made["agenda"]) == (kind, "SCHEDULED", ["Plans"])
        assert BusinessReview.objects.get(id=made["id"]).changed_by.username == "mia"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("type", "DAILY"), ("type", None), ("type", 5), ("scheduled_for", "2026-12-01"), ("scheduled_for", None),
            ("scheduled_for", "9999-12-31T23:59:59Z"), ("scheduled_for", "0001-01-01T00:00:00Z"), ("agenda", "Plans"),
            ("agenda", ["x" * 501]), ("agenda", ["x"] * 51), ("agenda", ["\0"]), ("agenda", [None]),
            ("owner", "nobody"), ("owner", "\0"), ("owner", 5), ("overall_rating", 6), ("overall_rating", "5"),
            ("feedback", "x" * 5001), ("metrics_review", [{"name": "Logins", "now": "12"}]),
            ("metrics_review", [{"before": 1}]), ("metrics_review", [{"name": "A"}, {"name": "A"}]),
            ("metrics_review", [{"name": "A", "now": 1e30}]), ("metrics_review", {}), ("goals_progress", [{}]),
            ("goals_progress", [{"name": "A", "target": True}]), ("status", "HELD"), ("colour", "red"),
        ],
    )  # fmt: skip
    def test_names_the_field_that_is_wrong(self, api, customer, field, value):
        body = {"type": "MONTHLY", "scheduled_for": AT, field: value}

        answer = post(api, customer, body, status=400)

        assert answer["errors"][0]["field"].split(".")[0] == field
        assert not BusinessReview.objects.exists()

    @pytest.mark.parametrize("body", [[], "x", None, {}])
    def test_refuses_a_body_that_says_nothing(self, api, customer, body):
        assert api.post(list_of(customer), body, format="json").status_code == 400


class TestChanging:
    def test_writes_what_is_given_and_leaves_the_rest(self, api, review):
        put(api, review, {"agenda": ["Plans"], "owner": UserFactory().username})
        body = {
            "metrics_review": [{"name": "Hours", "before": 10, "now": 7.5, "unit": "h"}],
            "goals_progress": [{"name": "Hours", "baseline": 10, "target": 5, "current": 7.5}],
            "owner": None, "scheduled_for": AT, "type": "EXECUTIVE",
        }  # fmt: skip

        changed = put(api, review, body)

        assert (changed["agenda"], changed["type"], changed["owner"]) == (["Plans"], "EXECUTIVE", "mia")
        assert datetime.fromisoformat(changed["scheduled_for"]) == datetime(2026, 12, 1, 9, tzinfo=UTC)
        assert (changed["metrics_review"][0]["change"], changed["goals_progress"][0]["progress"]) == (-2.5, 50)

    def test_what_was_read_can_be_written_back(self, api, review):
        body = {"metrics_review": [{"name": "Hours", "before": 10, "now": 7.5, "unit": "h", "points": [10, 7.5]}]}
        rows = put(api, review, body)["metrics_review"]

        assert put(api, review, {"metrics_review": rows, "status": "SCHEDULED"})["metrics_review"] == rows

    def test_holding_makes_tasks(self, api, review):
        body = {
            "status": "HELD", "decisions": ["Go live"], "overall_rating": 5, "feedback": "Good",
            "follow_up_on": "2026-12-04", "next_steps": ["Training"],
            "action_items": [{"text": "Offer", "due_on": "2026-12-01"}, {"text": "Plan", "due_on": "2026-12-02",
                                                                         "owner": "mia"}],
        }  # fmt: skip

        held = put(api, review, body)

        assert (held["status"], held["overall_rating"], held["follow_up_on"]) == ("HELD", 5, "2026-12-04")
        assert datetime.fromisoformat(held["held_at"]) - timezone.now() < timedelta(minutes=1)
        assert [(one["text"], one["owner"], one["task_state"]) for one in held["action_items"]] == [
            ("Offer", None, "OPEN"), ("Plan", "mia", "OPEN"),
        ]  # fmt: skip
        assert Task.objects.count() == 3

    def test_a_review_is_held_once(self, api, review):
        put(api, review, {"status": "HELD"})

        again = put(api, review, {"status": "HELD", "action_items": [{"text": "x", "due_on": "2026-12-01"}]}, 400)
        moved = put(api, review, {"scheduled_for": AT}, 409)

        assert again["errors"][0]["field"] == "action_items"
        assert moved["detail"] == "The review is held already."
        assert put(api, review, {"feedback": "Better"})["feedback"] == "Better"

    def test_cancelling_ends_it(self, api, review):
        assert put(api, review, {"status": "CANCELLED"})["status"] == "CANCELLED"

        for body in ({"status": "HELD"}, {"feedback": "x"}, {"status": "SCHEDULED"}, {"scheduled_for": AT}):
            put(api, review, body, status=409)

    def test_a_missed_one_is_scheduled_again_by_another_time(self, api, review):
        BusinessReview.objects.update(status=ReviewStatus.MISSED)

        put(api, review, {"status": "SCHEDULED"}, status=409)
        again = put(api, review, {"status": "SCHEDULED", "scheduled_for": AT})

        assert again["status"] == "SCHEDULED"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"status": "DONE"}, "status"), ({"status": "CANCELLED", "feedback": "x"}, "status"),
            ({"follow_up_on": "2026-12-01"}, "follow_up_on"), ({"held_at": AT}, "held_at"),
            ({"status": "HELD", "held_at": AT}, "held_at"), ({"status": "HELD", "scheduled_for": AT}, "scheduled_for"),
            ({"status": "HELD", "action_items": [{"text": "x"}]}, "action_items.0.due_on"),
            ({"status": "HELD", "action_items": [{"text": "x", "due_on": "9999-12-31"}]}, "action_items.0.due_on"),
            ({"status": "HELD", "follow_up_on": "2001-01-01"}, "follow_up_on"),
            ({"status": "HELD", "action_items": [{"text": "", "due_on": "2026-12-01"}]}, "action_items.0.text"),
            ({"status": "HELD", "follow_up_on": "soon"}, "follow_up_on"), ({"id": 5}, "id"),
            ({"status": "HELD", "overall_rating": 0}, "overall_rating"),
            ({"scheduled_for": "2050-01-01T00:00:00Z"}, "scheduled_for"),
        ],
    )  # fmt: skip
    def test_names_the_field_that_is_wrong(self, api, review, body, field):
        answer = put(api, review, body, status=400)

        assert answer["errors"][0]["field"] == field
        assert BusinessReview.objects.get().status == "SCHEDULED"

    def test_nobody_makes_a_review_missed(self, api, review):
        put(api, review, {"status": "MISSED"}, status=409)


class TestWhoMay:
    @pytest.fixture
    def elsewhere(self):
        return BusinessReviewFactory(customer=AccountFactory(customer__owner=UserFactory()).customer)

    def test_a_customer_of_somebody_else_is_not_there(self, api, elsewhere):
        body = {"type": "MONTHLY", "scheduled_for": AT}

        assert api.get(list_of(elsewhere.customer)).status_code == 404
        assert post(api, elsewhere.customer, body, status=404)["detail"].startswith("There is no customer")
        assert put(api, elsewhere, {"feedback": "x"}, status=404)["detail"].startswith("There is no business review")

    def test_a_customer_without_an_account_is_not_there(self, api, mia):
        assert api.get(list_of(CustomerFactory(owner=mia))).status_code == 404

    @pytest.mark.parametrize("may", [(), ("view",), ("add",), ("change",)])
    def test_each_needs_its_permission(self, customer, review, may):
        user = success_manager("vera", may=may)
        type(customer).objects.filter(id=customer.id).update(owner=user)
        api = speaking_for(user)

        answers = {
            "view": api.get(list_of(customer)),
            "add": api.post(list_of(customer), {"type": "ANNUAL", "scheduled_for": AT}, format="json"),
            "change": api.put(f"{BASE}/business-reviews/{review.id}", {"feedback": "x"}, format="json"),
        }

        assert {name for name, answer in answers.items() if answer.status_code < 300} == set(may)
        assert {answer.status_code for name, answer in answers.items() if name not in may} <= {403}

    def test_somebody_without_a_token_is_asked_who_they_are(self, client, customer):
        assert client.get(list_of(customer)).status_code == 401
