"""Rules that can throw a customer back and forth are named; those that cannot are not."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.engine.defaults import load_defaults
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle
from lifecycle.queries import lint
from lifecycle.rules.cells import TooManyCells, can_hold, points
from lifecycle.rules.evaluate import holds
from lifecycle.rules.lint import Kind, Move, back_and_forth, lint_rules
from lifecycle.rules.nodes import conditions
from lifecycle.rules.parse import parse

from .stage import NOW, event, is_at_least, lifecycle_with, send
from .trees import trees


def less(metric: str, value: object) -> dict[str, Any]:
    return {"metric": metric, "operator": "<", "value": value}


def move(start: str, to: str, *parts: Any, name: str = "", **more: Any) -> Move:
    tree = parse({"all": list(parts)}, CATALOGUE)
    return Move(name or f"{start} to {to}", frozenset({start}), to, tree, **more)


def kinds(*moves: Move, tags: str = "A B C", **more: Any) -> list[tuple[str, str]]:
    """The kinds of what is found, and the names of the rules in it."""
    found = lint_rules(moves, CATALOGUE, tags=tags.split(), initial="A", **more)
    return [(one.kind.value, one.sentence) for one in found]


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
        "“B to A” and “A to B” lead from B to A and back at the same value of total_spend; "
        "a cooldown or hysteresis keeps customers from wavering."
    )


def test_tags_that_no_rule_leads_to() -> None:
    ((kind, said),) = kinds(move("A", "B", is_at_least(SPEND, 1)), move("D", "C", is_at_least(SPEND, 1)), tags="A B C")

    assert (kind, "“C”" in said) == (Kind.UNREACHABLE_TAG, True)


@pytest.mark.parametrize(
    "parts",
    [
        [is_at_least(SPEND, 100), less(SPEND, 100)],
        [{"metric": "customer_tier", "operator": "==", "value": "Pro"},
         {"metric": "customer_tier", "operator": "in", "value": ["Enterprise", "Freemium"]}],
        [{"metric": "curriculum_completion", "operator": ">", "value": 100}],
        [less("days_since_login", 0)],
        [{"metric": SPEND, "operator": "is_known", "value": False}, is_at_least(SPEND, 0)],
        [is_at_least(SPEND, 5), {"not": is_at_least(SPEND, 2)}],
        [{"any": [less(ORDERS, 1), less(ORDERS, 2)]}, is_at_least(ORDERS, 3)],
    ],
)  # fmt: skip
def test_rules_that_can_never_hold(parts: list[Any]) -> None:
    assert [kind for kind, _ in kinds(move("A", "B", *parts), tags="A B")] == [Kind.NEVER_HOLDS]


def test_rules_that_never_get_their_turn() -> None:
    wide = move("A", "B", is_at_least(SPEND, 10), priority=1, name="wide")
    narrow = move("A", "C", is_at_least(SPEND, 50), is_at_least(ORDERS, 1), priority=2, name="narrow")

    assert [kind for kind, _ in kinds(wide, narrow)] == [Kind.SHADOWED]
    assert kinds(wide, move("A", "C", is_at_least(SPEND, 5), priority=2)) == []
    assert kinds(move("A", "B", is_at_least(SPEND, 10), priority=1, cooldown_days=3), narrow) == []


def test_rules_of_one_priority_that_can_hold_together() -> None:
    rich, many = move("A", "B", is_at_least(SPEND, 50)), move("A", "C", is_at_least(ORDERS, 5))

    assert [kind for kind, _ in kinds(rich, many)] == [Kind.SAME_PRIORITY]
    assert kinds(rich, move("A", "C", less(SPEND, 50))) == []


def test_circles_of_three_that_never_rest() -> None:
    ways = [move("A", "B", is_at_least(SPEND, 1), priority=1), move("B", "C", is_at_least(ORDERS, 1), priority=2)]

    assert [kind for kind, _ in kinds(*ways, move("C", "A", is_at_least(CART, 1), priority=3))] == [Kind.RESTLESS]
    assert kinds(*ways, move("C", "A", less(SPEND, 1), priority=3)) == []


def test_fractions_and_metrics_without_data() -> None:
    found = kinds(
        move("A", "B", is_at_least("curriculum_completion", 0.9)), tags="A B",
        without_data=frozenset({"curriculum_completion"}),
    )  # fmt: skip

    assert {kind for kind, _ in found} == {Kind.PERCENT, Kind.NO_DATA}


@settings(deadline=None)
@given(first=trees(), second=trees(), data=st.data())
def test_what_somebody_meets_is_never_called_impossible(first: Any, second: Any, data: st.DataObject) -> None:
    one, other = parse(first, CATALOGUE), parse(second, CATALOGUE)
    read = {name: [*points(_of(name, one, other), CATALOGUE[name])] for name in _names(one, other)}
    values = {name: data.draw(st.sampled_from(found)) for name, found in read.items()}
    try:
        if holds(one, values):
            assert can_hold([one], CATALOGUE)
            assert can_hold([one], CATALOGUE, but_not=[] if holds(other, values) else [other])
        if holds(one, values) and holds(other, values):
            assert can_hold([one, other], CATALOGUE)
        if can_hold([one], CATALOGUE, but_not=[one]):
            raise AssertionError("a tree held and did not hold")
    except TooManyCells:
        pass


def _names(*found: Any) -> set[str]:
    return {one.metric for tree in found for one in conditions(tree)}


def _of(name: str, *found: Any) -> list[Any]:
    return [one for tree in found for one in conditions(tree) if one.metric == name]


@pytest.mark.django_db
class TestCommand:
    def test_has_nothing_to_say_of_what_is_shipped(self, capsys: pytest.CaptureFixture[str]) -> None:
        load_defaults(now=NOW)

        for code in ("learning", "commerce"):
            call_command("lint_rules", "--lifecycle", code)
        assert capsys.readouterr().out.count("Nothing to say") == 2

    def test_ends_with_one_and_a_sentence_a_finding(self, capsys: pytest.CaptureFixture[str]) -> None:
        lifecycle = lifecycle_with("NEW OLD LOST", {"from": "NEW", "to": "OLD", "when": less("days_since_login", 0)})
        send(event("ann", "feedback", sentiment=0.5))

        with pytest.raises(SystemExit) as ended:
            call_command("lint_rules", "--lifecycle", lifecycle.code)

        said = capsys.readouterr().out
        assert ended.value.code == 1
        assert "can never hold" in said
        assert "No rule leads to “LOST”" in said
        assert "days_since_login, of which no customer has a value yet" in said
