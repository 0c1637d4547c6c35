"""Small lines: how a figure went, beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 120.0, 32.0, 3.0


@dataclass(frozen=True, slots=True)
class Spark:
    """``points`` of a polyline; ``target``: the height of its line, empty where it lies outside; ``says``: the same
    in words."""

    points: str
    target: str
    says: str


def spark(days: Sequence[tuple[date, Decimal | None]], *, target: Decimal | None) -> Spark | None:
    """``None`` where there are fewer than two days to draw a line between."""
    known = [(day, float(value)) for day, value in days if value is not None]
    if len(known) < 2:
        return None
    (first, begins), (last, ends) = known[0], known[-1]
    low, high = min(value for _, value in known), max(value for _, value in known)
    across = (last - first).days

    def height(value: float) -> float:
        return EDGE + (HEIGHT - 2 * EDGE) * ((high - value) / (high - low) if high > low else 0.5)

    points = " ".join(f"{WIDTH * (day - first).days / across:.1f},{height(value):.1f}" for day, value in known)
    is_inside = target is not None and low <= target <= high and low < high
    says = f"From {begins:,.1f} on {first:%-d %B} to {ends:,.1f} on {last:%-d %B}."
    return Spark(points, f"{height(float(target)):.1f}" if is_inside and target is not None else "", says)
