"""Cooldown, hysteresis and pins: customers are not thrown back and forth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody
from lifecycle.engine.transitions import PinUntil, TransitionNotAllowed, override_tag, pin_customer, release_pin
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Customer, Lifecycle, NextCheck, Pin
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import parse
from lifecycle.rules.steadiness import tightened
from tests.factories import UserFactory

from .stage import NOW, code_of, days_ago, event, is_at_least, lifecycle_with, moves, paid, send, status_of, tag

pytestmark = pytest.mark.django_db
CART = is_at_least("cart_adds", 1)


@pytest.fixture
def ben() -> Any:
    return UserFactory(username="ben")


def less(metric: str, value: object) -> dict[str, Any]:
    return {"metric": metric, "operator": "<", "value": value}


def changed(what: Lifecycle, at: Any) -> None:
    evaluate_changed(lifecycle=what, as_of=at, now=at)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (is_at_least("order_count", 40), is_at_least("order_count", 44)),
        (less("order_count", 40), less("order_count", 36)),
        (is_at_least("order_count", 5), is_at_least("order_count", 6)),  # whole numbers move by one at least
        (less("order_count", 5), less("order_count", 4)),
        (is_at_least("total_spend", 10.5), is_at_least("total_spend", 11.55)),
        (less("total_spend", -10), less("total_spend", -11)),
        ({"not": less("order_count", 40)}, {"not": less("order_count", 44)}),
        ({"any": [CART, is_at_least("order_count", 10)]},
         {"any": [is_at_least("cart_adds", 2), is_at_least("order_count", 11)]}),
        ({"metric": "order_count", "operator": "between", "value": [10, 20]},
         {"metric": "order_count", "operator": "between", "value": [11, 18]}),
        ({"metric": "order_count", "operator": "==", "value": 3},
         {"metric": "order_count", "operator": "==", "value": 3}),
        ({"metric": "plan", "operator": "==", "value": "pro"}, {"metric": "plan", "operator": "==", "value": "pro"}),
    ],
)  # fmt: skip
def test_hysteresis_moves_each_bound_to_where_it_is_harder_to_meet(tree: Any, expected: Any) -> None:
    assert to_json(tightened(parse(tree, CATALOGUE), 10)) == to_json(parse(expected, CATALOGUE))


def test_a_way_back_has_to_be_passed_by_more() -> None:
    made = lifecycle_with(
        "LOW HIGH",
        {"from": "LOW", "to": "HIGH", "when": is_at_least("total_spend", 100), "hysteresis_percent": 10},
        {"from": "HIGH", "to": "LOW", "when": CART, "cooldown_days": 1},
    )
    send(paid("ann", days_ago(9), 100))
    changed(made, days_ago(8))
    assert code_of("ann", made) == "HIGH"
    send(event("ann", "ADD_TO_CART", days_ago(6)))
    changed(made, days_ago(5))
    assert code_of("ann", made) == "LOW"  # and 100 is enough for new customers only
    changed(made, days_ago(4))
    assert code_of("ann", made) == "LOW"

    send(paid("ann", days_ago(3), 10))
    changed(made, days_ago(2))

    assert code_of("ann", made) == "HIGH"


def test_a_rule_waits_for_its_cooldown_and_not_longer() -> None:
    made = lifecycle_with(
        "NEW MID OLD",
        {"from": "NEW", "to": "MID", "when": is_at_least("order_count", 1)},
        {"from": "MID", "to": "OLD", "when": CART, "cooldown_days": 3},
    )
    send(paid("ann", days_ago(9)), event("ann", "ADD_TO_CART", days_ago(9)))
    changed(made, days_ago(8))
    assert code_of("ann", made) == "MID"
    check = NextCheck.objects.get(lifecycle=made).at

    changed(made, check - timedelta(seconds=1))
    assert code_of("ann", made) == "MID"
    changed(made, check)

    assert code_of("ann", made) == "OLD"
    assert check.date() == (days_ago(8) + timedelta(days=3)).date()


def pinned(made: Lifecycle, until: Any, ben: Any, at: Any = NOW) -> Customer:
    send(paid("ann", days_ago(9)))
    ann = Customer.objects.get(external_id="ann")
    pin = PinUntil(until)
    override_tag(
        customer=ann,
        to_tag=tag(made, "KEPT"),
        seen_tag=status_of("ann", made).tag,
        reason="Promised",
        by=ben,
        now=at,
        pin=pin,
    )
    return ann


@pytest.fixture
def made() -> Lifecycle:
    away = {"from": "NEW KEPT", "to": "OLD", "when": is_at_least("order_count", 1)}
    return lifecycle_with("NEW KEPT OLD", away)


def test_a_pin_holds_until_its_date(made: Lifecycle, ben: Any) -> None:
    pinned(made, days_ago(1), ben, days_ago(5))
    for at in (days_ago(4), days_ago(2), days_ago(1) - timedelta(seconds=1)):
        changed(made, at)
        evaluate_everybody(lifecycle=made, as_of=at, now=at)
        assert code_of("ann", made) == "KEPT"
    assert NextCheck.objects.get(lifecycle=made).at == days_ago(1)

    changed(made, days_ago(1))

    assert code_of("ann", made) == "OLD"


def test_a_pin_without_a_date_holds_until_it_is_released(made: Lifecycle, ben: Any) -> None:
    ann = pinned(made, None, ben, days_ago(300))
    evaluate_everybody(lifecycle=made, as_of=NOW, now=NOW)
    assert (code_of("ann", made), NextCheck.objects.get(lifecycle=made).at) == ("KEPT", None)

    release_pin(customer=ann, lifecycle=made, by=ben, now=NOW)
    changed(made, NOW)

    assert code_of("ann", made) == "OLD"
    assert Pin.objects.get().released_by == ben
    with pytest.raises(TransitionNotAllowed, match="not pinned"):
        release_pin(customer=ann, lifecycle=made, by=ben, now=NOW)


def test_a_person_may_move_a_pinned_customer(made: Lifecycle, ben: Any) -> None:
    ann = pinned(made, None, ben)

    override_tag(
        customer=ann, to_tag=tag(made, "OLD"), seen_tag=tag(made, "KEPT"), reason="Changed my mind", by=ben, now=NOW
    )

    assert [move[2] for move in moves(made, "ann")] == ["KEPT", "OLD"]
    assert status_of("ann", made).pinned_until is not None


def test_a_new_pin_takes_the_place_of_the_old_one(made: Lifecycle, ben: Any) -> None:
    ann = pinned(made, None, ben)

    pin_customer(customer=ann, lifecycle=made, until=days_ago(-3), reason="Until Friday", by=ben, now=NOW)

    assert list(Pin.objects.order_by("id").values_list("until", "released_at")) == [(None, NOW), (days_ago(-3), None)]
    assert status_of("ann", made).pinned_until == days_ago(-3)


@pytest.mark.parametrize(("until", "reason"), [(NOW, "x"), (days_ago(1), "x"), (None, " "), (None, "a\x00b")])
def test_a_pin_needs_a_future_and_a_reason(made: Lifecycle, ben: Any, until: Any, reason: str) -> None:
    send(paid("ann"))
    ann = Customer.objects.get(external_id="ann")

    with pytest.raises(TransitionNotAllowed):
        pin_customer(customer=ann, lifecycle=made, until=until, reason=reason, by=ben, now=NOW)

    assert not Pin.objects.exists()
