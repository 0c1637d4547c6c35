"""Recommendations, explanations, pins and evaluations."""

import pytest

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.switches import switch
from lifecycle.models import Customer, Evaluation, Recommendation, ReviewPolicy, StatusTag, Synergy
from tests.api.conftest import READS, person, speaking_for
from tests.factories import FeedFactory, UserFactory
from tests.lifecycle.stage import NOW, code_of, days_ago, event, is_at_least, lifecycle_with, paid, send

RULES = (
    {"key": "buys", "from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1), "is_automatic": False},
    {"key": "rich", "from": "NEW", "to": "VIP", "when": is_at_least("total_spend", 500)},
    {"key": "vip", "from": "BUYER", "to": "VIP", "when": is_at_least("total_spend", 500)},
)


@pytest.fixture
def lifecycle(db):
    """Ann bought and waits to become a buyer; Bob did nothing but log in."""
    lifecycle = lifecycle_with("NEW BUYER VIP", *RULES)
    send(paid("ann", days_ago(1), 20), event("bob", "login", days_ago(1)))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    return lifecycle


@pytest.fixture
def reviewer(db):
    return speaking_for(person("rita", *READS, "change_recommendation"))


@pytest.fixture
def waiting(lifecycle):
    return Recommendation.objects.get()


def ann():
    return Customer.objects.get(external_id="ann").id


def post(client, path, body=None, status=200):
    answer = client.post(path, body or {}, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


class TestRecommendations:
    def test_the_list_says_who_what_and_why(self, reviewer, waiting, lifecycle):
        (found,) = reviewer.get("/api/recommendations").json()["results"]

        assert (found["external_id"], found["from_tag"], found["to_tag"], found["state"]) == (
            "ann", "NEW", "BUYER", "pending",
        )  # fmt: skip
        assert (found["reasons"], found["confidence"], found["rule"]) == (["needs_approval"], 0.95, "buys")
        assert [(one["value"], one["met"]) for one in found["conditions"]] == [(1, True)]
        assert reviewer.get(f"/api/recommendations/{waiting.id}").json() == found

    @pytest.mark.parametrize(
        ("query", "number"),
        [("state=pending", 1), ("snoozed=true", 0), ("state=pending&snoozed=false", 1),
         ("state=approved", 0), ("reason=needs_approval", 1), ("reason=high_value", 0),
         ("rule=buys", 1), ("rule=vip", 0), ("lifecycle={code}", 1), ("customer={ann}", 1)],
    )  # fmt: skip
    def test_can_be_narrowed(self, reviewer, waiting, lifecycle, query, number):
        query = query.format(code=lifecycle.code, ann=ann())

        assert len(reviewer.get(f"/api/recommendations?{query}").json()["results"]) == number

    def test_approving_moves(self, reviewer, waiting, lifecycle):
        done = post(reviewer, f"/api/recommendations/{waiting.id}/approve", {"note": "Called"})

        assert (done["state"], done["decided_by"], done["note"]) == ("approved", "rita", "Called")
        assert code_of("ann", lifecycle) == "BUYER"
        again = post(reviewer, f"/api/recommendations/{waiting.id}/approve", status=409)
        assert again["detail"] == "The recommendation is approved already."

    def test_rejecting_does_not(self, reviewer, waiting, lifecycle):
        assert post(reviewer, f"/api/recommendations/{waiting.id}/reject")["state"] == "rejected"
        assert code_of("ann", lifecycle) == "NEW"

    def test_what_no_longer_holds_moves_nobody(self, reviewer, waiting, lifecycle):
        waiting.rule.state = "retired"
        waiting.rule.save()

        assert post(reviewer, f"/api/recommendations/{waiting.id}/approve")["state"] == "superseded"
        assert code_of("ann", lifecycle) == "NEW"

    def test_snoozing(self, reviewer, waiting):
        path = f"/api/recommendations/{waiting.id}/snooze"

        assert post(reviewer, path, {"until": "2999-01-01T00:00:00+01:00"})["snoozed_until"] == "2998-12-31T23:00:00Z"
        post(reviewer, path, {"until": "1999-01-01T00:00:00Z"}, status=409)
        for wrong in (None, "", 7, "tomorrow", "2999-01-01", "2999-01-01T00:00:00"):
            (error,) = post(reviewer, path, {"until": wrong}, status=400)["errors"]
            assert error["field"] == "until"

    def test_only_a_reviewer_decides(self, manager, waiting):
        post(manager, f"/api/recommendations/{waiting.id}/approve", status=403)

    def test_unknown_fields_and_numbers_are_refused(self, reviewer, waiting):
        post(reviewer, f"/api/recommendations/{waiting.id}/approve", {"note": "x", "force": True}, status=400)
        post(reviewer, f"/api/recommendations/{waiting.id}/approve", {"note": 7}, status=400)
        post(reviewer, "/api/recommendations/999999/approve", status=404)
        waiting.refresh_from_db()
        assert waiting.state == "pending"


class TestExplain:
    def explained(self, client, customer="ann"):
        number = Customer.objects.get(external_id=customer).id
        return client.get(f"/api/customers/{number}/status-tags/explain").json()

    def test_why_and_why_not_and_what_would_have_to_change(self, manager, lifecycle):
        buys, rich, vip = self.explained(manager)["rules"]

        assert (buys["holds"], buys["verdict"]) == (
            True, "The conditions hold, but the move waits for a person's decision.",
        )  # fmt: skip
        assert (rich["holds"], rich["verdict"]) == (False, "Not yet: 0 of 1 conditions are met.")
        assert rich["changes"] == ["total spend is at least 500 (now 20)"]
        assert (vip["starts_here"], vip["verdict"]) == (False, "The rule does not start from where the customer is.")
        assert buys["conditions"][0]["fresh"] is True

    def test_for_somebody_about_whom_nothing_is_known(self, manager, lifecycle):
        buys, *_ = self.explained(manager, "bob")["rules"]

        assert (buys["holds"], buys["changes"]) == (False, ["number of orders is at least 1 (now 0)"])

    def test_stale_input_switches_and_pins_are_named(self, manager, lifecycle):
        FeedFactory(source="till", event_names=["ORDER_PAID"], first_seen_at=days_ago(9), last_seen_at=days_ago(3))
        ben = UserFactory(username="ben")
        switch(kind="rule", is_on=False, reason="x", by=ben, now=NOW, lifecycle=lifecycle, rule_key="buys")
        post(manager, f"/api/customers/{ann()}/status-tags/pin", {"reason": "Promised"}, status=201)

        buys = next(one for one in self.explained(manager)["rules"] if one["rule"] == "buys")

        assert buys["conditions"][0]["fresh"] is False
        for said in ("pinned until released", "till has been silent since", "the rule is switched off"):
            assert said in buys["verdict"]

    def test_says_beforehand_why_a_person_will_be_asked(self, manager):
        lifecycle = lifecycle_with("NEW BUYER", {"from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1)})
        send(paid("ann", days_ago(1), 20))
        assert self.explained(manager)["rules"][0]["verdict"] == "The next evaluation moves the customer to BUYER."

        ReviewPolicy.objects.create(lifecycle=lifecycle, rapid_transitions=0, auto_apply_confidence="0.99")
        buys = self.explained(manager)["rules"][0]

        assert buys["review_reasons"] == ["low_confidence", "rapid_changes"]
        assert buys["verdict"] == (
            "The next evaluation asks a person: confidence is low and the customer moved often lately."
        )

    def test_costs_the_same_for_any_number_of_rules(self, manager, lifecycle, django_assert_max_num_queries):
        with django_assert_max_num_queries(20):
            self.explained(manager)


class TestPins:
    def test_a_pin_holds_and_is_shown(self, manager, lifecycle):
        path = f"/api/customers/{ann()}/status-tags"

        shown = post(manager, f"{path}/pin", {"reason": "Promised", "until": "2999-01-01T00:00:00Z"}, status=201)

        assert shown["pin"]["until"] == "2999-01-01T00:00:00Z"
        assert (shown["pin"]["reason"], shown["pin"]["pinned_by"]) == ("Promised", "mia")
        assert manager.delete(f"{path}/pin").status_code == 204
        assert manager.get(path).json()["pin"] is None
        assert manager.delete(f"{path}/pin").status_code == 409

    def test_a_move_by_hand_may_be_pinned(self, manager, lifecycle):
        move = {"new_tag": "VIP", "reason": "Signed", "manual_override": True, "pin": True}

        shown = post(manager, f"/api/customers/{ann()}/status-tags", move, status=201)

        assert (shown["current_tag"], shown["pin"]["until"], shown["pin"]["reason"]) == ("VIP", None, "Signed")

    def test_an_end_without_a_pin_is_refused(self, manager, lifecycle):
        body = {"new_tag": "VIP", "reason": "x", "manual_override": True, "pin_until": "2999-01-01T00:00:00Z"}

        (error,) = post(manager, f"/api/customers/{ann()}/status-tags", body, status=400)["errors"]

        assert error["field"] == "pin_until"
        assert code_of("ann", lifecycle) == "NEW"

    def test_a_pin_in_the_past_is_refused_with_the_move(self, manager, lifecycle):
        move = {
            "new_tag": "VIP",
            "reason": "x",
            "manual_override": True,
            "pin": True,
            "pin_until": "1999-01-01T00:00:00Z",
        }

        post(manager, f"/api/customers/{ann()}/status-tags", move, status=409)

        assert code_of("ann", lifecycle) == "NEW"


def test_the_synergy_of_product_and_tag_is_shown(manager, lifecycle):
    send(event("ann", "identify", product_tag="PT_001"))
    Synergy.objects.create(
        product_tag="PT_001", tag=StatusTag.objects.get(code="NEW"), interpretation="Pro", priority_action="Greet"
    )

    shown = manager.get(f"/api/customers/{ann()}/status-tags").json()

    assert shown["synergy"] == {"product_tag": "PT_001", "interpretation": "Pro", "priority_action": "Greet"}
    assert shown["automation_suggestions"][0]["confidence"] == 0.95


def test_evaluations(lifecycle):
    analyst = speaking_for(person("ana", "view_evaluation"))
    Evaluation.objects.update(held="“x” waits")

    (run,) = analyst.get("/api/evaluations?kind=full&state=done").json()["results"]

    assert (run["evaluated"], run["moved"], run["waiting"], run["held"]) == (2, 0, 1, "“x” waits")
    assert analyst.get("/api/evaluations?state=failed").json()["results"] == []
