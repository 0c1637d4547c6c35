"""Key insights: the groups that stand out, each with the test that backs it. Nothing stands out: nothing is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from analytics.rules.chance import LEVEL, newcombe
from analytics.rules.insights import (
    TOPICS,
    Cell,
    Comparison,
    Insight,
    Tested,
    Topic,
    arm,
    comparisons,
    told,
)
from analytics.sql.folds import by_group, of_group
from lifecycle.models import Lifecycle
from lifecycle.queries import lifecycles

from .kept import kept
from .reports import Told

MOST = 500
_FEW_EXPECTED = 5  # below that in a cell, the chi-squared test is not to be trusted (Cochran 1954)


@dataclass(frozen=True, slots=True)
class Insights:
    """``compared``: how many comparisons were made; what was told of them is adjusted for all."""

    as_of: datetime
    compared: int
    found: Sequence[Insight]


def insights(*, owners: Collection[int] | None, now: datetime) -> Insights:
    """One statement for each topic and lifecycle, kept for a while."""
    as_of, made = now, list[Comparison]()
    for topic, lifecycle in asked():
        answer = kept(topic.report, owners=owners, now=now, fold=by_group, also_few=True, **_about(lifecycle))
        as_of = min(as_of, answer.as_of)
        code, name = (lifecycle.code, lifecycle.name) if lifecycle else ("", "")
        cells = [Cell(row.dimension, row.part, row.n, float(row.total), float(row.squares)) for row in answer.rows]
        made += comparisons(topic, cells, code, name)
    return Insights(as_of, len(made), told(with_tests(made)))


def asked() -> list[tuple[Topic, Lifecycle | None]]:
    followed = list(lifecycles().filter(is_active=True))
    return [(topic, one) for topic in TOPICS for one in (followed if topic.is_by_lifecycle else [None])]


def customers_behind(
    topic: Topic, *, lifecycle: Lifecycle | None, dimension: str, part: str,
    owners: Collection[int] | None, now: datetime,
) -> Told:  # fmt: skip
    """The customers of a group and the value of each, the highest first."""
    about = {"dimension": dimension, "part": part, "most": MOST, **_about(lifecycle)}
    return kept(topic.report, owners=owners, now=now, fold=of_group, **about)


def with_tests(made: Iterable[Comparison]) -> list[tuple[Comparison, Tested]]:
    return [(one, _of_shares(one) if one.topic.is_share else _of_means(one)) for one in made]


def _about(lifecycle: Lifecycle | None) -> dict[str, Any]:
    return {"lifecycle": lifecycle.id if lifecycle else None}


def _of_shares(one: Comparison) -> Tested:
    """The chi-squared test of two by two, uncorrected; Fisher's exact test where little is expected."""
    from scipy import stats  # noqa: PLC0415  slow to import

    group, rest = one.group, one.rest
    table = [[group.total, group.n - group.total], [rest.total, rest.n - rest.total]]
    low, high = newcombe(arm(group), arm(rest))
    hits, n = group.total + rest.total, group.n + rest.n
    if hits in {0, n}:  # everybody did, or nobody: there is nothing to tell
        return Tested("Chi-squared test", 1.0, low, high)
    if min(group.n, rest.n) * min(hits, n - hits) / n < _FEW_EXPECTED:
        return Tested("Fisher's exact test", float(stats.fisher_exact(table).pvalue), low, high)
    return Tested("Chi-squared test", float(stats.chi2_contingency(table, correction=False).pvalue), low, high)


def _of_means(one: Comparison) -> Tested:
    """Welch's t-test, from how many there are, their means and variances."""
    from scipy import stats  # noqa: PLC0415  slow to import

    group, rest = one.group, one.rest
    parts = group.variance / group.n, rest.variance / rest.n
    error = sqrt(sum(parts))
    if error == 0:  # all values of either side are the same: no test is possible
        return Tested("Welch's t-test", 1.0, one.difference, one.difference)
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (group.n - 1) + parts[1] ** 2 / (rest.n - 1))
    half = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    p = 2 * float(stats.t.sf(abs(one.difference) / error, freedom))
    return Tested("Welch's t-test", p, one.difference - half, one.difference + half)
