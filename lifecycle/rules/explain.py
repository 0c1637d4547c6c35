"""A condition tree in words: as a sentence, and as lines with the values of one customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from .evaluate import Values, holds, is_met
from .nodes import All, Any, Condition, Node, Not, Operator, Scalar, Value, conditions

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
    """One condition as it stood for one customer."""

    metric: str
    label: str
    operator: str
    wanted: object
    actual: Scalar | None
    is_met: bool
    sentence: str


def sentence(node: Node, metrics: Mapping[str, Described]) -> str:
    """The tree as one English sentence without its full stop."""
    return _phrase(node, metrics, outermost=True)


def lines(node: Node, values: Values, metrics: Mapping[str, Described]) -> tuple[Line, ...]:
    """Every condition of the tree with its value, its threshold and whether it was met."""
    return tuple(_lines(node, values, metrics))


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


def _lines(node: Node, values: Values, metrics: Mapping[str, Described]) -> Iterator[Line]:
    for condition in conditions(node):
        actual = values.get(condition.metric)
        yield Line(
            metric=condition.metric,
            label=metrics[condition.metric].label,
            operator=condition.operator.value,
            wanted=condition.value,
            actual=actual,
            is_met=is_met(condition, actual),
            sentence=_condition(condition, metrics),
        )


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


def shown_value(value: object) -> str:
    """A value as people write it: 1,250.5 — yes — 2026-01-31 — unknown."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case Decimal() | float():
            text = f"{Decimal(str(value)):,.6f}"
            return text.rstrip("0").rstrip(".")
        case tuple():
            return ", ".join(shown_value(one) for one in value)
        case _:
            return str(value)
