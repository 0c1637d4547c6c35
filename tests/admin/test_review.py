"""Recommendations, lifecycles and the other pages that write."""

import pytest
from django.urls import reverse

from lifecycle.models import CustomerStatus, Recommendation, RecommendationState, RuleState
from tests.factories import RecommendationFactory, TransitionRuleFactory

from .conftest import READS, person

pytestmark = pytest.mark.django_db

LIST = "admin:lifecycle_recommendation_changelist"


@pytest.fixture
def waiting(shop):
    rule = TransitionRuleFactory(
        lifecycle=shop.lifecycle,
        from_tags=[shop.tag("CUSTOMER")],
        to_tag=shop.tag("VIP"),
        is_automatic=False,
        state=RuleState.PUBLISHED,
    )
    return RecommendationFactory(
        lifecycle=shop.lifecycle, customer=shop.customer(name="Rosa Lind"), rule=rule, from_tag=shop.tag("CUSTOMER"),
        evidence={"order_count": 1},
    )  # fmt: skip


@pytest.fixture
def reviewer(sign_in):
    return sign_in(person("rita", *READS, "change_recommendation"))


def step(recommendation, name):
    return reverse(f"admin:lifecycle_recommendation_{name}", args=[recommendation.id])


def test_what_waits_is_on_the_landing_page_and_says_why(reviewer, waiting):
    landing = reviewer.get(reverse("admin:index")).text
    page = reviewer.get(step(waiting, "change")).text

    assert "Rosa Lind" in landing
    assert "Number of orders is at least 1" in page


@pytest.mark.parametrize(
    ("name", "state", "code"), [("approve", "approved", "VIP"), ("reject", "rejected", "CUSTOMER")]
)
def test_a_reviewer_decides_after_a_question(reviewer, waiting, name, state, code):
    question = reviewer.get(step(waiting, name))
    waiting.refresh_from_db()
    assert (question.status_code, waiting.state) == (200, RecommendationState.PENDING)

    reviewer.post(step(waiting, name))

    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by.username) == (state, "rita")
    assert CustomerStatus.objects.get(customer=waiting.customer, tag__code=code)


def several(reviewer, waiting, name, **more):
    return reviewer.post(reverse(LIST), {"action": f"{name}_selected", "_selected_action": [waiting.id], **more})


@pytest.mark.parametrize(
    ("name", "state"), [("approve", RecommendationState.APPROVED), ("reject", RecommendationState.REJECTED)]
)
def test_several_are_decided_at_once_after_the_effect_was_shown(reviewer, waiting, name, state):
    asked = several(reviewer, waiting, name)
    waiting.refresh_from_db()
    assert (waiting.state, asked.status_code) == (RecommendationState.PENDING, 200)
    assert "1 × " in asked.text

    several(reviewer, waiting, name, confirm="yes", note="All of them called")

    waiting.refresh_from_db()
    assert (waiting.state, waiting.note) == (state, "All of them called")


def test_the_question_says_who_no_longer_meets_the_rule(reviewer, waiting):
    waiting.rule.state = RuleState.RETIRED
    waiting.rule.save()

    assert "1 of them no longer meet their rule" in several(reviewer, waiting, "approve").text
    reviewer.post(step(waiting, "approve"))

    waiting.refresh_from_db()
    assert waiting.state == RecommendationState.SUPERSEDED


def test_a_snoozed_decision_leaves_the_queue_and_comes_back(reviewer, waiting):
    wrong = reviewer.post(step(waiting, "snooze"), {"until": "2001-01-01"})
    assert "future" in wrong.text

    several(reviewer, waiting, "snooze", confirm="yes", until="2999-01-01")
    assert "comes back on 1 Jan 2999" in reviewer.get(reverse(LIST)).text

    assert "Rosa Lind" not in reviewer.get(reverse(LIST)).text
    assert "Rosa Lind" in reviewer.get(f"{reverse(LIST)}?state=snoozed").text
    Recommendation.objects.update(snoozed_until="2001-01-01T00:00Z")
    assert "Rosa Lind" in reviewer.get(reverse(LIST)).text


def test_the_queue_says_why_and_can_be_narrowed(reviewer, waiting):
    Recommendation.objects.update(reasons=["high_value", "rapid_changes"])

    assert "The customer moved often lately" in reviewer.get(f"{reverse(LIST)}?reason=high_value").text
    assert "Rosa Lind" not in reviewer.get(f"{reverse(LIST)}?reason=low_confidence").text
    page = reviewer.get(step(waiting, "change")).text
    assert "Still holds." in page


def test_the_queue_costs_the_same_for_many(reviewer, waiting, shop, django_assert_max_num_queries):
    for number in range(30):
        customer = shop.customer(name=f"Customer {number}")
        RecommendationFactory(
            lifecycle=shop.lifecycle, customer=customer, rule=waiting.rule, from_tag=shop.tag("CUSTOMER")
        )

    with django_assert_max_num_queries(15):
        reviewer.get(reverse(LIST))


def test_what_was_decided_is_not_decided_again(reviewer, waiting):
    reviewer.post(step(waiting, "reject"))

    answer = reviewer.post(step(waiting, "approve"), follow=True)

    assert "rejected already" in answer.text


def test_a_viewer_decides_nothing(viewer, sign_in, waiting):
    client = sign_in(viewer)

    client.post(reverse(LIST), {"action": "approve_selected", "_selected_action": [waiting.id]})
    answer = client.post(step(waiting, "approve"))

    assert answer.status_code == 403
    assert Recommendation.objects.get().state == RecommendationState.PENDING


def test_the_changes_say_who_changed_what(client, shop):
    rule = shop.lifecycle.rules.get(key="vip")
    client.post(reverse("admin:lifecycle_transitionrule_retire", args=[rule.id]))

    page = client.get(reverse("admin:pghistory_events_changelist")).text

    assert "Rule “Worth over 500”, version 1" in page
    assert "state: published → retired" in page
