"""From JSON to a condition tree, or to sentences that say what is wrong and where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Protocol

from .nodes import All, Any, Condition, Node, Not, Operator, Scalar, Value

MAX_DEPTH = 20
MAX_CONDITIONS = 200
MAX_CHOICES = 1_000
# Wider than any money amount or counter, narrow enough for every numeric column.
MAX_NUMBER = Decimal(10) ** 15
MAX_SCALE = 6

_ORDERED = {Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.BETWEEN}
_EQUALITY = {Operator.EQUAL, Operator.NOT_EQUAL, Operator.IS_KNOWN}
_MEMBERSHIP = {Operator.IN, Operator.NOT_IN}
OPERATORS_OF: Mapping[str, frozenset[Operator]] = {
    "number": frozenset(_EQUALITY | _MEMBERSHIP | _ORDERED),
    "date": frozenset(_EQUALITY | _MEMBERSHIP | _ORDERED),
    "text": frozenset(_EQUALITY | _MEMBERSHIP),
    "boolean": frozenset(_EQUALITY),
}


class MetricType(Protocol):
    """What a tree needs to know of a metric to check a condition on it."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def choices(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: ``path`` as in ``all[1].any[0].value``, and a sentence."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path or 'rule'}: {self.message}"

    @property
    def sentence(self) -> str:
        """The message with a full stop, and a capital letter unless a metric's name begins it."""
        message = self.message if self.message.endswith(("?", ".")) else f"{self.message}."
        return message if "_" in message.partition(" ")[0] else message[:1].upper() + message[1:]


class RuleError(ValueError):
    """The tree was not accepted. ``problems`` lists every mistake that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))

    @property
    def path(self) -> str:
        return self.problems[0].path


def parse_text(text: str, metrics: Mapping[str, MetricType]) -> Node:
    """Read a tree from JSON text. Numbers keep their digits; a key given twice is refused."""
    try:
        tree = json.loads(text, parse_float=Decimal, object_pairs_hook=_without_repeats)
    except RecursionError:
        raise RuleError([Problem("", f"the tree is deeper than {MAX_DEPTH} levels")]) from None
    except ValueError as error:
        raise RuleError([Problem("", f"this is not valid JSON: {error}")]) from error
    return parse(tree, metrics)


def parse(tree: object, metrics: Mapping[str, MetricType]) -> Node:
    """Read a tree from plain JSON values.

    ``metrics`` maps every accepted name, other names included, to its metric; the tree
    that comes back uses the catalogue's own names. Raises ``RuleError``.
    """
    reader = _Reader(metrics)
    node = reader.node(tree, "", depth=1)
    if reader.count > MAX_CONDITIONS:
        reader.problem("", f"{reader.count} conditions are too many; a rule may have {MAX_CONDITIONS}")
    if reader.problems or node is None:
        raise RuleError(reader.problems)
    return node


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key “{key}” stands twice in one object")
    return dict(pairs)


class _Reader:
    """Walks the JSON once and gathers every problem on the way."""

    def __init__(self, metrics: Mapping[str, MetricType]) -> None:
        self.metrics = metrics
        self.problems: list[Problem] = []
        self.count = 0

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def node(self, tree: object, path: str, depth: int) -> Node | None:
        if depth > MAX_DEPTH:
            return self.problem(path, f"the tree is deeper than {MAX_DEPTH} levels")
        if not isinstance(tree, dict):
            return self.problem(
                path, f"expected an object such as {{“metric”: …}} or {{“all”: […]}}, got {shown(tree)}"
            )
        groups = [key for key in ("all", "any", "not") if key in tree]
        if not groups:
            return self.condition(tree, path)
        if len(tree) > 1:
            others = ", ".join(f"“{key}”" for key in tree if key != groups[0])
            return self.problem(path, f"“{groups[0]}” must stand alone in its object, beside it is {others}")
        return self.group(groups[0], tree[groups[0]], path, depth)

    def group(self, kind: str, inside: object, path: str, depth: int) -> Node | None:
        path = f"{path}.{kind}" if path else kind
        if kind == "not":
            part = self.node(inside, path, depth + 1)
            return None if part is None else Not(part)
        if not isinstance(inside, list):
            return self.problem(path, f"“{kind}” takes a list of conditions, got {shown(inside)}")
        if not inside:
            return self.problem(
                path, f"“{kind}” is empty; an empty group would match everybody or nobody, name a condition"
            )
        parts = [self.node(one, f"{path}[{index}]", depth + 1) for index, one in enumerate(inside)]
        whole = tuple(part for part in parts if part is not None)
        return All(whole) if kind == "all" else Any(whole)

    def condition(self, tree: dict[object, object], path: str) -> Condition | None:
        self.count += 1
        unknown = [str(key) for key in tree if key not in ("metric", "operator", "value")]
        if unknown:
            return self.problem(path, f"unknown key “{unknown[0]}”; a condition has metric, operator and value")
        metric = self.metric(tree.get("metric"), f"{path}.metric" if path else "metric")
        operator = self.operator(tree.get("operator"), metric, f"{path}.operator" if path else "operator")
        if metric is None or operator is None:
            return None
        if "value" not in tree and operator is not Operator.IS_KNOWN:
            return self.problem(path, f"the condition on {metric.name} has no value")
        value = self.value(tree.get("value", True), metric, operator, f"{path}.value" if path else "value")
        return None if value is None else Condition(metric.name, operator, value)

    def metric(self, name: object, path: str) -> MetricType | None:
        if not isinstance(name, str) or not name:
            return self.problem(path, f"expected the name of a metric{f', got {shown(name)}' if name else ''}")
        if name not in self.metrics:
            near = get_close_matches(name, self.metrics, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else "the metrics page lists all of them"
            return self.problem(path, f"there is no metric “{name[:80]}”; {hint}")
        return self.metrics[name]

    def operator(self, name: object, metric: MetricType | None, path: str) -> Operator | None:
        try:
            operator = Operator(name)  # type: ignore[arg-type]  # anything may stand in the JSON
        except ValueError:
            return self.problem(path, f"there is no operator {shown(name)}; use one of {', '.join(Operator)}")
        if metric is not None and operator not in OPERATORS_OF[metric.type]:
            fitting = ", ".join(one for one in Operator if one in OPERATORS_OF[metric.type])
            return self.problem(path, f"“{operator}” does not fit {metric.name}, a {metric.type}; use one of {fitting}")
        return operator

    def value(self, value: object, metric: MetricType, operator: Operator, path: str) -> Value | None:
        if operator is Operator.IS_KNOWN:
            if isinstance(value, bool):
                return value
            return self.problem(path, f"is_known takes true or false, got {shown(value)}")
        if operator not in (Operator.IN, Operator.NOT_IN, Operator.BETWEEN):
            return self.scalar(value, metric, path)
        if not isinstance(value, list):
            return self.problem(path, f"“{operator}” takes a list, got {shown(value)}")
        if operator is Operator.BETWEEN and len(value) != 2:
            return self.problem(path, f"between takes the lowest and the highest value, got {len(value)} values")
        if not value:
            return self.problem(path, f"“{operator}” takes at least one value")
        if len(value) > MAX_CHOICES:
            return self.problem(path, f"{len(value)} values are too many; “{operator}” takes up to {MAX_CHOICES}")
        items = [self.scalar(one, metric, f"{path}[{index}]") for index, one in enumerate(value)]
        if any(item is None for item in items):
            return None
        scalars = tuple(item for item in items if item is not None)
        if operator is Operator.BETWEEN and scalars[0] > scalars[1]:  # type: ignore[operator]  # both of the metric's type
            return self.problem(path, "between takes the lower value first")
        return scalars

    def scalar(self, value: object, metric: MetricType, path: str) -> Scalar | None:
        found: Scalar | None = None
        match metric.type:
            case "number":
                found = _number(value)
            case "date":
                found = _date(value)
            case "boolean":
                found = value if isinstance(value, bool) else None
            case "text":
                found = value if isinstance(value, str) and _can_be_stored(value) else None
        if found is None:
            if metric.type == "number" and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                bounds = f"with up to 15 digits and up to {MAX_SCALE} decimals"
                return self.problem(path, f"{metric.name} is a number {bounds}, got {shown(value)}")
            return self.problem(path, f"{metric.name} is a {metric.type}{_EXAMPLE[metric.type]}, got {shown(value)}")
        if metric.choices and found not in metric.choices:
            return self.problem(path, f"{metric.name} is one of {', '.join(metric.choices)}, got {shown(value)}")
        return found


_EXAMPLE = {
    "number": " such as 60",
    "date": " such as “2026-01-31”",
    "boolean": ": true or false",
    "text": " of up to 200 characters",
}


def _can_be_stored(text: str) -> bool:
    # PostgreSQL knows neither NUL nor half a character (a lone surrogate).
    return len(text) <= 200 and not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text)


def _number(value: object) -> Scalar | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        if not -MAX_NUMBER <= value <= MAX_NUMBER:
            return None
        number = Decimal(str(value))
        # A fraction with more digits than a JSON number keeps would read back as another one.
        if number != round(number, MAX_SCALE) or (number % 1 and Decimal(str(float(number))) != number):
            return None
    except InvalidOperation:
        return None
    # One spelling for one number, so that equal rules have equal trees.
    return int(number) if number == number.to_integral_value() else number.normalize()


def _date(value: object) -> date | None:
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def shown(value: object) -> str:
    """A value of somebody's as a sentence names it: short, whatever it is."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}…"
