"""How well a health score tells who will churn, from counts by score.

Landmark design (Anderson, Cain and Gelber 1983; van Houwelingen 2007): on each landmark day everybody who has a score
and has not churned is looked at with the score of then, and it is told whether they churned within the horizon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

FEWEST = 10  # cases of a kind; below that a share or an area says more about chance than about the score
GROUPS = 10
HEALTHY = ("GOOD", "EXCELLENT")


@dataclass(frozen=True, slots=True)
class Cases:
    """Customers on landmark days with one score: how many of them churned within the horizon, and how many stayed."""

    score: int
    churned: int
    stayed: int

    @property
    def number(self) -> int:
        return self.churned + self.stayed


@dataclass(frozen=True, slots=True)
class Group:
    """Customers with scores from ``low`` to ``high``, about a tenth of all, and how many of them churned."""

    low: int
    high: int
    number: int
    churned: int

    @property
    def rate(self) -> float:
        return self.churned / self.number


@dataclass(frozen=True, slots=True)
class Before:
    """The level in which those who churned stood some days before. ``unknown``: they had no score then."""

    days: int
    levels: Mapping[str, int]
    unknown: int

    @property
    def known(self) -> int:
        return sum(self.levels.values())

    @property
    def green_churn(self) -> float | None:
        """Which share of them looked healthy; ``None``: too few to say."""
        if self.known < FEWEST:
            return None
        return sum(self.levels.get(level, 0) for level in HEALTHY) / self.known


def are_enough(cases: Sequence[Cases]) -> bool:
    """Whether there are cases enough of both kinds to compare them."""
    return min(sum(one.churned for one in cases), sum(one.stayed for one in cases)) >= FEWEST


def auc(cases: Sequence[Cases]) -> float | None:
    """How often, of somebody who churned and somebody who stayed, the one who churned had the lower score.

    The area under the ROC curve, as the statistic of Mann and Whitney with ties counted half (Hanley and McNeil 1982):
    1 tells them apart always, 0.5 is a coin. ``None``: too few cases to say.
    """
    if not are_enough(cases):
        return None
    won, stayed_below = Fraction(0), 0
    churned, stayed = sum(one.churned for one in cases), sum(one.stayed for one in cases)
    for one in sorted(cases, key=lambda one: one.score):
        won += one.churned * (stayed - stayed_below - one.stayed + Fraction(one.stayed, 2))
        stayed_below += one.stayed
    return float(won / (churned * stayed))


def roc(cases: Sequence[Cases]) -> tuple[tuple[float, float], ...]:
    """The ROC curve: at each score, the share of those who stayed and of those who churned that is not above it."""
    if not are_enough(cases):
        return ()
    churned, stayed = sum(one.churned for one in cases), sum(one.stayed for one in cases)
    points, caught, alarmed = [(0.0, 0.0)], 0, 0
    for one in sorted(cases, key=lambda one: one.score):
        caught, alarmed = caught + one.churned, alarmed + one.stayed
        points.append((alarmed / stayed, caught / churned))
    return tuple(points)


def calibration(cases: Sequence[Cases]) -> tuple[Group, ...]:
    """The churn rate by decile of score, the lowest first; customers with one score stay together."""
    if not are_enough(cases):
        return ()
    everybody, below = sum(one.number for one in cases), 0
    groups: dict[int, list[Cases]] = {}
    for one in sorted((one for one in cases if one.number), key=lambda one: one.score):
        middle = below + Fraction(one.number, 2)
        groups.setdefault(int(GROUPS * middle / everybody), []).append(one)
        below += one.number
    return tuple(
        Group(
            low=group[0].score,
            high=group[-1].score,
            number=sum(one.number for one in group),
            churned=sum(one.churned for one in group),
        )
        for group in groups.values()
    )


def before_churn(days: int, levels: Mapping[str | None, int]) -> Before:
    """``levels``: how many of those who churned stood in each level so many days before; ``None``: had no score."""
    known = Counter({level: number for level, number in levels.items() if level is not None})
    return Before(days, known, levels.get(None, 0))
