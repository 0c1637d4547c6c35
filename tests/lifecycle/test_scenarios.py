"""The integration scenarios of the implementation guide, in its words."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.engine.collect import collect
from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.evaluate import evaluate_customers, evaluate_everybody
from lifecycle.engine.transitions import initialize, override_tag
from lifecycle.models import (
    Customer,
    Decision,
    Evaluation,
    EvaluationState,
    Lifecycle,
    OutboxMessage,
    Recommendation,
    Topic,
    Transition,
)
from lifecycle.queries import explain, standing_of
from tests.factories import UserFactory

from .stage import NOW, at_once, code_of, customers, days_ago, event, send, tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def learning() -> Lifecycle:
    load_defaults(now=days_ago(60), only="learning")
    return Lifecycle.objects.get(code="learning")


def create_customer(name: str, product: str | None = None) -> Customer:
    """Signed up forty days ago, and is in ST_001 as whoever signs up."""
    told = {"product_tag": product} if product else {}
    send(event(name, "enrolled", days_ago(40)), event(name, "identify", days_ago(40), **told))
    return Customer.objects.get(external_id=name)


def start(learning: Lifecycle, *names: str) -> None:
    """In ST_001 since long ago, so that nothing but the last days speaks."""
    initialize(lifecycle=learning, tag=tag(learning, "ST_001"), now=days_ago(40), reason="Initial status")


def simulate_engagement(name: str, *, sessions: int, lessons: int, score: int, modules: int = 0) -> None:
    for session in range(sessions):
        send(event(name, "login", days_ago(session + 1)), event(name, "page_view", days_ago(session + 0.99)))
    send(*(event(name, "lesson_completed", days_ago(1)) for _ in range(lessons)))
    send(event(name, "assessment_completed", days_ago(1), score=score), event(name, "forum_post", days_ago(1)))
    send(event(name, "feature_use", days_ago(1), feature_id="prompt"))
    send(*(event(name, "module_completed", days_ago(1)) for _ in range(modules)))


def simulate_decline(name: str, *, days_inactive: int) -> None:
    for day in range(days_inactive + 1, days_inactive + 6):  # complete days: today has not ended
        send(event(name, "login", days_ago(day)))


def evaluate(learning: Lifecycle, now: Any = NOW) -> Evaluation:
    collect(now=now)
    return evaluate_everybody(lifecycle=learning, as_of=now, now=now)


def test_a_new_customer_progresses_through_the_learning_states(learning: Lifecycle) -> None:
    customer = create_customer("test@example.com", "PT_001")
    start(learning)
    simulate_engagement("test@example.com", sessions=3, lessons=2, score=75, modules=2)
    collect(now=NOW)
    before = standing_of(customer, learning, as_of=NOW)
    assert code_of("test@example.com", learning) == "ST_001"
    recommended = next(one for one in before.rules if one.holds)
    assert (recommended.rule.to_tag.code, recommended.confidence > 0.8) == ("ST_002", True)

    evaluate(learning)

    assert code_of("test@example.com", learning) == "ST_002"
    assert Transition.objects.latest("id").rule == recommended.rule


def test_the_decline_of_an_enterprise_customer_needs_review(learning: Lifecycle) -> None:
    create_customer("ann", "PT_002")
    start(learning)
    simulate_decline("ann", days_inactive=6)

    evaluate(learning)

    recommended = Recommendation.objects.get()
    assert recommended.rule.to_tag.code == "ST_004"
    assert "high_value" in recommended.reasons
    assert code_of("ann", learning) == "ST_001"


def test_an_at_risk_customer_recovers(learning: Lifecycle) -> None:
    ann = create_customer("ann", "PT_003")
    start(learning)
    override_tag(
        customer=ann, to_tag=tag(learning, "ST_004"), seen_tag=tag(learning, "ST_001"), reason="at risk",
        by=UserFactory(), now=days_ago(20),
    )  # fmt: skip
    simulate_engagement("ann", sessions=4, lessons=3, score=80)

    evaluate(learning)

    assert code_of("ann", learning) == "ST_001"


def test_at_risk_wins_over_progress(learning: Lifecycle) -> None:
    ann = create_customer("ann")
    start(learning)
    simulate_decline("ann", days_inactive=5)
    send(*(event("ann", "module_completed", days_ago(8)) for _ in range(3)))
    send(event("ann", "assessment_completed", days_ago(8), score=80))
    collect(now=NOW)
    holding = [one.rule.to_tag.code for one in explain(ann, learning, as_of=NOW, from_here=True) if one.holds]
    assert holding == ["ST_004", "ST_002"]

    evaluate(learning)

    recommended = Recommendation.objects.get()
    assert recommended.rule.to_tag.code == "ST_004"
    assert "competing_rules" in recommended.reasons


def test_no_data_at_all(learning: Lifecycle) -> None:
    send(event("ann", "identify"))

    run = evaluate(learning)

    assert (run.state, run.error, run.moved, code_of("ann", learning)) == (EvaluationState.DONE, "", 0, None)
    assert explain(Customer.objects.get(), learning, as_of=NOW)


def test_a_move_triggers_what_follows_it(learning: Lifecycle) -> None:
    ann = create_customer("ann")
    start(learning)

    made = override_tag(
        customer=ann, to_tag=tag(learning, "ST_002"), seen_tag=tag(learning, "ST_001"), reason="Test",
        by=UserFactory(), now=NOW,
    )  # fmt: skip

    announced = OutboxMessage.objects.latest("id")
    assert (announced.topic, announced.subject_id, announced.customer) == (Topic.TRANSITION, made.id, ann)


@pytest.mark.django_db(transaction=True)
def test_five_hundred_at_once(learning: Lifecycle) -> None:
    names = [f"c{number}" for number in range(500)]
    send(*(event(name, "enrolled", days_ago(3)) for name in names))
    ids = sorted(customers(*names))
    parts = [ids[start::10] for start in range(10)]

    def one_part(part: list[int]) -> Any:
        def work() -> int:
            return sum(evaluate_customers(lifecycle=learning, customers=[customer], now=NOW).moved for customer in part)

        return work

    moved = at_once(*(one_part(part) for part in parts))

    assert sum(moved) == 500
    assert Transition.objects.filter(to_tag__code="ST_001").count() == 500
    assert Decision.objects.count() == 500
