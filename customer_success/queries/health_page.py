"""A score taken apart for a page: its dimensions, and what each input gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from customer_success.metrics.inputs import INPUTS
from customer_success.models import CustomerHealth, HealthLevel, HealthScore, ScorecardVersion
from customer_success.rules.scorecard import Part

from .scorecards import text_of

_MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class ShownPart:
    label: str
    unit: str
    part: Part

    @property
    def is_missing(self) -> bool:
        return self.part.points is None


@dataclass(frozen=True, slots=True)
class ShownDimension:
    """``weight``, in percent, is that after missing inputs handed on theirs; ``mean``: of its points."""

    name: str
    planned_weight: Decimal
    weight: Decimal
    mean: Decimal | None
    contribution: Decimal
    parts: tuple[ShownPart, ...]


def taken_apart(
    parts: Sequence[Part], means: Mapping[str, Decimal | None], names: Mapping[str, str]
) -> tuple[ShownDimension, ...]:
    """``parts`` of one score, by dimension; ``means`` and ``names`` of the dimensions by code."""
    shown = []
    for code, group in groupby(parts, key=lambda part: part.dimension):
        own = list(group)
        shown.append(
            ShownDimension(
                name=names.get(code) or code,
                planned_weight=sum((one.planned_weight for one in own), Decimal(0)),
                weight=sum((one.weight for one in own), Decimal(0)),
                mean=means[code],
                contribution=sum((one.contribution for one in own), Decimal(0)),
                parts=tuple(ShownPart(label_of(one.metric, names), unit_of(one.metric), one) for one in own),
            )
        )
    return tuple(shown)


def label_of(metric: str, names: Mapping[str, str]) -> str:
    """Of an input, or of a dimension whose score was reported as it is."""
    label = INPUTS[metric].label if metric in INPUTS else names.get(metric, metric)
    return label[:1].upper() + label[1:]


def unit_of(metric: str) -> str:
    return INPUTS[metric].unit if metric in INPUTS else ""


def history(health: CustomerHealth) -> list[tuple[date, int]]:
    """Day and score of the latest scores that were written, the earliest first."""
    rows = HealthScore.objects.filter(customer=health.customer_id).order_by("-day")
    return list(reversed(rows.values_list("day", "score")[:_MOST_DAYS]))


def bands_of(version: ScorecardVersion | None) -> list[tuple[str, int]]:
    """Level and lowest score of each band, the best first."""
    bands = text_of(version).card.bands if version else ()
    found = [(band.code, band.starts_at) for band in bands if band.code in HealthLevel.values]
    return sorted(found, key=lambda band: -band[1])
