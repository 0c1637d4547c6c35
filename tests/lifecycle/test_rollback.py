"""Moves taken back: exact former tags where nobody intervened, the others named, everything recorded and undoable."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody
from lifecycle.engine.review import approve
from lifecycle.engine.rollback import Batch, RollbackRefused, preview, roll_back
from lifecycle.engine.transitions import override_tag, pin_customer
from lifecycle.models import (
    Customer,
    CustomerStatus,
    Evaluation,
    LeftAlone,
    Lifecycle,
    OutboxMessage,
    Recommendation,
    ReviewPolicy,
    Rollback,
    RolledBack,
    RuleTrust,
    Topic,
    Transition,
    TransitionRule,
)
from lifecycle.queries import current_tag
from tests.factories import UserFactory

from .stage import NOW, Undone, code_of, days_ago, event, is_at_least, lifecycle_with, paid, path, send, status_of, tag

pytestmark = pytest.mark.django_db
BUYS = {"key": "buys", "from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1)}
RICH = {"key": "rich", "from": "BUYER", "to": "VIP", "when": is_at_least("total_spend", 100)}


@pytest.fixture
def mia(db: None) -> Any:
    return UserFactory(username="mia")


@pytest.fixture
def lifecycle(db: None) -> Lifecycle:
    """Ann buys a little, Bob much, Cem nothing."""
    lifecycle = lifecycle_with("NEW BUYER VIP", BUYS, RICH)
    send(paid("ann", days_ago(1), 20), paid("bob", days_ago(1), 500), event("cem", "login", days_ago(1)))
    return lifecycle


def run(lifecycle: Lifecycle) -> Evaluation:
    return evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)


def move(customer: str, lifecycle: Lifecycle, to: str, by: Any) -> None:
    found = Customer.objects.get(external_id=customer)
    override_tag(
        customer=found, to_tag=tag(lifecycle, to), seen_tag=current_tag(found, lifecycle), reason="Asked for", by=by,
        now=NOW,
    )  # fmt: skip


def places(lifecycle: Lifecycle) -> list[Any]:
    """Where everybody is, since when, and from where."""
    found = CustomerStatus.objects.filter(lifecycle=lifecycle).order_by("customer")
    return list(found.values_list("customer__external_id", "tag__code", "entered_at", "previous_tag__code"))


def test_a_run_is_taken_back_whole_chains_included(lifecycle: Lifecycle, mia: Any) -> None:
    before = places(lifecycle)
    made = run(lifecycle)
    assert path(lifecycle, "bob") == ["NEW>BUYER", "BUYER>VIP"]

    taken = roll_back(Batch(evaluation=made), by=mia, reason="A wrong threshold", now=NOW)

    assert (taken.restored, taken.left_alone) == (2, 0)
    assert places(lifecycle) == before
    assert path(lifecycle, "bob") == ["NEW>BUYER", "BUYER>VIP", "VIP>NEW"]
    last = Transition.objects.filter(customer__external_id="bob").first()
    assert last is not None
    assert (last.by, last.reason, last.rule) == (mia, "Rolled back: A wrong threshold", None)


def test_floors_above_hear_of_each_move_that_was_taken_back(lifecycle: Lifecycle, mia: Any) -> None:
    made = run(lifecycle)
    moves = set(Transition.objects.values_list("id", flat=True))

    roll_back(Batch(evaluation=made), by=mia, reason="x", now=NOW)

    told = OutboxMessage.objects.filter(topic=Topic.ROLLED_BACK).values_list("subject_id", flat=True)
    assert sorted(told) == sorted(moves)
    assert OutboxMessage.objects.filter(topic=Topic.TRANSITION).count() == len(moves) + 2


def test_the_rule_does_not_do_it_again_and_is_trusted_less(lifecycle: Lifecycle, mia: Any) -> None:
    made = run(lifecycle)

    roll_back(Batch(evaluation=made), by=mia, reason="x", now=NOW)
    run(lifecycle)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert (code_of("ann", lifecycle), code_of("bob", lifecycle)) == ("NEW", "NEW")
    assert RuleTrust.objects.get(rule__key="buys").rolled_back == 2


def test_whom_somebody_changed_since_is_left_alone_and_named(lifecycle: Lifecycle, mia: Any) -> None:
    made = run(lifecycle)
    move("ann", lifecycle, "VIP", mia)
    bob = Customer.objects.get(external_id="bob")
    pin_customer(customer=bob, lifecycle=lifecycle, until=None, reason="Ours", by=mia, now=NOW)
    told = {(one.left_because, one.customers, one.examples) for one in preview(Batch(evaluation=made), now=NOW)}

    taken = roll_back(Batch(evaluation=made), by=mia, reason="x", now=NOW)

    assert told == {(LeftAlone.MOVED_SINCE, 1, ("ann",)), (LeftAlone.PINNED, 1, ("bob",))}
    assert (taken.restored, taken.left_alone) == (0, 2)
    assert (code_of("ann", lifecycle), code_of("bob", lifecycle)) == ("VIP", "VIP")
    why = dict(RolledBack.objects.values_list("customer_id", "left_because"))
    assert sorted(why.values()) == ["moved_since", "pinned"]


def test_what_a_person_approved_stays_when_its_run_is_taken_back(lifecycle: Lifecycle, mia: Any) -> None:
    ReviewPolicy.objects.create(lifecycle=lifecycle, auto_apply_confidence="0.99")
    made = run(lifecycle)
    approve(recommendation=Recommendation.objects.get(customer__external_id="ann"), by=mia, now=NOW)

    with pytest.raises(RollbackRefused, match="nothing to take back"):
        roll_back(Batch(evaluation=made), by=mia, reason="x", now=NOW)

    assert code_of("ann", lifecycle) == "BUYER"


def test_a_preview_tells_what_is_done_and_does_nothing(lifecycle: Lifecycle, mia: Any) -> None:
    made = run(lifecycle)
    after = places(lifecycle)

    effects = preview(Batch(evaluation=made), now=NOW)

    assert [(one.leaves, one.back_to, one.left_because, one.customers) for one in effects] == [
        ("BUYER", "NEW", None, 1), ("VIP", "NEW", None, 1),
    ]  # fmt: skip
    assert places(lifecycle) == after
    assert not Rollback.objects.exists()


def test_one_move_and_all_moves_of_a_rule_can_be_taken_back(lifecycle: Lifecycle, mia: Any) -> None:
    run(lifecycle)
    rich = TransitionRule.objects.get(key="rich")

    taken = roll_back(Batch(rule=rich), by=mia, reason="x", now=NOW)

    assert (taken.restored, code_of("bob", lifecycle)) == (1, "BUYER")
    of_ann = Transition.objects.get(customer__external_id="ann")
    assert roll_back(Batch(transition=of_ann), by=mia, reason="x", now=NOW).restored == 1
    assert code_of("ann", lifecycle) == "NEW"


def test_a_rollback_is_undone_once(lifecycle: Lifecycle, mia: Any) -> None:
    made = run(lifecycle)
    after = places(lifecycle)
    taken = roll_back(Batch(evaluation=made), by=mia, reason="x", now=NOW)

    undone = roll_back(Batch(undoes=taken), by=mia, reason="It was right", now=NOW)

    assert (undone.restored, undone.left_alone) == (2, 0)
    assert [row[:2] for row in places(lifecycle)] == [row[:2] for row in after]
    assert RuleTrust.objects.get(rule__key="buys").rolled_back == 0
    with pytest.raises(RollbackRefused, match="undone already"):
        roll_back(Batch(undoes=taken), by=mia, reason="x", now=NOW)


def test_who_had_no_tag_has_none_again(mia: Any) -> None:
    lifecycle = lifecycle_with(
        "NEW OLD", {"from": "", "to": "NEW", "when": is_at_least("order_count", 1)}, is_tagged=False
    )
    send(paid("ann", days_ago(1)))
    made = run(lifecycle)

    roll_back(Batch(evaluation=made), by=mia, reason="x", now=NOW)
    run(lifecycle)

    status = status_of("ann", lifecycle)
    assert (status.tag, status.entered_at) == (None, None)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 401, "a\x00b"])
def test_a_reason_is_needed(lifecycle: Lifecycle, mia: Any, reason: str) -> None:
    made = run(lifecycle)

    with pytest.raises(RollbackRefused, match="reason"):
        roll_back(Batch(evaluation=made), by=mia, reason=reason, now=NOW)
    assert not Rollback.objects.exists()


def test_nothing_is_no_batch(lifecycle: Lifecycle, mia: Any) -> None:
    run(lifecycle)
    empty = run(lifecycle)

    with pytest.raises(RollbackRefused, match="nothing to take back"):
        roll_back(Batch(evaluation=empty), by=mia, reason="x", now=NOW)
    assert not Rollback.objects.exists()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    spends=st.lists(st.sampled_from([0, 20, 500]), min_size=1, max_size=8),
    meddled=st.sets(st.integers(0, 7)), earlier=st.sets(st.integers(0, 7)),
)  # fmt: skip
def test_everybody_is_where_they_were_but_whom_a_person_moved(
    mia: Any, spends: list[int], meddled: set[int], earlier: set[int]
) -> None:
    with suppress(Undone), transaction.atomic():
        lifecycle = lifecycle_with("NEW BUYER VIP LOST", BUYS, RICH)
        names = [f"c{number}" for number in range(len(spends))]
        send(*(event(name, "login", days_ago(9)) for name in names))
        for number in earlier & set(range(len(names))):
            move(names[number], lifecycle, "BUYER", mia)  # a stay of its own before the run
        send(*(paid(name, days_ago(1), spend) for name, spend in zip(names, spends, strict=True) if spend))
        before = {row[0]: row for row in places(lifecycle)}
        made = evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
        for number in meddled & set(range(len(names))):
            move(names[number], lifecycle, "LOST", mia)
        moved = Transition.objects.filter(evaluation=made).exists()
        if moved:
            roll_back(Batch(evaluation=made), by=mia, reason="x", now=NOW)

        for number, name in enumerate(names):
            found = next(row for row in places(lifecycle) if row[0] == name)
            assert found == before[name] if number not in meddled else found[1] == "LOST"
        raise Undone
