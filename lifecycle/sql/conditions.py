"""A condition tree as one Django expression over ``CustomerStatus``.

The same meaning as ``lifecycle.rules.evaluate``: a comparison with a missing value is false,
and ``not`` is applied after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from math import ceil, floor

from django.db.models import BooleanField, Expression, F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.metrics.sources import Attribute, DayOf, DaysSince, Metric
from lifecycle.rules.calendar import start_of
from lifecycle.rules.nodes import All, Any, Condition, Node, Not, Operator, Scalar, conditions

from .metrics import instant, value_of
from .moments import StartOfDay

Interval = tuple[int | None, int | None]  # whole days or day numbers, both ends included; None is open

_COMPARISONS = {
    Operator.EQUAL: Exact,
    Operator.LESS: LessThan,
    Operator.LESS_OR_EQUAL: LessThanOrEqual,
    Operator.GREATER: GreaterThan,
    Operator.GREATER_OR_EQUAL: GreaterThanOrEqual,
}
# Ages beyond this many days are never reached; it keeps date arithmetic within PostgreSQL's range.
MAX_AGE = 1_000_000


def compiled(node: Node, *, under_not: bool = False) -> Q:
    """The tree as a Q; true exactly where ``holds`` is true."""
    match node:
        case All(parts):
            return Q(*(compiled(part, under_not=under_not) for part in parts))
        case Any(parts):
            return Q(*(compiled(part, under_not=under_not) for part in parts), _connector=Q.OR)
        case Not(part):
            return ~Q(compiled(part, under_not=True))
        case Condition():
            comparison = _condition(node)
            # Only a NOT above can tell unknown from false.
            return Q(Coalesce(comparison, Value(False), output_field=BooleanField()) if under_not else comparison)


def flips(node: Node) -> dict[str, set[int]]:
    """By instant, the ages in days at which the truth of the tree may change by waiting alone."""
    ages: dict[str, set[int]] = {}
    for condition in conditions(node):
        source = CATALOGUE[condition.metric].source
        if isinstance(source, DaysSince) and condition.operator is not Operator.IS_KNOWN:
            for low, high in _intervals(condition):
                found = ages.setdefault(source.instant, set())
                found.update(age for age in (low, None if high is None else high + 1) if age and 0 < age <= MAX_AGE)
    return ages


def _condition(condition: Condition) -> Expression:
    metric = CATALOGUE[condition.metric]
    if condition.operator is Operator.IS_KNOWN:
        return IsNull(_stored(metric), not condition.value)
    match metric.source:
        case DaysSince(name):
            return _or(_age_within(instant(name), low, high) for low, high in _intervals(condition))
        case DayOf(name):
            return _or(_day_within(instant(name), low, high) for low, high in _intervals(condition))
        case Attribute(_, codes) if codes is not None:
            return _plain(condition, _stored(metric), codes)
        case _:
            return _plain(condition, _stored(metric), {})


def _stored(metric: Metric) -> Expression | F:
    """The column behind a metric where it is known exactly when the metric is, else its value."""
    match metric.source:
        case DaysSince(name) | DayOf(name):
            return instant(name)
        case Attribute(field):
            return F(f"customer__{field}")
        case _:
            return value_of(metric)


def _plain(condition: Condition, stored: Expression | F, codes: Mapping[str, str]) -> Expression:
    def constant(value: Scalar | tuple[Scalar, ...]) -> Value:
        return Value(codes[value] if isinstance(value, str) and codes else value)

    value = condition.value
    match condition.operator, value:
        case Operator.BETWEEN, (low, high):
            return _and(GreaterThanOrEqual(stored, constant(low)), LessThanOrEqual(stored, constant(high)))
        case Operator.IN, tuple():
            return In(stored, [constant(one) for one in value])
        case Operator.NOT_IN, tuple():
            return _not(In(stored, [constant(one) for one in value]))
        case Operator.NOT_EQUAL, _:
            return _not(Exact(stored, constant(value)))
        case _:
            return _COMPARISONS[condition.operator](stored, constant(value))


def _intervals(condition: Condition) -> list[Interval]:
    """The whole numbers (days, or ordinals of dates) that meet the condition, as ordered intervals."""
    numbers = [_number(one) for one in (condition.value if isinstance(condition.value, tuple) else (condition.value,))]
    first = numbers[0]
    match condition.operator:
        case Operator.LESS:
            return [(None, ceil(first) - 1)]
        case Operator.LESS_OR_EQUAL:
            return [(None, floor(first))]
        case Operator.GREATER:
            return [(floor(first) + 1, None)]
        case Operator.GREATER_OR_EQUAL:
            return [(ceil(first), None)]
        case Operator.BETWEEN:
            return [(ceil(first), floor(numbers[1]))]
        case Operator.EQUAL | Operator.IN:
            return [(int(n), int(n)) for n in sorted(set(numbers)) if n == int(n)]
        case _:
            return _gaps(sorted({int(n) for n in numbers if n == int(n)}))


def _gaps(numbers: list[int]) -> list[Interval]:
    """Everything but the given numbers."""
    lows = [None, *(number + 1 for number in numbers)]
    highs = [*(number - 1 for number in numbers), None]
    return [(low, high) for low, high in zip(lows, highs, strict=True) if low is None or high is None or low <= high]


def _number(value: Scalar) -> int | Decimal:
    if isinstance(value, date):
        return value.toordinal()
    return value  # type: ignore[return-value]  # the parser let only numbers and dates through


def _age_within(since: Expression | F, low: int | None, high: int | None) -> Expression:
    """The age in days lies in the interval; ages are never below 0, missing ones are unknown."""
    if (high is not None and high < 0) or (low is not None and high is not None and low > high):
        return Value(False)
    at_most = LessThan(since, Value(StartOfDay(1 - min(low, MAX_AGE)))) if low is not None and low > 0 else None
    at_least = GreaterThanOrEqual(since, Value(StartOfDay(-min(high, MAX_AGE)))) if high is not None else None
    bounds = [bound for bound in (at_most, at_least) if bound is not None]
    return _and(*bounds) if bounds else IsNull(since, False)


def _day_within(at: Expression | F, low: int | None, high: int | None) -> Expression:
    last = date.max.toordinal()
    if (low is not None and low > (last if high is None else high)) or (high is not None and high < 1):
        return Value(False)
    bounds: list[Expression] = []
    if low is not None:
        bounds.append(GreaterThanOrEqual(at, Value(start_of(date.fromordinal(low)))))
    if high is not None and high < last:
        bounds.append(LessThan(at, Value(start_of(date.fromordinal(high + 1)))))
    return _and(*bounds) if bounds else IsNull(at, False)


def _or(parts: Iterable[Expression]) -> Expression:
    return _joined(" OR ", *parts)


def _and(*parts: Expression) -> Expression:
    return _joined(" AND ", *parts)


def _joined(word: str, *parts: Expression) -> Expression:
    if not parts:
        return Value(False)
    if len(parts) == 1:
        return parts[0]
    return Func(*parts, template="(%(expressions)s)", arg_joiner=word, output_field=BooleanField())


def _not(part: Expression) -> Expression:
    return Func(part, template="NOT (%(expressions)s)", output_field=BooleanField())
