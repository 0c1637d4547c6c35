"""What a business review is prepared from: the period it looks at, and what the sources say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_success.models import BusinessReview, ReviewStatus
from customer_success.rules.review import OTHER_PERIOD, PERIOD_DAYS, Goal, Metric

from .review_sources import ACHIEVEMENTS, CHALLENGES, GOALS, METRICS, MOST, LineSource, Period


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the data say about a period."""

    achievements: list[str]
    challenges: list[str]
    metrics: list[Metric]
    goals: list[Goal]


def period_of(review: BusinessReview, *, until: datetime) -> Period:
    """From the customer's previous review on; before the first one, as long as reviews of the type are apart."""
    held = BusinessReview.objects.filter(customer=review.customer_id, status=ReviewStatus.HELD, held_at__lt=until)
    previous = held.exclude(id=review.id).order_by("-held_at").first()
    days = timedelta(days=PERIOD_DAYS.get(review.type, OTHER_PERIOD))
    since = previous.held_at if previous and previous.held_at else until - days
    return Period(review.customer, since, until, previous)


def proposal(period: Period) -> Proposal:
    """Everything the sources know about a period."""
    metrics = [metric for source in METRICS for metric in source(period)]
    return Proposal(
        achievements=[*_lines(ACHIEVEMENTS, period), *(one.says for one in metrics if one.drift > 0)],
        challenges=[*_lines(CHALLENGES, period), *(one.says for one in metrics if one.drift < 0)],
        metrics=metrics,
        goals=[goal for source in GOALS for goal in source(period)],
    )


def _lines(sources: tuple[LineSource, ...], period: Period) -> list[str]:
    return [line for source in sources for line in source(period)[:MOST]]
