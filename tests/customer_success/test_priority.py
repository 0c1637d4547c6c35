"""The stated priority of a day: overdue first, then alerts, priority, tier, revenue, due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from customer_success.models import AlertKind, CustomerTier, HealthLevel, MilestonePriority
from customer_success.rules.priority import (
    ALERTS,
    LEVELS,
    PRIORITIES,
    TIERS,
    Matter,
    When,
    rank,
    rank_at_risk,
    when,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def matter(hours: float = 1, **values: Any) -> Matter:
    return Matter(**{"due_at": NOW + timedelta(hours=hours), "priority": "MEDIUM", **values})


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-0.1, When.OVERDUE), (0, When.OVERDUE), (0.1, When.TODAY), (11.9, When.TODAY), (12, When.NEXT), (100, When.NEXT)],
)
def test_a_task_is_overdue_from_the_instant_at_which_it_was_due(hours: float, expected: When) -> None:
    assert when(NOW + timedelta(hours=hours), now=NOW) is expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (matter(-1, priority="LOW"), matter(1, priority="CRITICAL", alert="RED_ZONE")),
        (matter(1, priority="LOW"), matter(13, priority="CRITICAL")),
        (matter(5, alert="RED_ZONE"), matter(1, alert="BELOW_THRESHOLD")),
        (matter(5, alert="SIGNIFICANT_DROP"), matter(1, priority="CRITICAL")),
        (matter(5, priority="CRITICAL"), matter(1, tier="ENTERPRISE")),
        (matter(5, tier="ENTERPRISE"), matter(1, tier="TRIAL")),
        (matter(5, tier="TRIAL"), matter(1, tier="of our own")),
        (matter(5, value=Decimal(10)), matter(1, value=Decimal(9))),
        (matter(5, value=Decimal(1)), matter(1)),
        (matter(1), matter(2)),
    ],
)
def test_the_first_comes_before_the_second(first: Matter, second: Matter) -> None:
    assert rank(first, now=NOW) < rank(second, now=NOW)


def test_the_worst_health_comes_first_and_who_is_not_scored_last() -> None:
    nothing: dict[str, Any] = {"alert": None, "tier": None, "value": None}

    ranks = [
        rank_at_risk(level="POOR", score=10, **nothing),
        rank_at_risk(level="POOR", score=30, **nothing),
        rank_at_risk(level="FAIR", score=50, **{**nothing, "alert": "RED_ZONE"}),
        rank_at_risk(level="FAIR", score=40, **nothing),
        rank_at_risk(level=None, score=None, **{**nothing, "tier": "ENTERPRISE"}),
        rank_at_risk(level=None, score=None, **nothing),
    ]

    assert ranks == sorted(ranks)


def test_every_value_that_is_stored_has_its_place() -> None:
    assert set(ALERTS) == set(AlertKind.values)
    assert set(PRIORITIES) == set(MilestonePriority.values)
    assert set(TIERS) == set(CustomerTier.values)
    assert set(LEVELS) == set(HealthLevel.values)
