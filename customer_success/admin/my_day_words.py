"""How rows of My day and of a customer's page read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from customer_success.models import AlertKind, CustomerTier, HealthTrend
from customer_success.rules.priority import When, when

_LEVELS = {"POOR": "red", "FAIR": "orange", "GOOD": "teal", "EXCELLENT": "green"}
_TIERS = {"ENTERPRISE": "violet", "MID_MARKET": "blue"}
_STATES = {
    "ACTIVE": "blue", "ON_HOLD": "orange", "OPEN": "blue", "PURSUED": "violet", "REQUESTED": "blue",
    "IN_PROGRESS": "violet", "COMPLETED": "green", "DECLINED": "red",
}  # fmt: skip
_ARROWS = {HealthTrend.IMPROVING: " ↗", HealthTrend.DECLINING: " ↘"}


@dataclass(frozen=True, slots=True)
class Badge:
    """``look``: one of the colours of tags."""

    text: str
    look: str = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """``side`` stands at the right; ``progress`` in percent; ``take`` is the address that takes it from a queue."""

    title: str
    url: str
    badges: tuple[Badge, ...] = ()
    detail: str = ""
    side: str = ""
    take: str = ""
    progress: int | None = None
    is_late: bool = False


def health_badge(health: Any) -> tuple[Badge, ...]:
    """``35 Poor ↘``; nothing for a customer that is not scored."""
    if health is None:
        return ()
    text = f"{health.score} {health.get_level_display()}{_ARROWS.get(health.trend, '')}"
    return (Badge(text, _LEVELS.get(health.level, "none")),)


def alert_badge(kind: str) -> Badge:
    return Badge(str(AlertKind(kind).label), "red" if kind == AlertKind.RED_ZONE else "orange")


def tier_badge(tier: str) -> Badge:
    name = CustomerTier(tier).label if tier in CustomerTier.values else tier
    return Badge(str(name), _TIERS.get(tier, "grey"))


def state_badge(row: Any) -> Badge:
    """Of a plan, an activity or an opportunity."""
    return Badge(row.get_status_display(), _STATES.get(row.status, "none"))


def worth(opportunity: Any) -> str:
    """``12,000 · 60%``: revenue a year, where it is known, and probability."""
    revenue = opportunity.estimated_revenue
    return f"{opportunity.probability}%" if revenue is None else f"{revenue:,.0f} · {opportunity.probability}%"


def page_of(model: str, number: int) -> str:
    return reverse(f"admin:customer_success_{model}_change", args=[number])


def due_words(due_at: datetime, now: datetime) -> str:
    """``2 days overdue``, ``today 14:00``, ``Tue 24 Nov``."""
    due_at = due_at.astimezone(now.tzinfo)
    which = when(due_at, now=now)
    if which is When.TODAY:
        return f"today {due_at:%H:%M}"
    if which is When.NEXT:
        return f"{due_at:%a %-d %b}"
    days = (now.date() - due_at.date()).days
    return f"{days} day{'s' if days > 1 else ''} overdue" if days else f"since {due_at:%H:%M}"


def days_until(day: date | None, now: datetime) -> str:
    if day is None:
        return ""
    days = (day - now.date()).days
    if days < 0:
        return "yesterday" if days == -1 else f"{-days} days ago"
    return "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
