"""How long until customers get to a status tag: Kaplan–Meier curves, and whether cohorts differ.

Who has not got there is followed until now, or until the end of a history that was imported, and counts until then
(censored). The curves with their 95 % intervals (log-log of Greenwood's variance) and the log-rank test are lifelines';
where few are expected the test is exact (``analytics.rules.survival``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from analytics.rules.few import FEWEST
from analytics.rules.survival import EXPECTED_FOR_NORMAL, Against, Differences, Lasted, exact_p, expected

from .cohorts import Asking, Cohort, durations
from .kept import kept_answer

Point = tuple[int, float, float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """``points``: day, share that got there by then, and its interval; none for fewer than 5 customers. ``median``:
    days after which half of them had, and its interval; ``None``: more than were seen."""

    cohort: Cohort
    customers: int
    reached: int
    points: Sequence[Point] = ()
    median: int | None = None
    median_low: int | None = None
    median_high: int | None = None

    def after(self, days: int) -> tuple[float, float, float] | None:
        """The share that got there within so many days, and its interval; ``None``: nobody was watched for so long."""
        known = [point for point in self.points if point[0] <= days]
        if not known or (known[-1] is self.points[-1] and known[-1][0] < days and known[-1][1] < 1):
            return None
        return known[-1][1:]


@dataclass(frozen=True, slots=True)
class Reaching:
    """``everybody``: all cohorts as one. ``differences``: between the cohorts of 5 customers and more; ``None``: there
    is nothing to compare."""

    as_of: datetime
    everybody: Curve
    curves: Sequence[Curve]
    differences: Differences | None

    def worst(self, *, is_reaching_bad: bool) -> Cohort | None:
        """The cohort that does worst, if a test says so."""
        found = self.differences and self.differences.worst(is_reaching_bad=is_reaching_bad)
        if not self.differences or not found:
            return None
        compared = [one.cohort for one in self.curves if one.customers >= FEWEST]
        return compared[self.differences.each.index(found)]


def reaching(asking: Asking, tags: Collection[int]) -> Reaching:
    """How long customers take from enrollment to the first move into one of the tags, by cohort."""
    _, answer = kept_answer(
        "reaching", lambda: _reaching(asking, tags), owners=asking.owners, now=asking.as_of,
        lifecycle=asking.lifecycle.id, by=asking.by, trait=asking.trait, tags=sorted(tags), since=asking.since,
    )  # fmt: skip
    return answer


def _reaching(asking: Asking, tags: Collection[int]) -> Reaching:
    as_of, rows = durations(asking, tags)
    cohorts = [(cohort, [Lasted(row.days, row.is_reached, row.customers) for row in own]) for cohort, own in rows]
    everybody = [one for _, own in cohorts for one in own]
    return Reaching(
        as_of,
        _curve(Cohort("Everybody"), everybody),
        [_curve(cohort, own) for cohort, own in cohorts],
        _differences(cohorts),
    )


def _curve(cohort: Cohort, own: Sequence[Lasted]) -> Curve:
    import lifelines  # noqa: PLC0415  takes seconds

    customers, reached = _customers(own), sum(one.customers for one in own if one.is_reached)
    if customers < FEWEST:
        return Curve(cohort, customers, reached)
    fitted = lifelines.KaplanMeierFitter().fit(**_columns(own))
    low, high = lifelines.utils.median_survival_times(fitted.confidence_interval_).iloc[0]
    return Curve(
        cohort, customers, reached, _steps(fitted), _days(fitted.median_survival_time_), _days(low), _days(high)
    )


def _steps(fitted: Any) -> list[Point]:
    """The days on which the share changes, and the last."""
    share, interval = 1 - fitted.survival_function_.iloc[:, 0], 1 - fitted.confidence_interval_
    points = [
        (int(day), round(float(one), 6), round(float(low), 6), round(float(high), 6))
        for day, one, low, high in zip(share.index, share, interval.iloc[:, 1], interval.iloc[:, 0], strict=True)
    ]
    return [one for n, one in enumerate(points) if n in {0, len(points) - 1} or one[1] != points[n - 1][1]]


def _differences(cohorts: Sequence[tuple[Cohort, Sequence[Lasted]]]) -> Differences | None:
    compared = [(cohort, own) for cohort, own in cohorts if _customers(own) >= FEWEST]
    everybody = [one for _, own in compared for one in own]
    if len(compared) < 2 or not any(one.is_reached for one in everybody):
        return None
    each = tuple(_against(cohort, own, everybody, tried=len(compared)) for cohort, own in compared)
    if any(one.is_exact for one in each):
        return Differences(min(one.p for one in each), each)
    return Differences(_log_rank([own for _, own in compared]), each)


def _against(cohort: Cohort, own: Sequence[Lasted], everybody: Sequence[Lasted], *, tried: int) -> Against:
    others = list((Counter(everybody) - Counter(own)).elements())
    few = next((some for some in (own, others) if expected(some, everybody) < EXPECTED_FOR_NORMAL), None)
    p = _log_rank([own, others]) if few is None else exact_p(few, everybody)
    reached = sum(one.customers for one in own if one.is_reached)
    return Against(cohort.name, reached, expected(own, everybody), min(1.0, tried * p), few is not None)


def _log_rank(groups: Sequence[Sequence[Lasted]]) -> float:
    from lifelines.statistics import multivariate_logrank_test  # noqa: PLC0415  takes seconds

    columns = _columns([one for group in groups for one in group])
    days = columns.pop("durations")
    numbers = [number for number, group in enumerate(groups) for _ in group]
    return float(multivariate_logrank_test(days, numbers, **columns).p_value)


def _columns(some: Sequence[Lasted]) -> dict[str, Any]:
    from numpy import array  # noqa: PLC0415  takes a while

    return {
        "durations": array([one.days for one in some]),
        "event_observed": array([one.is_reached for one in some]),
        "weights": array([one.customers for one in some]),
    }


def _customers(own: Sequence[Lasted]) -> int:
    return sum(one.customers for one in own)


def _days(found: float) -> int | None:
    return int(found) if isfinite(found) else None
