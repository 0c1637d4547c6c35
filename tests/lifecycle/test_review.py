"""Decisions that wait for a person: recommended once, then approved, rejected or overtaken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody
from lifecycle.engine.publishing import retire
from lifecycle.engine.review import approve, reject
from lifecycle.engine.transitions import TransitionNotAllowed, override_tag
from lifecycle.models import (
    Customer,
    Decision,
    DirtyMark,
    Lifecycle,
    OutboxMessage,
    Recommendation,
    RecommendationState,
    Transition,
)
from tests.factories import UserFactory

from .stage import NOW, code_of, event, is_at_least, lifecycle_with, path, published, send, status_of, tag

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def lifecycle() -> Lifecycle:
    """Whoever logged in should become OLD, if a person agrees."""
    waits = {"from": "NEW", "to": "OLD", "when": is_at_least("login_count", 1), "is_automatic": False, "name": "ask"}
    found = lifecycle_with("NEW OLD LAST", waits)
    send(event("ann", "login"))
    return found


@pytest.fixture
def waiting(lifecycle: Lifecycle) -> Recommendation:
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    return Recommendation.objects.get()


def test_a_rule_that_asks_recommends_and_moves_nobody(lifecycle: Lifecycle) -> None:
    run = evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    one = Recommendation.objects.get()
    assert (run.moved, run.waiting) == (0, 1)
    assert code_of("ann", lifecycle) == "NEW"
    assert not Transition.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert (one.state, one.from_tag, one.evaluation, one.created_at) == ("pending", tag(lifecycle, "NEW"), run, NOW)
    assert one.evidence == {"login_count": 1}
    assert not Decision.objects.get().is_applied


def test_who_waits_is_asked_for_once(lifecycle: Lifecycle) -> None:
    runs = [evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW) for _ in range(2)]

    assert [run.waiting for run in runs] == [1, 0]
    assert Recommendation.objects.count() == 1


def test_a_rule_that_asks_and_goes_first_holds_back_the_automatic_one(lifecycle: Lifecycle) -> None:
    published(lifecycle, **{"from": "NEW", "to": "LAST", "when": is_at_least("login_count", 1), "priority": 9})

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert code_of("ann", lifecycle) == "NEW"


def test_a_move_by_a_rule_overtakes_what_waits(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    published(lifecycle, **{"from": "NEW", "to": "LAST", "when": is_at_least("login_count", 2), "priority": 0})
    send(event("ann", "login"))

    evaluate_changed(lifecycle=lifecycle, as_of=LATER, now=LATER)

    waiting.refresh_from_db()
    assert path(lifecycle, "ann") == ["NEW>LAST"]
    assert (waiting.state, waiting.decided_at, waiting.decided_by) == (RecommendationState.SUPERSEDED, LATER, None)


def test_approval_moves_the_customer_by_that_person(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    sam = UserFactory()
    DirtyMark.objects.all().delete()

    move = approve(recommendation=waiting, by=sam, now=LATER)

    waiting.refresh_from_db()
    assert move is not None
    assert (move.by, move.applied_at, move.reason) == (sam, LATER, "Approved: ask")
    assert path(lifecycle, "ann") == ["NEW>OLD"]
    assert (waiting.state, waiting.decided_by, waiting.decided_at) == (RecommendationState.APPROVED, sam, LATER)
    assert OutboxMessage.objects.get().subject_id == move.id
    assert DirtyMark.objects.filter(lifecycle=lifecycle, customer_id=move.customer_id).exists()


def test_rejection_leaves_the_customer_where_it_is(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    sam = UserFactory()

    reject(recommendation=waiting, by=sam, now=LATER)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by, waiting.decided_at) == (RecommendationState.REJECTED, sam, LATER)
    assert code_of("ann", lifecycle) == "NEW"


def test_who_was_rejected_is_not_asked_again_while_in_the_tag(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    reject(recommendation=waiting, by=UserFactory(), now=LATER)

    again = evaluate_everybody(lifecycle=lifecycle, as_of=LATER, now=LATER)

    assert again.waiting == 0
    assert Recommendation.objects.count() == 1


def test_who_came_back_to_the_tag_is_asked_anew(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    reject(recommendation=waiting, by=UserFactory(), now=LATER)
    ann, sam = Customer.objects.get(external_id="ann"), UserFactory()
    for minutes, (seen, to) in enumerate((("NEW", "LAST"), ("LAST", "NEW")), start=6):
        override_tag(
            customer=ann, to_tag=tag(lifecycle, to), seen_tag=tag(lifecycle, seen), reason="phone", by=sam,
            now=NOW + timedelta(minutes=minutes),
        )  # fmt: skip

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW + timedelta(hours=1), now=NOW + timedelta(hours=1))

    assert Recommendation.objects.filter(state=RecommendationState.PENDING).count() == 1


def test_an_approved_move_names_rule_run_and_evidence(waiting: Recommendation) -> None:
    move = approve(recommendation=waiting, by=UserFactory(), now=LATER)

    assert move is not None
    assert (move.rule, move.evaluation, move.evidence) == (waiting.rule, waiting.evaluation, {"login_count": 1})


def test_what_a_retired_rule_recommended_is_overtaken(waiting: Recommendation) -> None:
    retire(rule=waiting.rule, now=LATER)

    waiting.refresh_from_db()
    assert waiting.state == RecommendationState.SUPERSEDED


def test_a_rule_that_goes_first_takes_the_place_of_what_waits(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    first = published(
        lifecycle,
        **{"from": "NEW", "to": "LAST", "when": is_at_least("login_count", 1), "is_automatic": False, "priority": 0},
    )

    evaluate_everybody(lifecycle=lifecycle, as_of=LATER, now=LATER)

    assert Recommendation.objects.get(state=RecommendationState.PENDING).rule == first


@pytest.mark.parametrize("decide", [approve, reject])
def test_what_was_decided_is_not_decided_again(waiting: Recommendation, decide: object) -> None:
    reject(recommendation=waiting, by=UserFactory(), now=LATER)

    with pytest.raises(TransitionNotAllowed, match="rejected already"):
        decide(recommendation=waiting, by=UserFactory(), now=LATER)  # type: ignore[operator]

    assert not Transition.objects.exists()


def test_approval_of_what_was_overtaken_moves_nobody(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    status = status_of("ann", lifecycle)
    status.tag = tag(lifecycle, "LAST")
    status.save()

    move = approve(recommendation=waiting, by=UserFactory(), now=LATER)

    waiting.refresh_from_db()
    assert move is None
    assert waiting.state == RecommendationState.SUPERSEDED
    assert code_of("ann", lifecycle) == "LAST"


def test_a_person_s_own_move_overtakes_what_waits(lifecycle: Lifecycle, waiting: Recommendation) -> None:
    sam = UserFactory()
    ann = Customer.objects.get(external_id="ann")

    override_tag(
        customer=ann, to_tag=tag(lifecycle, "LAST"), seen_tag=tag(lifecycle, "NEW"), reason="phone", by=sam, now=LATER
    )  # fmt: skip

    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == (RecommendationState.SUPERSEDED, sam)
