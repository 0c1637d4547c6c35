"""Rules that can throw a customer back and forth are named; those that cannot are not."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.engine.defaults import load_defaults
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle
from lifecycle.queries import lint
from lifecycle.rules.lint import Move, back_and_forth
from lifecycle.rules.parse import parse

from .stage import NOW, is_at_least, lifecycle_with


def less(metric: str, value: object) -> dict[str, Any]:
    return {"metric": metric, "operator": "<", "value": value}


def move(start: str, to: str, *parts: Any, **more: Any) -> Move:
    return Move(f"{start} to {to}", frozenset({start}), to, parse({"all": list(parts)}, CATALOGUE), **more)


SPEND, ORDERS, CART = "total_spend", "order_count", "cart_adds"
EITHER = {"any": [is_at_least(SPEND, 1), is_at_least(ORDERS, 1)]}


@pytest.mark.parametrize(
    ("there", "back", "said"),
    [
        (move("A", "B", is_at_least(SPEND, 100)), move("B", "A", is_at_least(CART, 1)), "can hold at the same time"),
        (move("A", "B", is_at_least(SPEND, 100)), move("B", "A", less(SPEND, 120)), "can hold at the same time"),
        (move("A", "B", is_at_least(SPEND, 100)), move("B", "A", less(SPEND, 100)), "same value of total_spend"),
        (move("A", "B", EITHER), move("B", "A", less(SPEND, 1)), "may hold"),
        (move("A", "B", is_at_least(SPEND, 100)), move("B", "A", less(SPEND, 80)), None),
        (move("A", "B", is_at_least(SPEND, 100), hysteresis_percent=10), move("B", "A", less(SPEND, 100)), None),
        (move("A", "B", is_at_least(SPEND, 100), cooldown_days=1), move("B", "A", is_at_least(CART, 1)), None),
        (move("A", "B", is_at_least(SPEND, 100)), move("B", "A", is_at_least("days_in_tag", 3)), None),
        (move("A", "B", is_at_least(SPEND, 100)), move("B", "C", is_at_least(CART, 1)), None),
        (move("A", "B", is_at_least(SPEND, 100), is_at_least(ORDERS, 2)),
         move("B", "A", less(SPEND, 100), less(ORDERS, 1)), None),
    ],
)  # fmt: skip
def test_pairs(there: Move, back: Move, said: str | None) -> None:
    for one, other in ((there, back), (back, there)):
        found = back_and_forth(one, [other])
        assert (said in found[0]) if said else (found == ())


@pytest.mark.django_db
def test_what_is_shipped_throws_nobody_back_and_forth() -> None:
    load_defaults(now=NOW)

    for lifecycle in Lifecycle.objects.all():
        assert [sentence for rule in lifecycle.rules.all() for sentence in lint(rule)] == []


@pytest.mark.django_db
def test_a_rule_is_looked_at_beside_those_in_force() -> None:
    lifecycle = lifecycle_with(
        "A B",
        {"from": "A", "to": "B", "when": is_at_least(SPEND, 100)},
        {"from": "B", "to": "A", "when": less(SPEND, 100)},
    )

    (sentence,) = lint(lifecycle.rules.first())

    assert sentence == (
        "“A to B” and “B to A” lead from A to B and back at the same value of total_spend; "
        "a cooldown or hysteresis keeps customers from wavering."
    )
