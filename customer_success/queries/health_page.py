"""The health of one customer, taken apart: what each input gives to the score, and what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from customer_success.metrics.inputs import INPUTS
from customer_success.models import CustomerHealth, HealthLevel, HealthScore, ScorecardVersion
from customer_success.rules.scorecard import Part, Score, Value, score
from customer_success.rules.scorecard_text import ScorecardText

from .scorecards import text_of

_MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class ShownPart:
    """``change``: of the contribution since the score before; ``None`` where that had no such part."""

    label: str
    unit: str
    part: Part
    change: Decimal | None
    value_before: Value

    @property
    def is_missing(self) -> bool:
        return self.part.points is None


@dataclass(frozen=True, slots=True)
class ShownDimension:
    """``weight``, in percent, after missing inputs handed on theirs; ``mean``: of its points."""

    name: str
    planned_weight: Decimal
    weight: Decimal
    mean: Decimal | None
    contribution: Decimal
    parts: tuple[ShownPart, ...]


@dataclass(frozen=True, slots=True)
class HealthExplanation:
    """The parts of a computed score, which add up to it; none where it was reported. ``before``: the score before."""

    score: int | None
    dimensions: tuple[ShownDimension, ...]
    before: HealthScore | None

    @property
    def missing(self) -> int:
        return sum(part.is_missing for one in self.dimensions for part in one.parts)

    @property
    def changed(self) -> list[ShownPart]:
        """The parts whose contribution is another than before, the largest change first."""
        parts = (part for one in self.dimensions for part in one.parts if part.change)
        return sorted(parts, key=lambda part: -abs(part.change or 0))


def explain_health(health: CustomerHealth) -> HealthExplanation:
    rows = HealthScore.objects.filter(customer=health.customer_id).select_related("version").order_by("-day")
    before = next(iter(rows[1:2]), None)
    if health.version is None:
        return HealthExplanation(None, (), before)
    text = text_of(health.version)
    found = score(text.card, health.values)
    earlier = _parts_before(before)
    return HealthExplanation(found.value, taken_apart(text, found, earlier), before)


def taken_apart(
    text: ScorecardText, found: Score, earlier: Mapping[tuple[str, str], Part]
) -> tuple[ShownDimension, ...]:
    named = {one.code: one for one in text.card.dimensions}
    shown = []
    for code, group in groupby(found.parts, key=lambda part: part.dimension):
        parts = tuple(_shown(part, earlier) for part in group)
        shown.append(
            ShownDimension(
                name=named[code].name or code,
                planned_weight=named[code].weight,
                weight=sum((one.part.weight for one in parts), Decimal(0)),
                mean=found.dimensions[code],
                contribution=sum((one.part.contribution for one in parts), Decimal(0)),
                parts=parts,
            )
        )
    return tuple(shown)


def history(health: CustomerHealth) -> list[tuple[date, int, str]]:
    """Day, score and level of the latest scores that were written, the earliest first."""
    rows = HealthScore.objects.filter(customer=health.customer_id).order_by("-day")
    return list(reversed(rows.values_list("day", "score", "level")[:_MOST_DAYS]))


def bands_of(version: ScorecardVersion | None) -> list[tuple[str, int]]:
    """Level and lowest score of each band, the best first."""
    bands = text_of(version).card.bands if version else ()
    found = [(band.code, band.starts_at) for band in bands if band.code in HealthLevel.values]
    return sorted(found, key=lambda band: -band[1])


def _parts_before(before: HealthScore | None) -> dict[tuple[str, str], Part]:
    if before is None or before.version is None:
        return {}
    parts = score(text_of(before.version).card, before.values).parts
    return {(one.dimension, one.metric): one for one in parts}


def _shown(part: Part, earlier: Mapping[tuple[str, str], Part]) -> ShownPart:
    known, before = INPUTS[part.metric], earlier.get((part.dimension, part.metric))
    return ShownPart(
        label=known.label[:1].upper() + known.label[1:],
        unit=known.unit,
        part=part,
        change=part.contribution - before.contribution if before else None,
        value_before=before.value if before else None,
    )
