"""What follows from a success profile: time to value, adoption, attainment of the goals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that should go from the baseline to the target, upwards or downwards, and where it is."""

    baseline: Decimal | None
    target: Decimal | None
    current: Decimal | None


def time_to_value(started_on: date | None, first_value_on: date | None) -> int | None:
    """Days from the start of onboarding to the first value."""
    return (first_value_on - started_on).days if started_on and first_value_on else None


def adoption_rate(used: int | None, available: int | None) -> Decimal | None:
    """Features in use in percent of those available."""
    return _rounded(WHOLE * used / available) if used is not None and available else None


def goal_attainment(goals: Iterable[Goal]) -> Decimal | None:
    """The mean way of the goals that are known whole, in percent; beyond the target counts as there, back as none."""
    ways = [way for goal in goals if (way := _way(goal)) is not None]
    return _rounded(sum(ways, Decimal(0)) / len(ways)) if ways else None


def _way(goal: Goal) -> Decimal | None:
    if goal.baseline is None or goal.target is None or goal.current is None or goal.target == goal.baseline:
        return None
    way = WHOLE * (goal.current - goal.baseline) / (goal.target - goal.baseline)
    return min(max(way, Decimal(0)), WHOLE)


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)
