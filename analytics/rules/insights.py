"""Key insights: which comparisons are made, which of them are told, and in which words.

A group is compared with the others of its dimension. All comparisons that are made are adjusted together (Benjamini and
Hochberg 1995), so that of what is told few are chance; a difference that is too small to matter is not told. Nothing
here says why: the words are those of an association.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from lifecycle.rules.explain import written
from lifecycle.rules.traits import TIERS

from .chance import LEVEL, Arm, p_shown
from .few import FEWEST_COMPARED

FALSE_DISCOVERIES = 0.05  # the share of what is told that may be chance
CAVEAT = "An association, not a cause."


@dataclass(frozen=True, slots=True)
class Topic:
    """What is compared. ``outcome``: of a share, what the customers did; of a mean, what it is a mean of.
    ``least``: the smallest difference that is told, in points or percentage points."""

    code: str
    name: str
    outcome: str
    is_share: bool = True
    is_by_lifecycle: bool = False
    least: float = 5.0

    @property
    def report(self) -> str:
        return f"insight_{self.code}"


TOPICS: tuple[Topic, ...] = (
    Topic("health", "Health score", "mean health score", is_share=False),
    Topic("expansion", "Expansion opportunity", "are healthy and have an expansion opportunity"),
    Topic("churn", "Churn", "churned in the last 90 days", is_by_lifecycle=True),
    Topic("idle", "Churn of the idle", "churned in the last 90 days", is_by_lifecycle=True),
    Topic("progress", "Progress", "moved forward within 60 days", is_by_lifecycle=True),
    Topic("features", "Progress and feature use", "moved forward in the 60 days after", is_by_lifecycle=True),
    Topic("recovery", "Recovery", "recovered within 30 days", is_by_lifecycle=True),
    Topic("overdue", "Falling health", "lost 5 points of health or more in 30 days"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """The customers of a group: how many, the sum of their values and of the squares of these."""

    dimension: str
    part: str
    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def variance(self) -> float:
        """Of the sample, unbiased."""
        return max(self.squares - self.total**2 / self.n, 0.0) / (self.n - 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A group and all others of its dimension. ``lifecycle``: the code of the one that it is about; empty: of none."""

    topic: Topic
    group: Cell
    rest: Cell
    lifecycle: str = ""
    lifecycle_name: str = ""

    @property
    def difference(self) -> float:
        return self.group.mean - self.rest.mean

    @property
    def unit(self) -> float:
        """What one point of the topic is: of a share one percent."""
        return 100.0 if self.topic.is_share else 1.0


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test said: its name, the chance of such a difference by chance, and the interval of the difference."""

    test: str
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Insight:
    comparison: Comparison
    tested: Tested
    p_adjusted: float
    compared: int

    @property
    def sentence(self) -> str:
        """What stands out, with its figures."""
        one = self.comparison
        group, rest = shown(one, one.group), shown(one, one.rest)
        if one.topic.is_share:
            of = f" ({one.lifecycle_name})" if one.lifecycle else ""
            often = "more often" if one.difference > 0 else "less often"
            return f"{who(one)} {one.topic.outcome} {often}{of}: {group} against {rest} of the others."
        way = "higher" if one.difference > 0 else "lower"
        return f"{who(one)} have a {way} {one.topic.outcome}: {group} against {rest} of the others."

    @property
    def proof(self) -> str:
        """What backs the sentence, and what it does not say."""
        one, unit = self.comparison, self.comparison.unit
        name = "percentage points" if one.topic.is_share else "points"
        low, high = self.tested.low * unit, self.tested.high * unit
        return (
            f"Difference {written(one.difference * unit, '+.1f')} {name}, {LEVEL:.0%} interval "
            f"{written(low, '+.1f')} to {written(high, '+.1f')}. "
            f"{self.tested.test}, p {p_shown(self.p_adjusted)} adjusted for {self.compared:,} comparisons "
            f"(Benjamini–Hochberg). {CAVEAT}"
        )


def comparisons(
    topic: Topic, cells: Sequence[Cell], lifecycle: str = "", lifecycle_name: str = ""
) -> Iterator[Comparison]:
    """Those that are made: enough customers on either side; of two groups one, for the other says the same."""
    for _, group in groupby(sorted(cells, key=lambda cell: (cell.dimension, cell.part)), lambda cell: cell.dimension):
        parts = list(group)
        for cell in parts[:1] if len(parts) == 2 else parts:
            rest = _all(other for other in parts if other is not cell)
            if rest and min(cell.n, rest.n) >= FEWEST_COMPARED:
                yield Comparison(topic, cell, rest, lifecycle, lifecycle_name)


def adjusted(ps: Sequence[float]) -> list[float]:
    """The p-values as Benjamini and Hochberg adjust them: the false discovery rate at which each would be told."""
    order = sorted(range(len(ps)), key=lambda place: ps[place], reverse=True)
    found, least = [1.0] * len(ps), 1.0
    for above, place in enumerate(order):
        least = min(least, ps[place] * len(ps) / (len(ps) - above))
        found[place] = least
    return found


def told(results: Sequence[tuple[Comparison, Tested]]) -> list[Insight]:
    """What stands out of all that was compared, the surest first."""
    ps = adjusted([tested.p for _, tested in results])
    found = [Insight(one, tested, p, len(ps)) for (one, tested), p in zip(results, ps, strict=True)]
    kept = [one for one in found if one.p_adjusted <= FALSE_DISCOVERIES and _matters(one.comparison)]
    return sorted(kept, key=lambda one: (one.p_adjusted, -abs(one.comparison.difference * one.comparison.unit)))


def arm(cell: Cell) -> Arm:
    """Of values that are 1 or 0."""
    return Arm(cell.n, round(cell.total))


def who(one: Comparison) -> str:
    """The customers of the group."""
    part = one.group.part
    return _WHO[one.group.dimension].format(
        part=TIERS.get(part, part),
        month=f"{datetime.strptime(part, '%Y-%m'):%B %Y}" if one.group.dimension == "entered" else "",  # noqa: DTZ007  a month has no zone
    )


def shown(one: Comparison, cell: Cell) -> str:
    """``12.0% (6 of 50)`` or ``71.3 (n = 50)``."""
    if one.topic.is_share:
        return f"{cell.mean:.1%} ({cell.total:,.0f} of {cell.n:,})"
    return f"{cell.mean:.1f} (n = {cell.n:,})"


_WHO: Mapping[str, str] = {
    "tier": "{part} customers",
    "plan": "Customers on the plan {part}",
    "industry": "Customers of the industry {part}",
    "company_size": "Customers of company size “{part}”",
    "activity": "Customers without any activity in the 30 days before",
    "features": "Customers who used a feature in their first 14 days",
    "entered": "Customers who entered in {month}",
    "campaign": "Customers at risk whom a campaign took up within 7 days",
    "tasks": "Customers with an overdue task",
}


def _matters(one: Comparison) -> bool:
    return abs(one.difference) * one.unit >= one.topic.least


def _all(cells: Iterator[Cell]) -> Cell | None:
    """Some cells as one."""
    found = list(cells)
    if not found:
        return None
    n, total, squares = (sum(getattr(cell, name) for cell in found) for name in ("n", "total", "squares"))
    return Cell(found[0].dimension, "", n, total, squares)
