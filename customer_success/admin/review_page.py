"""What the page of a business review shows, and its printed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from customer_success.engine.reviews import OPEN
from customer_success.models import BusinessReview, ReviewStatus
from customer_success.queries.reviews import Promise, previous_review, promises_of
from customer_success.rules.calendar import local
from customer_success.rules.review import shown

WIDTH, HEIGHT, MARGIN = 96, 24, 2


@dataclass(frozen=True, slots=True)
class Row:
    """A metric in words, with its picture."""

    name: str
    before: str
    now: str
    change: str
    line: str


@dataclass(frozen=True, slots=True)
class GoalRow:
    name: str
    way: str
    current: str
    progress: int | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    review: BusinessReview
    at: datetime
    metrics: tuple[Row, ...]
    goals: tuple[GoalRow, ...]
    promises: tuple[Promise, ...]
    previous: BusinessReview | None
    previous_promises: tuple[Promise, ...]
    is_open: bool
    is_waiting: bool

    @property
    def when(self) -> str:
        """By the customer's clock, and by UTC beside it where that is another."""
        utc = f" ({self.at.astimezone(UTC):%H:%M} UTC)" if self.at.utcoffset() else ""
        return f"{self.at:%a %-d %b %Y, %H:%M %Z}{utc}"

    @property
    def is_held(self) -> bool:
        return self.review.status == ReviewStatus.HELD


def review_page(review: BusinessReview, *, now: datetime) -> ReviewPage:
    """Read the page in three statements."""
    previous = previous_review(review)
    promised = promises_of([one for one in (review, previous) if one])
    return ReviewPage(
        review=review,
        at=local(review.held_at or review.scheduled_for, review.customer.timezone),
        metrics=tuple(map(_row, review.metrics_review)),
        goals=tuple(map(_goal, review.goals_progress)),
        promises=tuple(promised[review.id]),
        previous=previous,
        previous_promises=tuple(promised[previous.id]) if previous else (),
        is_open=review.status in OPEN,
        is_waiting=review.status == ReviewStatus.SCHEDULED and review.scheduled_for < now,
    )


def sparkline(points: Sequence[float]) -> str:
    """The points of a line through values, the first at the left, the highest on top; empty for fewer than two."""
    if len(points) < 2:
        return ""
    low, high = min(points), max(points)
    step, reach = (WIDTH - 2 * MARGIN) / (len(points) - 1), HEIGHT - 2 * MARGIN
    places = ((value - low) / (high - low) if high > low else 0.5 for value in points)
    return " ".join(
        f"{MARGIN + number * step:.1f},{MARGIN + (1 - place) * reach:.1f}" for number, place in enumerate(places)
    )


def _row(row: dict[str, Any]) -> Row:
    change = row["change"]
    sign = "" if change is None else "±0" if change == 0 else ("+" if change > 0 else "") + shown(change)
    return Row(
        row["name"], shown(row["before"], row["unit"]), shown(row["now"], row["unit"]), sign, sparkline(row["points"])
    )


def _goal(row: dict[str, Any]) -> GoalRow:
    way = f"{shown(row['baseline'], row['unit'])} to {shown(row['target'], row['unit'])}"
    return GoalRow(row["name"], way, shown(row["current"], row["unit"]), row["progress"])
