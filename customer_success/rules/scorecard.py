"""Health scores: what a scorecard makes of a customer's values, and how the parts add up to it.

A score is the weighted mean of the dimensions, a dimension the weighted mean of its measures, a measure the points, 0
to 100, of a metric's value. A measure whose value is missing hands its weight to the other measures of its dimension,
a dimension without any to the other dimensions, each in proportion. The score is rounded half up to a whole number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isfinite

from .bands import Band, band_of, problems_of_bands

WHOLE = 100
Value = Decimal | int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Step:
    """The points of values from ``at_least`` on, up to the next step; ``None``: of all lower values."""

    at_least: Decimal | None
    points: int


@dataclass(frozen=True, slots=True)
class Steps:
    """Points by threshold, the lowest step first."""

    steps: tuple[Step, ...]

    def points(self, value: Value) -> Fraction | None:
        number = _number(value)
        if number is None:
            return None
        reached = [step for step in self.steps if step.at_least is None or Fraction(step.at_least) <= number]
        return Fraction(reached[-1].points)


@dataclass(frozen=True, slots=True)
class Words:
    """Points by word, such as excellent, good, fair and poor."""

    points_of: tuple[tuple[str, int], ...]

    def points(self, value: Value) -> Fraction | None:
        found = dict(self.points_of).get(value) if isinstance(value, str) else None
        return None if found is None else Fraction(found)


@dataclass(frozen=True, slots=True)
class AsItIs:
    """The value is a score already; what lies outside 0 to 100 counts as the nearer end."""

    def points(self, value: Value) -> Fraction | None:
        number = _number(value)
        return None if number is None else min(max(number, Fraction(0)), Fraction(WHOLE))


Scale = Steps | Words | AsItIs


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of a dimension; ``weight``: its share of the dimension in percent."""

    metric: str
    weight: Decimal
    scale: Scale


@dataclass(frozen=True, slots=True)
class Dimension:
    """``weight``: its share of the score in percent."""

    code: str
    weight: Decimal
    measures: tuple[Measure, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Scorecard:
    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one measure gives to a score. ``weight`` is the share of the whole score in percent after missing inputs
    handed on theirs, ``planned_weight`` before. ``contribution``, in tenths: those of all parts add up to the score.
    ``points`` and ``value`` are ``None`` where the input is missing."""

    dimension: str
    metric: str
    value: Value
    points: Decimal | None
    planned_weight: Decimal
    weight: Decimal
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` and ``band`` are ``None`` where every input is missing. ``dimensions``: the mean of each, in tenths."""

    value: int | None
    band: Band | None
    dimensions: Mapping[str, Decimal | None]
    parts: tuple[Part, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(part.metric for part in self.parts if part.points is None)


def score(card: Scorecard, values: Mapping[str, Value]) -> Score:
    """The score of a customer by a scorecard without problems; ``values`` by metric, ``None`` or absent = missing."""
    points = {
        (dimension.code, measure.metric): measure.scale.points(values.get(measure.metric))
        for dimension in card.dimensions
        for measure in dimension.measures
    }
    known = {
        dimension.code: sum(
            (Fraction(one.weight) for one in dimension.measures if points[dimension.code, one.metric] is not None),
            Fraction(0),
        )
        for dimension in card.dimensions
    }
    whole = sum((Fraction(one.weight) for one in card.dimensions if known[one.code]), Fraction(0))
    if not whole:
        return Score(None, None, dict.fromkeys(known), tuple(_parts(card, values, points, {}, [])))
    shares: dict[tuple[str, str], Fraction] = {}
    for dimension in card.dimensions:
        for measure in dimension.measures:
            if points[dimension.code, measure.metric] is not None:
                within = Fraction(measure.weight) / known[dimension.code]
                shares[dimension.code, measure.metric] = Fraction(dimension.weight) / whole * within
    given = {key: share * (points[key] or 0) for key, share in shares.items()}
    total = _half_up(sum(given.values()))
    return Score(
        value=total,
        band=band_of(total, card.bands),
        dimensions={code: _mean(card, code, points, known[code]) for code in known},
        parts=tuple(_parts(card, values, points, shares, _tenths(given, total))),
    )


def problems_of(card: Scorecard) -> Iterator[str]:
    """What is wrong with a scorecard, a sentence each."""
    if not card.dimensions:
        yield "A scorecard needs at least one dimension."
    else:
        yield from _problems_of_weights("The dimensions", [one.weight for one in card.dimensions])
    codes = [one.code for one in card.dimensions]
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield f"There are several dimensions “{code}”."
    for dimension in card.dimensions:
        if not dimension.measures:
            yield f"“{dimension.code}” has no metrics."
            continue
        yield from _problems_of_weights(
            f"The metrics of “{dimension.code}”", [one.weight for one in dimension.measures]
        )
        metrics = [one.metric for one in dimension.measures]
        for metric in dict.fromkeys(metric for metric in metrics if metrics.count(metric) > 1):
            yield f"{metric} stands in “{dimension.code}” more than once."
        for measure in dimension.measures:
            yield from (f"{measure.metric}: {problem}" for problem in _problems_of_scale(measure.scale))
    yield from problems_of_bands(card.bands)


def _problems_of_weights(whose: str, weights: Sequence[Decimal]) -> Iterator[str]:
    if any(weight <= 0 for weight in weights):
        yield f"{whose} need weights above 0."
    elif (together := sum(weights, Decimal(0))) != WHOLE:
        yield f"{whose} weigh {together.normalize():f}% together; it has to be {WHOLE}%."


def _problems_of_scale(scale: Scale) -> Iterator[str]:
    match scale:
        case Steps(steps):
            thresholds = [step.at_least for step in steps]
            points = [step.points for step in steps]
            if not steps or thresholds[0] is not None or None in thresholds[1:]:
                yield "the first step has to hold all lower values, and only the first."
            elif any(low >= high for low, high in pairwise(one for one in thresholds if one is not None)):
                yield "each step has to start above the one before."
        case Words(points_of):
            points = [number for _, number in points_of]
            words = [word for word, _ in points_of]
            if len(set(words)) < len(words) or not words:
                yield "each word needs points, once."
        case AsItIs():
            points = []
    if any(not 0 <= number <= WHOLE for number in points):
        yield f"points go from 0 to {WHOLE}."


def _parts(
    card: Scorecard,
    values: Mapping[str, Value],
    points: Mapping[tuple[str, str], Fraction | None],
    shares: Mapping[tuple[str, str], Fraction],
    tenths: Sequence[tuple[tuple[str, str], int]],
) -> Iterator[Part]:
    given = dict(tenths)
    for dimension in card.dimensions:
        for measure in dimension.measures:
            key = (dimension.code, measure.metric)
            found = points[key]
            yield Part(
                dimension=dimension.code,
                metric=measure.metric,
                value=values.get(measure.metric) if found is not None else None,
                points=None if found is None else _rounded(found),
                planned_weight=_rounded(Fraction(dimension.weight) * Fraction(measure.weight) / WHOLE),
                weight=_rounded(shares.get(key, Fraction(0)) * WHOLE),
                contribution=Decimal(given.get(key, 0)).scaleb(-1),
            )


def _tenths(given: Mapping[tuple[str, str], Fraction], total: int) -> list[tuple[tuple[str, str], int]]:
    """Contributions in tenths that add up to the whole score: the largest remainders are rounded up."""
    exact = sum(given.values())
    scaled = {key: part * total / exact * 10 if exact else Fraction(0) for key, part in given.items()}
    floors = {key: part.numerator // part.denominator for key, part in scaled.items()}
    left = total * 10 - sum(floors.values())
    upwards = sorted(scaled, key=lambda key: (floors[key] - scaled[key], key))[:left]
    return [(key, floors[key] + (key in upwards)) for key in given]


def _mean(
    card: Scorecard, code: str, points: Mapping[tuple[str, str], Fraction | None], known: Fraction
) -> Decimal | None:
    (dimension,) = (one for one in card.dimensions if one.code == code)
    if not known:
        return None
    weighed = (Fraction(one.weight) * (points[code, one.metric] or 0) for one in dimension.measures)
    return _rounded(sum(weighed, Fraction(0)) / known)


def _number(value: Value) -> Fraction | None:
    if value is None or isinstance(value, str):
        return None
    return Fraction(value) if isfinite(value) else None


def _half_up(number: Fraction | int) -> int:
    return int((Fraction(number) + Fraction(1, 2)) // 1)


def _rounded(number: Fraction) -> Decimal:
    """To a tenth, half up."""
    return Decimal(_half_up(number * 10)).scaleb(-1)
