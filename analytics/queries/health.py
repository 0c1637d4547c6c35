"""How healthy the customers are: by level, by group, at risk, now and over time (spec 4, "Health Score Dashboard")."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from analytics.models import Snapshot
from analytics.rules.few import FEWEST
from customer_success.models import HealthLevel, HealthTrend
from customer_success.rules.trend import trend

from .figures import figures, history, now_and_then
from .kept import kept, kept_answer
from .reports import Told, run_at, statement_of

LEVELS = (HealthLevel.EXCELLENT, HealthLevel.GOOD, HealthLevel.FAIR, HealthLevel.POOR)
DIMENSIONS = ("tier", "plan", "industry", "company_size")
RISKS = ("at_risk", "churn_risk", "declining", "to_look_at", "alerts", "expansion")
LISTS = ("all", *RISKS)
HISTORY_DAYS, WEEKS = 90, 13
MOST, FIRST = 500, 10
Owners = Collection[int] | None


@dataclass(frozen=True, slots=True)
class Group:
    """Customers that have something in common and their mean score, which is not told of fewer than ``FEWEST``.
    ``part`` is empty where it is unknown in which group they are."""

    part: str
    n: int
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Risk:
    """How many, and their annual revenue as far as it is known."""

    n: int = 0
    revenue: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Levels:
    """How many customers are in each level, the best first, and the mean score of all."""

    customers: Mapping[str, int]
    score: Decimal | None

    @property
    def total(self) -> int:
        return sum(self.customers.values())


@dataclass(frozen=True, slots=True)
class Then:
    """How it was a month before."""

    levels: Levels
    risks: Mapping[str, Risk]


@dataclass(frozen=True, slots=True)
class Overview:
    """``change``: points of the mean score since a month before; ``trend``: a code of ``HealthTrend``. Both stand on
    what was kept ``then`` (``None``: nothing was); customers that came or left since count in one of the two only."""

    as_of: datetime
    levels: Levels
    trend: str
    change: Decimal | None
    groups: Mapping[str, Sequence[Group]]
    risks: Mapping[str, Risk]
    then: Then | None


def overview(*, owners: Owners, now: datetime) -> Overview:
    (told, levels_then), (risks, risks_then) = (
        now_and_then(report, owners=owners, now=now) for report in ("health_levels", "health_risks")
    )
    levels, then = levels_of(told.rows), None
    if levels_then and risks_then:
        then = Then(levels_of(levels_then.rows), risks_of(risks_then.rows))
    score = then.levels.score if then else None
    return Overview(
        as_of=told.as_of,
        levels=levels,
        trend=_trend(levels.score, score),
        change=None if levels.score is None or score is None else levels.score - score,
        groups=groups_of(figures("health_segments", owners=owners, now=now).rows),
        risks=risks_of(risks.rows),
        then=then,
    )


def levels_of(rows: Sequence[Any]) -> Levels:
    found = {row.part: row for row in rows}
    counts = {level.value: found[level].n if level in found else 0 for level in LEVELS}
    total = sum(counts.values())
    points = sum((row.value * row.n for row in rows), Decimal(0))
    return Levels(counts, points / total if total >= FEWEST else None)


def groups_of(rows: Sequence[Any]) -> dict[str, list[Group]]:
    """Those of each dimension, the largest first."""
    groups: dict[str, list[Group]] = {name: [] for name in DIMENSIONS}
    for row in sorted(rows, key=lambda row: -row.n):
        dimension, part = row.part.split(":", 1)
        groups[dimension].append(Group(part, row.n, row.value if row.n >= FEWEST else None))
    return groups


def risks_of(rows: Sequence[Any]) -> dict[str, Risk]:
    found = {row.part: Risk(row.n, row.value or Decimal(0)) for row in rows}
    return {name: found.get(name, Risk()) for name in RISKS}


def levels_over_time(*, owners: Owners, now: datetime) -> Told:
    """Pairs of a day and its ``Levels``: of everybody each day that was kept, of a portfolio each week, which is kept
    for a while; days without a score are left out."""
    if owners is None:
        today, newest = now.astimezone(UTC).date(), Snapshot.objects.first()
        as_of, days = newest.as_of if newest else now, dict[date, list[Any]]()
        for row in history("health_levels", since=today - timedelta(days=HISTORY_DAYS), until=today):
            days.setdefault(row.day, []).append(row)
    else:
        answer = partial(run_at, statement_of("health_levels"), _weeks(now), owners=owners)
        as_of, told = kept_answer("weeks:health_levels", answer, owners=owners, now=now, also_few=True)
        days = {at.astimezone(UTC).date(): rows for at, rows in zip(_weeks(as_of), told, strict=True)}
    return Told(as_of, [(day, levels_of(rows)) for day, rows in days.items() if rows])


def _weeks(now: datetime) -> list[datetime]:
    return [now - timedelta(weeks=back) for back in reversed(range(WEEKS + 1))]


def levels_before_churn(*, owners: Owners, now: datetime) -> dict[str, int]:
    """How many accounts that churned lately stood in each level a month before; ``UNKNOWN``: they had no score."""
    rows = figures("health_before_churn", owners=owners, now=now).rows
    found = {row.part: row.n for row in rows}
    return {level: found.get(level, 0) for level in (*LEVELS, "UNKNOWN")} if found else {}


def health_customers(
    *, owners: Owners, now: datetime, who: str = "all", dimension: str = "", part: str = "", most: int = MOST
) -> Told:
    """The customers of a list of ``tenure_risks`` in a group, those with the most revenue at stake first."""
    about: dict[str, Any] = {"who": who, "dimension": dimension, "part": part, "most": most}
    return kept("health_customers", owners=owners, now=now, **about)


def _trend(score: Decimal | None, before: Decimal | None) -> str:
    return HealthTrend.UNKNOWN if score is None else trend(score, before)
