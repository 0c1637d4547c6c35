"""A scorecard as SQL, with the very result of ``rules.scorecard.score``.

The weighted means are brought over one denominator, so that nothing is rounded before the score is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import gcd, prod

from psycopg.sql import Literal

from customer_success.rules.bands import Band
from customer_success.rules.scorecard import WHOLE, AsItIs, Dimension, Scale, Scorecard, Steps, Words

_BIGGEST = 2**62


def score_select(card: Scorecard, columns: dict[str, str], source: str) -> str:
    """A SELECT of customer_id, score, level, components and the given columns of ``source`` by their names.

    ``columns``: by metric, the column of its value. Who has no value at all has no row.
    """
    parts = [_Part(number, dimension, columns) for number, dimension in enumerate(card.dimensions)]
    shares = _whole([one.weight for one in card.dimensions])
    is_whole = all(part.is_whole for part in parts) and _fits(parts, shares)
    kind, quotient = ("bigint", "(({}) / ({}))") if is_whole else ("numeric", "div({}, {})")
    read = ", ".join(dict.fromkeys(columns.values()))
    points = ", ".join(text for part in parts for text in part.points)
    sums = ", ".join(text for part in parts for text in part.sums(kind))
    known = " + ".join(
        f"CASE WHEN {part.weight} > 0 THEN {share} ELSE 0 END" for part, share in zip(parts, shares, strict=True)
    )
    above = " + ".join(
        " * ".join((f"{share}::{kind}", part.sum, *(other.factor for other in parts if other is not part)))
        for part, share in zip(parts, shares, strict=True)
    )
    below = " * ".join((f"({known})", *(part.factor for part in parts)))
    score = quotient.format("2 * above + below", "2 * below")
    means = ", ".join(part.mean(kind, quotient) for part in parts)
    return f"""
SELECT customer_id, score, {level_of("score", card.bands)} AS level, components, {read} FROM (
    SELECT *, {score}::smallint AS score, jsonb_build_object({means}) AS components FROM (
        SELECT *, {above} AS above, {below} AS below FROM (
            SELECT customer_id, {read}, {sums} FROM (
                SELECT customer_id, {read}, {points} FROM {source} OFFSET 0) AS pointed OFFSET 0) AS summed
        OFFSET 0) AS weighed WHERE below > 0 OFFSET 0) AS scored"""


def level_of(score: str, bands: Iterable[Band]) -> str:
    """The code of the band of a score."""
    highest_first = sorted(bands, key=lambda band: -band.starts_at)
    return f"CASE {' '.join(f'WHEN {score} >= {one.starts_at} THEN {_text(one.code)}' for one in highest_first)} END"


class _Part:
    """A dimension: a column of points each measure, their weighed sum, and the weight of those that are known."""

    def __init__(self, number: int, dimension: Dimension, columns: dict[str, str]) -> None:
        self.dimension = dimension
        self.sum, self.weight = f"sum_{number}", f"weight_{number}"
        self.factor = f"GREATEST({self.weight}, 1)"
        self.weights = _whole([one.weight for one in dimension.measures])
        self.names = [f"points_{number}_{place}" for place in range(len(dimension.measures))]
        self.points = [
            f"{_points(one.scale, columns[one.metric])} AS {name}"
            for one, name in zip(dimension.measures, self.names, strict=True)
        ]
        self.is_whole = not any(isinstance(one.scale, AsItIs) for one in dimension.measures)

    def sums(self, kind: str) -> tuple[str, str]:
        weighed = [f"COALESCE({name}, 0)::{kind} * {w}" for name, w in zip(self.names, self.weights, strict=True)]
        known = [
            f"CASE WHEN {name} IS NULL THEN 0 ELSE {w} END" for name, w in zip(self.names, self.weights, strict=True)
        ]
        return f"{' + '.join(weighed)} AS {self.sum}", f"({' + '.join(known)})::{kind} AS {self.weight}"

    def mean(self, kind: str, quotient: str) -> str:
        """By code, the mean to a tenth, half up."""
        tenths = quotient.format(f"20 * {self.sum} + {self.weight}", f"2 * {self.weight}")
        return f"{_text(self.dimension.code)}, CASE WHEN {self.weight} > 0 THEN trim_scale({tenths}::numeric * 0.1) END"


def _points(scale: Scale, value: str) -> str:
    match scale:
        case Steps(steps):
            lowest, *others = steps
            higher = " ".join(f"WHEN {value} >= {one.at_least} THEN {one.points}" for one in reversed(others))
            return f"CASE {higher} WHEN {value} IS NOT NULL THEN {lowest.points} END"
        case Words(points_of):
            found = " ".join(f"WHEN {_text(word)} THEN {points}" for word, points in points_of)
            return f"CASE {value} {found} END"
        case AsItIs():
            return f"CASE WHEN {value} IS NOT NULL THEN LEAST(GREATEST({value}, 0), {WHOLE}) END"


def _whole(weights: Sequence[Decimal]) -> list[int]:
    """Weights as whole numbers in the same proportion, the smallest there are."""
    scale = max((-int(one.as_tuple().exponent) for one in weights), default=0)
    numbers = [int(one * 10 ** max(scale, 0)) for one in weights]
    shared = gcd(*numbers)
    return [one // shared for one in numbers]


def _fits(parts: Sequence[_Part], shares: Sequence[int]) -> bool:
    """Whether the largest number on the way fits into 64 bits."""
    return 4 * WHOLE * sum(shares) * prod(sum(part.weights) for part in parts) < _BIGGEST


def _text(value: str) -> str:
    return Literal(value).as_string().replace("%", "%%")
