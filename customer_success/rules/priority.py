"""What comes first on a page of work. The sentence on the page says the same as the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum

SENTENCE = (
    "Overdue first, then today, then the next seven days. Among these: the worst open alert of the customer, "
    "the task's own priority, the service tier, the annual revenue, and what is due first."
)
AHEAD = timedelta(days=7)

# Of each, the worst or highest first.
ALERTS = ("RED_ZONE", "BELOW_THRESHOLD", "SIGNIFICANT_DROP")
PRIORITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
TIERS = ("ENTERPRISE", "MID_MARKET", "SMALL_BUSINESS", "TRIAL")
LEVELS = ("POOR", "FAIR", "GOOD", "EXCELLENT")


class When(IntEnum):
    OVERDUE = 0
    TODAY = 1
    NEXT = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """One task, and what is known of its customer. ``alert``: the worst that is open; ``value``: revenue a year."""

    due_at: datetime
    priority: str
    alert: str | None = None
    tier: str | None = None
    value: Decimal | None = None


def when(due_at: datetime, *, now: datetime) -> When:
    """Overdue from the instant on at which it was due; today until the day ends, in the zone of ``now``."""
    if due_at <= now:
        return When.OVERDUE
    return When.TODAY if _day(due_at, now) == now.date() else When.NEXT


def rank(matter: Matter, *, now: datetime) -> tuple[object, ...]:
    """The smaller comes first: see ``SENTENCE``."""
    return (
        when(matter.due_at, now=now),
        place(matter.alert, ALERTS),
        place(matter.priority, PRIORITIES),
        place(matter.tier, TIERS),
        -(matter.value or 0),
        matter.due_at,
    )


def rank_at_risk(
    *, level: str | None, alert: str | None, tier: str | None, value: Decimal | None, score: int | None
) -> tuple[object, ...]:
    """Who needs care first: the worst health, the worst alert, the highest tier, the most revenue, the lowest score."""
    return (
        place(level, LEVELS),
        place(alert, ALERTS),
        place(tier, TIERS),
        -(value or 0),
        101 if score is None else score,
    )


def place(value: str | None, order: tuple[str, ...]) -> int:
    """Where a value stands in an order; what is not in it comes last."""
    return order.index(value) if value in order else len(order)


def _day(instant: datetime, now: datetime) -> date:
    return instant.astimezone(now.tzinfo).date()
