"""Keeping customers from being thrown back and forth: cooldown and hysteresis of a rule."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from .nodes import All, Any, Condition, Node, Not, Operator

DAYS_IN_TAG = "days_in_tag"
_MORE = {Operator.GREATER, Operator.GREATER_OR_EQUAL}
_LESS = {Operator.LESS, Operator.LESS_OR_EQUAL}


def with_cooldown(tree: Node, days: int) -> Node:
    """The tree, and that the customer has been in its tag for ``days``."""
    if not days:
        return tree
    waited = Condition(DAYS_IN_TAG, Operator.GREATER_OR_EQUAL, days)
    return All((*(tree.parts if isinstance(tree, All) else (tree,)), waited))


def tightened(tree: Node, percent: int, *, is_negated: bool = False) -> Node:
    """The tree with each numeric bound moved by ``percent`` of itself to where it is harder to meet.

    ``engagement_score >= 40`` with 10 % becomes ``>= 44``. Equality, texts, booleans and dates stay.
    """
    match tree:
        case All(parts):
            return All(tuple(tightened(part, percent, is_negated=is_negated) for part in parts))
        case Any(parts):
            return Any(tuple(tightened(part, percent, is_negated=is_negated) for part in parts))
        case Not(part):
            return Not(tightened(part, percent, is_negated=not is_negated))
        case Condition(metric, operator, value):
            upwards = (operator in _MORE) is not is_negated
            if operator in _MORE | _LESS and isinstance(value, int | Decimal) and not isinstance(value, bool):
                return Condition(metric, operator, _moved(value, percent, upwards=upwards))
            if operator is Operator.BETWEEN and isinstance(value, tuple) and isinstance(value[0], int | Decimal):
                low, high = value
                low = _moved(low, percent, upwards=not is_negated)  # type: ignore[arg-type]  # numbers both
                high = _moved(high, percent, upwards=is_negated)  # type: ignore[arg-type]  # numbers both
                return Condition(metric, operator, (low, high))
            return tree


def _moved(value: int | Decimal, percent: int, *, upwards: bool) -> int | Decimal:
    margin = abs(Decimal(value)) * percent / 100
    moved = Decimal(value) + margin if upwards else Decimal(value) - margin
    if isinstance(value, int):
        return int(moved.to_integral_value(ROUND_CEILING if upwards else ROUND_FLOOR))
    return moved
