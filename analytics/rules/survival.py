"""Which cohort stands out: how many customers got somewhere, beside how many would have if all cohorts were alike.

Of those who got there on a day, the number from a cohort is hypergeometric, if all are alike and it is given who was
still followed. The log-rank test (Mantel 1966) takes the sum over the days for normal. Where fewer than 5 are expected
it is not (Cochran 1954), and ``exact_p`` takes its own distribution (several 2 × 2 tables: Thomas 1975).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum

from .few import FEWEST

SIGNIFICANCE = 0.05
EXPECTED_FOR_NORMAL = 5
_NEVER = 1e-30  # less likely is left out


@dataclass(frozen=True, slots=True)
class Lasted:
    """So many customers were followed for so many days, until they got there or, if not ``is_reached``, without."""

    days: int
    is_reached: bool
    customers: int


@dataclass(frozen=True, slots=True)
class Against:
    """A cohort beside all others: ``p`` of the log-rank test, times the number of cohorts tried (Bonferroni).
    ``is_exact``: as fewer than 5 were expected, of the cohort or of the others."""

    name: str
    reached: int
    expected: float
    p: float
    is_exact: bool = False

    @property
    def is_slow(self) -> bool:
        return self.reached < self.expected

    @property
    def is_few(self) -> bool:
        return max(self.reached, self.expected) < FEWEST


@dataclass(frozen=True, slots=True)
class Differences:
    """``p``: of the log-rank test that all cohorts are alike; where one of them has an exact test, the smallest of
    their own. ``each``: every cohort against the others."""

    p: float
    each: tuple[Against, ...]

    @property
    def is_exact(self) -> bool:
        return any(one.is_exact for one in self.each)

    def worst(self, *, is_reaching_bad: bool) -> Against | None:
        """The cohort that stands a test of its own, with the smallest p; ``None``: none does. Nobody is judged by fewer
        than 5 customers who got there, or should have."""
        if self.p >= SIGNIFICANCE:
            return None
        judged = (one for one in self.each if one.p < SIGNIFICANCE and not one.is_few)
        behind = (one for one in judged if one.is_slow != is_reaching_bad)
        return min(behind, key=lambda one: one.p, default=None)


def expected(own: Sequence[Lasted], everybody: Sequence[Lasted]) -> float:
    """How many of a cohort would have got there if all were alike: of those who did on a day, its share of those who
    were still followed on that day, summed over the days."""
    return sum(reached * ours / followed for reached, ours, followed in _days(own, everybody))


def exact_p(own: Sequence[Lasted], everybody: Sequence[Lasted]) -> float:
    """Two-sided, twice the smaller tail: of as many of a cohort as got there, if all were alike. It is quick where few
    are expected."""
    chances = [1.0]
    for day in _days(own, everybody):
        chances = _summed(chances, _hypergeometric(*day))
    reached = sum(one.customers for one in own if one.is_reached)
    return min(1.0, 2 * min(fsum(chances[: reached + 1]), fsum(chances[reached:])))


def _days(own: Sequence[Lasted], everybody: Sequence[Lasted]) -> Iterator[tuple[int, int, int]]:
    """Of each day on which somebody got there: how many did, and how many of a cohort and of all were followed."""
    reached: Counter[int] = Counter()
    for one in everybody:
        reached[one.days] += one.customers * one.is_reached
    days = sorted(day for day, number in reached.items() if number)
    return zip((reached[day] for day in days), _followed(own, days), _followed(everybody, days), strict=True)


def _hypergeometric(reached: int, ours: int, followed: int) -> list[float]:
    """The chance that none, one, two … of those who got there on a day are ours."""
    least, most = max(0, reached + ours - followed), min(reached, ours)
    weights = [1.0]
    for k in range(least, most):
        weights.append(weights[-1] * (reached - k) * (ours - k) / ((k + 1) * (followed - reached - ours + k + 1)))
    whole = fsum(weights)
    return [0.0] * least + [one / whole for one in weights]


def _summed(one: Sequence[float], other: Sequence[float]) -> list[float]:
    """The chances of the sum of two numbers."""
    found = [0.0] * (len(one) + len(other) - 1)
    for n, chance in enumerate(one):
        for m, its in enumerate(other):
            found[n + m] += chance * its
    while found[-1] < _NEVER:
        found.pop()
    return found


def _followed(some: Sequence[Lasted], days: Sequence[int]) -> list[int]:
    """How many were still followed on each of these days, which are in order."""
    last = [0] * (len(days) + 1)  # by how many of the days each was followed on
    for one in some:
        last[bisect_right(days, one.days)] += one.customers
    return list(accumulate(reversed(last)))[::-1][1:]
