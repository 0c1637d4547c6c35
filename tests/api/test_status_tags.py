"""GET and POST /api/customers/{id}/status-tags, with the fields of spec 1."""

import pytest
from django.utils import timezone

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.lifecycles import set_moves_by_hand
from lifecycle.models import Customer, Recommendation, Transition
from tests.api.conftest import person, speaking_for
from tests.factories import CustomerFactory, LifecycleFactory
from tests.lifecycle.stage import (
    NOW,
    at_once,
    code_of,
    days_ago,
    is_at_least,
    lifecycle_with,
    paid,
    path,
    send,
    tag,
)

FIRST_ORDER = {"from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1), "key": "first-order"}
WORTHY = {"from": "BUYER", "to": "VIP", "when": is_at_least("total_spend", 500), "key": "worthy"}
IDLE = {"from": "BUYER", "to": "GONE", "when": is_at_least("days_since_order", 60), "key": "idle"}
BY_HAND = {"new_tag": "VIP", "reason": "Signed for a year", "manual_override": True}


@pytest.fixture
def lifecycle(db):
    return lifecycle_with("NEW BUYER VIP GONE", FIRST_ORDER, WORTHY, {**IDLE, "is_automatic": False})


@pytest.fixture
def ann(lifecycle) -> Customer:
    """Has bought once, two days ago."""
    send(paid("ann", days_ago(2), 20))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    return Customer.objects.get(external_id="ann")


@pytest.fixture
def url(ann) -> str:
    return f"/api/customers/{ann.id}/status-tags"


class TestGet:
    def test_tells_where_the_customer_stands_and_how_it_came_there(self, manager, url, lifecycle, ann):
        told = manager.get(url).json()

        assert (told["customer"], told["lifecycle"], told["current_tag"]) == (ann.id, lifecycle.code, "BUYER")
        (move,) = told["history"]
        assert told["applied_date"] == move["applied_date"]
        assert (move["tag"], move["previous_tag"], move["from_tag"], move["applied_by"]) == (
            "BUYER",
            "NEW",
            "NEW",
            "auto",
        )
        assert move["transition_reason"] == "NEW to BUYER"
        trigger = move["automation_trigger"]
        assert (trigger["rule"], trigger["version"]) == ("first-order", 1)
        assert trigger["conditions"] == [
            {
                "metric": "order_count", "operator": ">=", "threshold": 1, "value": 1, "met": True, "negated": False,
                "group": [], "sentence": "number of orders is at least 1",
            }
        ]  # fmt: skip

    def test_tells_where_the_customer_may_go_and_what_is_missing(self, manager, url):
        told = manager.get(url).json()

        assert told["next_possible_transitions"] == ["VIP", "GONE"]
        vip, gone = told["automation_suggestions"]
        assert (vip["rule"], vip["to_tag"], vip["holds"], vip["is_automatic"]) == ("worthy", "VIP", False, True)
        assert [(one["value"], one["threshold"], one["met"]) for one in vip["conditions"]] == [(20, 500, False)]
        assert (gone["rule"], gone["holds"], gone["recommendation_id"]) == ("idle", False, None)

    def test_names_the_moves_that_people_may_make(self, manager, url, lifecycle):
        assert manager.get(url).json()["manual_transitions"] == ["NEW", "VIP", "GONE"]

        set_moves_by_hand(
            lifecycle=lifecycle, any_move=False, moves={(tag(lifecycle, "BUYER").id, tag(lifecycle, "VIP").id)}
        )
        assert manager.get(url).json()["manual_transitions"] == ["VIP"]

    def test_names_the_recommendation_that_waits(self, manager, lifecycle):
        send(paid("bob", days_ago(90), 20))
        evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
        waiting = Recommendation.objects.get(customer__external_id="bob")

        told = manager.get(f"/api/customers/{waiting.customer_id}/status-tags").json()

        named = {one["rule"]: one["recommendation_id"] for one in told["automation_suggestions"]}
        assert named == {"worthy": None, "idle": waiting.id}

    def test_asks_the_same_number_of_questions_for_any_length_of_history(
        self, manager, url, django_assert_num_queries, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(15) as one:
            manager.get(url)
        first = len(one.captured_queries)
        for new_tag in ("VIP", "GONE", "NEW", "VIP", "GONE"):
            assert manager.post(url, {**BY_HAND, "new_tag": new_tag}, format="json").status_code == 201
        manager.post(url, {**BY_HAND, "new_tag": "BUYER"}, format="json")

        with django_assert_num_queries(first):
            assert len(manager.get(url).json()["history"]) == 7

    def test_knows_no_customer_of_that_id(self, manager, lifecycle):
        assert manager.get("/api/customers/9223372036854775808/status-tags").status_code == 404


class TestChoiceOfLifecycle:
    def test_needs_no_name_while_only_one_is_active(self, manager, url, lifecycle):
        LifecycleFactory(is_active=False)

        assert manager.get(url).json()["lifecycle"] == lifecycle.code

    def test_falls_on_learning_among_several(self, manager, url):
        LifecycleFactory(code="learning")

        told = manager.get(url).json()

        assert (told["lifecycle"], told["current_tag"], told["history"]) == ("learning", None, [])

    def test_is_asked_for_where_nothing_speaks_for_one(self, manager, url, lifecycle):
        other = LifecycleFactory()

        answer = manager.get(url)

        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["field"] == "lifecycle"
        assert lifecycle.code in error["message"]
        assert other.code in error["message"]

    def test_does_not_accept_an_unknown_one(self, manager, url, lifecycle):
        answer = manager.get(f"{url}?lifecycle=nowhere")

        assert answer.status_code == 400
        assert lifecycle.code in answer.json()["errors"][0]["message"]

    def test_does_not_accept_two_different_ones(self, manager, url, lifecycle):
        other = LifecycleFactory()

        answer = manager.post(f"{url}?lifecycle={lifecycle.code}", {**BY_HAND, "lifecycle": other.code}, format="json")

        assert answer.status_code == 400
        assert "different lifecycles" in answer.json()["detail"]


class TestPost:
    def test_moves_the_customer_and_answers_like_get(self, manager, url, lifecycle):
        before = timezone.now()

        answer = manager.post(url, {**BY_HAND, "notes": "By phone."}, format="json")

        assert answer.status_code == 201
        told = answer.json()
        assert told.keys() == manager.get(url).json().keys()
        assert (told["current_tag"], code_of("ann", lifecycle)) == ("VIP", "VIP")
        move = told["history"][0]
        assert (move["applied_by"], move["transition_reason"], move["notes"]) == (
            "manual:mia",
            "Signed for a year",
            "By phone.",
        )
        assert move["automation_trigger"] is None
        assert move["applied_date"] >= before.isoformat()[:19]

    @pytest.mark.parametrize(
        ("change", "field", "code"),
        [
            ({"manual_override": False}, "manual_override", "must_be_true"),
            ({"manual_override": "yes"}, "manual_override", "invalid"),
            ({"manual_override": None}, "manual_override", "null"),
            ({"new_tag": "NOWHERE"}, "new_tag", "does_not_exist"),
            ({"new_tag": 5}, "new_tag", "invalid"),
            ({"expected_tag": "NOWHERE"}, "expected_tag", "does_not_exist"),
            ({"reason": " "}, "reason", "blank"),
            ({"reason": "x" * 501}, "reason", "max_length"),
            ({"reason": "a\x00b"}, "reason", "null_characters_not_allowed"),
            ({"notes": "x" * 10_001}, "notes", "max_length"),
            ({"expectd_tag": "BUYER"}, "expectd_tag", "unknown_field"),
        ],
    )
    def test_refuses_a_wrong_field_and_moves_nobody(self, manager, url, change, field, code):
        answer = manager.post(url, {**BY_HAND, **change}, format="json")

        assert answer.status_code == 400
        assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
        assert Transition.objects.count() == 1

    @pytest.mark.parametrize("missing", ["new_tag", "reason", "manual_override"])
    def test_refuses_a_missing_field(self, manager, url, missing):
        answer = manager.post(url, {name: value for name, value in BY_HAND.items() if name != missing}, format="json")

        assert answer.status_code == 400
        assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(missing, "required")]

    @pytest.mark.parametrize("stale", ["NEW", None])
    def test_moves_nobody_that_has_moved_since_it_was_seen(self, manager, url, lifecycle, stale):
        answer = manager.post(url, {**BY_HAND, "expected_tag": stale}, format="json")

        assert answer.status_code == 409
        assert "has moved to BUYER meanwhile" in answer.json()["detail"]
        assert path(lifecycle, "ann") == ["NEW>BUYER"]

    def test_moves_whom_it_saw_right(self, manager, url):
        assert manager.post(url, {**BY_HAND, "expected_tag": "BUYER"}, format="json").status_code == 201

    def test_makes_no_move_that_the_lifecycle_does_not_let_people_make(self, manager, url, lifecycle):
        set_moves_by_hand(
            lifecycle=lifecycle, any_move=False, moves={(tag(lifecycle, "BUYER").id, tag(lifecycle, "GONE").id)}
        )

        answer = manager.post(url, BY_HAND, format="json")

        assert answer.status_code == 409
        assert "From BUYER people may not move customers to VIP" in answer.text
        assert code_of("ann", lifecycle) == "BUYER"

    def test_says_that_the_customer_is_there_already(self, manager, url):
        answer = manager.post(url, {**BY_HAND, "new_tag": "BUYER"}, format="json")

        assert answer.status_code == 409
        assert answer.json()["code"] == "conflict"

    def test_knows_no_customer_of_that_id(self, manager, lifecycle):
        assert manager.post("/api/customers/404/status-tags", BY_HAND, format="json").status_code == 404

    def test_works_in_a_browser_session_only_with_its_csrf_token(self, url, ann):
        browser = speaking_for(person("ben", "add_transition"))
        browser.credentials()
        browser.handler.enforce_csrf_checks = True
        browser.force_login(person("eva", "add_transition"))

        answer = browser.post(url, BY_HAND, format="json")

        assert answer.status_code == 403
        assert "CSRF" in answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_lets_one_of_many_move_the_customer():
    customer = CustomerFactory.create()
    lifecycle = lifecycle_with("NEW VIP")
    clients = [speaking_for(person(f"mia{number}", "add_transition")) for number in range(4)]
    url = f"/api/customers/{customer.id}/status-tags?lifecycle={lifecycle.code}"

    answers = at_once(*(lambda one=one: one.post(url, BY_HAND, format="json").status_code for one in clients))

    assert sorted(answers) == [201, 409, 409, 409]
    assert Transition.objects.count() == 1
