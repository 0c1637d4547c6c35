"""Whether a condition tree holds for one customer's values.

The same meaning as the SQL of ``lifecycle.sql.conditions``: a comparison with a missing
value is false, and ``not`` is applied after that. A property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from .nodes import All, Any, Condition, Node, Not, Operator, Scalar

Values = Mapping[str, Scalar | None]


def holds(node: Node, values: Values) -> bool:
    """True if the tree holds for ``values`` (metric name to value, ``None`` or absent = missing)."""
    match node:
        case All(parts):
            return all(holds(part, values) for part in parts)
        case Any(parts):
            return any(holds(part, values) for part in parts)
        case Not(part):
            return not holds(part, values)
        case Condition():
            return is_met(node, values.get(node.metric))


def is_met(condition: Condition, actual: Scalar | None) -> bool:  # one line an operator
    """True if one condition is met by the metric's value."""
    wanted = condition.value
    if condition.operator is Operator.IS_KNOWN:
        return (actual is not None) is wanted
    if actual is None:
        return False
    match condition.operator:
        case Operator.EQUAL:
            return actual == wanted
        case Operator.NOT_EQUAL:
            return actual != wanted
        case Operator.LESS:
            return actual < wanted  # type: ignore[operator]  # the parser made both of one type
        case Operator.LESS_OR_EQUAL:
            return actual <= wanted  # type: ignore[operator]  # of one type: the parser saw to it
        case Operator.GREATER:
            return actual > wanted  # type: ignore[operator]  # of one type: the parser saw to it
        case Operator.GREATER_OR_EQUAL:
            return actual >= wanted  # type: ignore[operator]  # of one type: the parser saw to it
        case Operator.IN:
            return actual in wanted  # type: ignore[operator]  # of one type: the parser saw to it
        case Operator.NOT_IN:
            return actual not in wanted  # type: ignore[operator]  # of one type: the parser saw to it
        case Operator.BETWEEN:
            low, high = wanted  # type: ignore[misc, str-unpack]  # of one type: the parser saw to it
            return low <= actual <= high  # type: ignore[operator]  # of one type: the parser saw to it
