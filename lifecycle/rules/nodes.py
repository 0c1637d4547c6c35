"""The condition tree of a rule: frozen nodes, and their one JSON spelling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Scalar = int | Decimal | str | bool | date
Value = Scalar | tuple[Scalar, ...]


class Operator(StrEnum):
    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    IN = "in"
    NOT_IN = "not_in"
    BETWEEN = "between"
    IS_KNOWN = "is_known"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a metric with a constant.

    ``value`` is a scalar, a tuple of scalars for ``in`` and ``not_in``, a pair
    ``(low, high)``, both included, for ``between``, and a bool for ``is_known``.
    """

    metric: str
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


Node = Condition | All | Any | Not


def conditions(node: Node) -> Iterator[Condition]:
    """The conditions of a tree, from left to right."""
    match node:
        case Condition():
            yield node
        case Not(part):
            yield from conditions(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)


def metrics_of(node: Node) -> tuple[str, ...]:
    """The names of the metrics a tree reads, each once, in order of appearance."""
    return tuple(dict.fromkeys(condition.metric for condition in conditions(node)))


def is_plain(node: Node) -> bool:
    """Whether the tree is a condition or ``all`` of conditions: when it holds, every value is known."""
    parts = node.parts if isinstance(node, All) else (node,)
    return all(isinstance(part, Condition) or (isinstance(part, All) and is_plain(part)) for part in parts)


def to_json(node: Node) -> dict[str, object]:
    """The canonical JSON of a tree; ``parse`` reads it back to an equal tree."""
    match node:
        case Condition(metric, operator, value):
            return {"metric": metric, "operator": operator.value, "value": plain(value)}
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case Any(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}


def plain(value: Value | None) -> object:
    """A value as JSON spells it: numbers as numbers, days as text, choices as a list."""
    match value:
        case tuple():
            return [plain(one) for one in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case date():
            return value.isoformat()
        case _:
            return value
