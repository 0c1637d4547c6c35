"""What a business review is prepared from, and how a new preparation leaves alone what people wrote."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any, TypeVar

from lifecycle.rules.explain import written

T = TypeVar("T")

# The period under review where there was no review before, in days; types that are held as needed: a quarter.
PERIOD_DAYS = {"WEEKLY": 7, "MONTHLY": 30, "QUARTERLY": 91, "ANNUAL": 365}
OTHER_PERIOD = 91
NOTABLE = 0.1
_HAIR = 1e-9  # so that a whole percent stays one in floating point


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure before the period under review and in it; ``points`` are its way through the period."""

    name: str
    before: float | None
    now: float | None
    unit: str = ""
    points: tuple[float, ...] = ()
    is_better_lower: bool = False

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.now is None else round(self.now - self.before, 4)

    @property
    def drift(self) -> int:
        """1 or -1 where it went the right or the wrong way by a tenth or more of what it was, else 0."""
        change = self.change or 0
        if not change or abs(change) < NOTABLE * abs(self.before or 0):
            return 0
        return 1 if (change > 0) != self.is_better_lower else -1

    @property
    def says(self) -> str:
        """``Logins rose from 12 to 20.``"""
        way = "rose" if (self.change or 0) > 0 else "fell"
        return f"{self.name} {way} from {shown(self.before, self.unit)} to {shown(self.now, self.unit)}."

    def row(self) -> dict[str, Any]:
        """As a review keeps it."""
        return {
            "name": self.name, "before": self.before, "now": self.now, "change": self.change, "unit": self.unit,
            "points": list(self.points),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure of the customer's own business on its way from a baseline to a target."""

    name: str
    baseline: float | None
    target: float | None
    current: float | None
    unit: str = ""

    @property
    def progress(self) -> int | None:
        """In whole percent of the way, 0 to 100; 100 only at its end. ``None`` while an end or the place is unknown."""
        if self.baseline is None or self.target is None or self.current is None:
            return None
        if self.target == self.baseline:
            return 100 if self.current == self.target else 0
        way = (self.current - self.baseline) / (self.target - self.baseline)
        return floor(min(max(way, 0), 1) * 100 + _HAIR)

    def row(self) -> dict[str, Any]:
        """As a review keeps it."""
        return {
            "name": self.name, "baseline": self.baseline, "target": self.target, "current": self.current,
            "unit": self.unit, "progress": self.progress,
        }  # fmt: skip


def shown(value: float | None, unit: str = "") -> str:
    """``1,250``, ``4.5 h``, ``82%``, ``unknown``."""
    if value is None:
        return "unknown"
    text = written(value, ",.2f").rstrip("0").rstrip(".")
    return f"{text}{'' if unit == '%' else ' '}{unit}" if unit else text


def same(one: Hashable) -> Hashable:
    return one


def name_of(row: Any) -> Hashable:
    return str(row["name"])


def merged(
    current: Sequence[T], proposed: Sequence[T], fresh: Sequence[T], *, key: Callable[[T], Hashable] = same
) -> tuple[list[T], list[T]]:
    """What stands after preparing again, and what to remember as proposed.

    Of ``current``, what is not word for word as ``proposed`` is a person's and stays; what was proposed and is gone
    was taken out by a person and stays out; the rest gives way to ``fresh``.
    """
    own = [one for one in current if one not in proposed]
    standing = {key(one) for one in current}
    taken_out = [one for one in proposed if key(one) not in standing]
    closed = {key(one) for one in (*own, *taken_out)}
    news = [one for one in fresh if key(one) not in closed]
    return [*news, *own], [*news, *taken_out]
