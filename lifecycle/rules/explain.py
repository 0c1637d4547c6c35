"""A condition tree in words: as a sentence, and as lines with the values of one customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from .evaluate import Values, holds, is_met
from .nodes import All, Any, Condition, Node, Not, Operator, Scalar, Value

MINUS = "−"
_WORDS = {
    Operator.EQUAL: "is",
    Operator.NOT_EQUAL: "is not",
    Operator.LESS: "is less than",
    Operator.LESS_OR_EQUAL: "is at most",
    Operator.GREATER: "is more than",
    Operator.GREATER_OR_EQUAL: "is at least",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.BETWEEN: "is between",
}
_DATE_WORDS = {
    Operator.LESS: "is before",
    Operator.LESS_OR_EQUAL: "is on or before",
    Operator.GREATER: "is after",
    Operator.GREATER_OR_EQUAL: "is on or after",
}


class Described(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as it stood for one customer. Under a ``not`` it is met where the condition does not hold.

    ``group``: of a condition within groups, their ways from the outermost in: ``one of 2`` (any), ``all of 3`` (all),
    each with its number among the parts around it. Empty for the parts of an outermost ``all``.
    """

    metric: str
    label: str
    operator: str
    wanted: object
    actual: Scalar | None
    is_met: bool
    sentence: str
    is_negated: bool = False
    group: tuple[str, ...] = ()


def words_for(operator: Operator, kind: str) -> str:
    """What stands between a metric of a type and the value: ``is at least``, for dates ``is on or after``."""
    if operator is Operator.IS_KNOWN:
        return "is known"
    return _DATE_WORDS.get(operator, _WORDS[operator]) if kind == "date" else _WORDS[operator]


def sentence(node: Node, metrics: Mapping[str, Described]) -> str:
    """The tree as one English sentence without its full stop."""
    return _phrase(node, metrics, outermost=True)


def lines(node: Node, values: Values, metrics: Mapping[str, Described]) -> tuple[Line, ...]:
    """Every condition of the tree with its value, its threshold and whether it was met."""
    return tuple(_lines(node, values, metrics))


def met(node: Node, values: Values) -> tuple[int, int]:
    """How many of the parts of an outermost ``all`` hold, and how many there are; anything else is one part."""
    parts = node.parts if isinstance(node, All) else (node,)
    return sum(holds(part, values) for part in parts), len(parts)


def changes(node: Node, values: Values, metrics: Mapping[str, Described]) -> tuple[str, ...]:
    """What would have to become true for the tree to hold; the shortest way where there are several.

    Empty if it holds. Each is a sentence without its full stop that names the value of now.
    """
    return tuple(_changes(node, values, metrics, wanted=True))


def _changes(node: Node, values: Values, metrics: Mapping[str, Described], *, wanted: bool) -> list[str]:
    if holds(node, values) is wanted:
        return []
    match node:
        case Condition():
            return [_change(node, values, metrics, wanted)]
        case Not(part):
            return _changes(part, values, metrics, wanted=not wanted)
        case All(parts) | Any(parts):
            each = [_changes(part, values, metrics, wanted=wanted) for part in parts]
            if isinstance(node, All) is wanted:  # every part has to be as wanted
                return list(dict.fromkeys(change for part in each for change in part))
            return min(each, key=len)


def _change(condition: Condition, values: Values, metrics: Mapping[str, Described], wanted: bool) -> str:
    phrase = _condition(condition, metrics)
    now = shown_value(values.get(condition.metric))
    return f"{phrase if wanted else f'no longer: {phrase}'} (now {now})"


def _lines(
    node: Node,
    values: Values,
    metrics: Mapping[str, Described],
    *,
    is_negated: bool = False,
    group: tuple[str, ...] = (),
    place: str = "",
) -> Iterator[Line]:
    match node:
        case Condition():
            actual, says = values.get(node.metric), _condition(node, metrics)
            yield Line(
                metric=node.metric,
                label=metrics[node.metric].label,
                operator=node.operator.value,
                wanted=node.value,
                actual=actual,
                is_met=is_met(node, actual) is not is_negated,
                sentence=f"it is not so that {says}" if is_negated else says,
                is_negated=is_negated,
                group=group,
            )
        case Not(part):
            yield from _lines(part, values, metrics, is_negated=not is_negated, group=group, place=place)
        case All(parts) | Any(parts):
            needs_all = isinstance(node, All) is not is_negated  # not any is all not, and the other way round
            if len(parts) > 1 and (place or not needs_all):
                group = (*group, f"{'all' if needs_all else 'one'} of {len(parts)}{place}")
            for number, part in enumerate(parts, start=1):
                yield from _lines(part, values, metrics, is_negated=is_negated, group=group, place=f" ({number})")


def _phrase(node: Node, metrics: Mapping[str, Described], *, outermost: bool = False) -> str:
    match node:
        case Condition():
            return _condition(node, metrics)
        case Not(part):
            return f"it is not so that {_phrase(part, metrics)}"
        case All(parts) | Any(parts):
            word = " and " if isinstance(node, All) else " or "
            phrases = [_phrase(part, metrics) for part in parts]
            text = word.join(phrases)
            return text if outermost or len(parts) == 1 else f"({text})"


def _condition(condition: Condition, metrics: Mapping[str, Described]) -> str:
    metric = metrics[condition.metric]
    if condition.operator is Operator.IS_KNOWN:
        return f"{metric.label} is {'known' if condition.value else 'not known'}"
    if isinstance(condition.value, bool):
        is_wanted = condition.value is (condition.operator is Operator.EQUAL)
        return metric.label if is_wanted else metric.label.replace("has ", "has not ", 1)
    word = _WORDS[condition.operator]
    if isinstance(condition.value, date):
        word = _DATE_WORDS.get(condition.operator, word)
    return f"{metric.label} {word} {_amount(condition, metric.unit)}"


def _amount(condition: Condition, unit: str) -> str:
    value = condition.value
    if not isinstance(value, tuple):
        return _with_unit(value, unit)
    shown = [shown_value(one) for one in value]
    if condition.operator is Operator.BETWEEN:
        return _suffix(f"{shown[0]} and {shown[1]}", unit)
    return _suffix(", ".join(shown), unit)


def _with_unit(value: Value, unit: str) -> str:
    return _suffix(shown_value(value), unit[:-1] if value == 1 and unit.endswith("s") else unit)


def _suffix(text: str, unit: str) -> str:
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}".rstrip()


def written(number: float | Decimal, how: str = ",") -> str:
    """A number as people write it, by a format such as ``+,.1f``: with a minus sign, −1,250, not a hyphen; nothing is
    below nothing."""
    text = format(number, how)
    return text.replace("-", MINUS) if text.strip("+-0.,") else text.removeprefix("-")


def shown_value(value: object) -> str:
    """A value as people write it: 1,250.5 — yes — 2026-01-31 — unknown."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case int():
            return written(value)
        case Decimal() | float():
            text = written(Decimal(str(value)), ",.6f")
            return text.rstrip("0").rstrip(".")
        case tuple():
            return ", ".join(shown_value(one) for one in value)
        case _:
            return str(value)
