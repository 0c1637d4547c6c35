"""Which cohort stands out: how many customers got somewhere, beside how many would have if all cohorts were alike."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True)
class Lasted:
    """So many customers were followed for so many days, until they got there or, if not ``is_reached``, without."""

    days: int
    is_reached: bool
    customers: int


@dataclass(frozen=True, slots=True)
class Against:
    """A cohort beside all others: ``p`` of the log-rank test, times the number of cohorts tried (Bonferroni)."""

    name: str
    reached: int
    expected: float
    p: float

    @property
    def is_slow(self) -> bool:
        return self.reached < self.expected


@dataclass(frozen=True, slots=True)
class Differences:
    """``p``: of the log-rank test that all cohorts are alike. ``each``: every cohort against the others."""

    p: float
    each: tuple[Against, ...]

    def worst(self, *, is_reaching_bad: bool) -> Against | None:
        """The cohort that stands a test of its own, with the smallest p; ``None``: none does."""
        if self.p >= SIGNIFICANCE:
            return None
        behind = (one for one in self.each if one.p < SIGNIFICANCE and one.is_slow != is_reaching_bad)
        return min(behind, key=lambda one: one.p, default=None)


def expected(own: Sequence[Lasted], everybody: Sequence[Lasted]) -> float:
    """How many of a cohort would have got there if all were alike: of those who did on a day, its share of those who
    were still followed on that day, summed over the days (log-rank, Mantel 1966)."""
    reached: Counter[int] = Counter()
    for one in everybody:
        reached[one.days] += one.customers * one.is_reached
    days = sorted(day for day, number in reached.items() if number)
    followed = zip(days, _followed(own, days), _followed(everybody, days), strict=True)
    return sum(reached[day] * ours / everybodys for day, ours, everybodys in followed)


def _followed(some: Sequence[Lasted], days: Sequence[int]) -> list[int]:
    """How many were still followed on each of these days, which are in order."""
    last = [0] * (len(days) + 1)  # by how many of the days each was followed on
    for one in some:
        last[bisect_right(days, one.days)] += one.customers
    return list(accumulate(reversed(last)))[::-1][1:]
