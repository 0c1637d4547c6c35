"""The health of a customer: its history, and how a score came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet

from customer_success.models import (
    HealthOverride,
    HealthScore,
    ScorecardState,
    ScorecardVersion,
    ScoreSource,
)
from customer_success.rules.scorecard import AsItIs, Measure, Part, Score, Scorecard, Value, score
from lifecycle.models import Customer

from .scorecards import text_of

PROGRAM = "program"


class NoProgram(LookupError):
    """Components cannot be weighed: the success program has no scorecard in force."""


@dataclass(frozen=True, slots=True)
class PartChange:
    """What a measure gives now and gave before, in points of the score. All changes add up to that of the score."""

    dimension: str
    metric: str
    value_before: Value
    value: Value
    before: Decimal
    now: Decimal

    @property
    def points(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Handed:
    """An input that was missing: its planned share of the score in percent, and the inputs that took it over."""

    metric: str
    weight: Decimal
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HealthExplanation:
    """A score with its parts, which add up to it; none where a score was reported as a whole.

    ``names``: of the dimensions, by code. ``changes`` since ``before``, those that are not 0 only. ``override``: what
    a person says instead today.
    """

    row: HealthScore
    before: HealthScore | None
    names: Mapping[str, str]
    dimensions: Mapping[str, Decimal | None]
    parts: tuple[Part, ...]
    handed: tuple[Handed, ...]
    changes: tuple[PartChange, ...]
    override: HealthOverride | None


def health_scores(customer: Customer) -> QuerySet[HealthScore]:
    """The history, a row a day on which something changed, the latest first."""
    rows = HealthScore.objects.filter(customer=customer).select_related("version__scorecard", "by")
    return rows.order_by("-day")


def explain_health(customer: Customer) -> HealthExplanation | None:
    """How the latest score came about; ``None`` if there is none yet."""
    row, before = (*health_scores(customer)[:2], None, None)[:2]
    if row is None:
        return None
    found, earlier = scored(row), scored(before) if before else None
    text = text_of(row.version) if row.version else None
    return HealthExplanation(
        row=row,
        before=before,
        names={one.code: one.name for one in text.card.dimensions} if text else {},
        dimensions=found.dimensions if found else {},
        parts=found.parts if found else (),
        handed=handed(found.parts) if found else (),
        changes=_changes(earlier, found) if found and earlier else (),
        override=override_of(customer),
    )


def override_of(customer: Customer) -> HealthOverride | None:
    """The override in force; one that expired counts until the next scoring, as the score in force does."""
    return HealthOverride.objects.filter(customer=customer, ended_at=None).select_related("by").first()


def scored(row: HealthScore) -> Score | None:
    """A stored score with its parts, calculated again from what is stored; ``None`` where it was told as a whole."""
    if row.version is None:
        return None
    if row.source == ScoreSource.REPORTED:
        return score_of_components(row.version, row.components)
    return score(text_of(row.version).card, row.values)


def score_of_components(version: ScorecardVersion, components: Mapping[str, Value]) -> Score:
    """What a scorecard makes of the scores of its dimensions; those that are missing hand their weight on."""
    return score(by_components(text_of(version).card), components)


def by_components(card: Scorecard) -> Scorecard:
    """The same scorecard over scores of its dimensions instead of over inputs."""
    return replace(
        card,
        dimensions=tuple(
            replace(one, measures=(Measure(one.code, Decimal(100), AsItIs()),)) for one in card.dimensions
        ),
    )


def program() -> ScorecardVersion:
    """The success program's scorecard in force. Raises ``NoProgram``."""
    versions = ScorecardVersion.objects.filter(scorecard__code=PROGRAM, state=ScorecardState.PUBLISHED)
    found = versions.select_related("scorecard").first()
    if found is None:
        raise NoProgram(f"There is no scorecard “{PROGRAM}” in force that says what components weigh.")
    return found


def handed(parts: tuple[Part, ...]) -> tuple[Handed, ...]:
    """To whom missing inputs handed their weight: within the dimension, or where it has none, to the others."""
    known = [one for one in parts if one.points is not None]
    return tuple(
        Handed(
            part.metric,
            part.planned_weight,
            tuple(
                dict.fromkeys(
                    [one.metric for one in known if one.dimension == part.dimension] or [one.metric for one in known]
                )
            ),
        )
        for part in parts
        if part.points is None
    )


def _changes(before: Score, now: Score) -> tuple[PartChange, ...]:
    old = {(one.dimension, one.metric): one for one in before.parts}
    new = {(one.dimension, one.metric): one for one in now.parts}
    nothing = Decimal(0)
    changes = (
        PartChange(
            *key,
            value_before=old[key].value if key in old else None,
            value=new[key].value if key in new else None,
            before=old[key].contribution if key in old else nothing,
            now=new[key].contribution if key in new else nothing,
        )
        for key in dict.fromkeys((*new, *old))
    )
    return tuple(one for one in changes if one.points)
