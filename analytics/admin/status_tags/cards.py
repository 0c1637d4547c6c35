"""The four numbers that are looked at first, against the range before (implementation guide, StatusTagsDashboard)."""

from __future__ import annotations

from typing import Any

from analytics.admin.board import Card
from analytics.admin.words import number_of, rate
from analytics.queries.status_tags import About, Days
from analytics.rules.few import FEWEST
from analytics.rules.kpis import BY_CODE
from analytics.rules.stages import CHURNED, RISK, counted, goal_of, in_category, working
from lifecycle.rules.explain import written
from lifecycle.templatetags.wording import signed

from .links import customers_then


def cards(about: About, days: Days) -> list[Card]:
    """Customers at work, at the goal of learning (without one: churned), at risk, and how many came back from risk."""
    risk, goal = in_category(about.tags, RISK), goal_of(about.tags)
    what = "Active learners" if goal else "Active customers"
    reached = ("Mastery rate", goal) if goal else ("Churned", in_category(about.tags, CHURNED))
    return [
        _number(about, what, days, working(about.tags), is_more_better=True),
        _share(about, *reached, days, is_more_better=bool(goal)),
        _number(about, "At risk", days, risk, is_more_better=False),
        _recovery(about, about.ask("risk_left").rows[0], about.ask("risk_left", about.period.before).rows[0]),
    ]


def _number(about: About, title: str, days: Days, codes: frozenset[str], *, is_more_better: bool) -> Card:
    now, before = (counted(one, codes) for one in (days.last, days.first))
    percent = f" ({written((now - before) / before, '+.1%')})" if before >= FEWEST else ""
    change = f"{signed(now - before)}{percent}" if now != before else "No change"
    return Card(
        title, f"{now:,}", note=_named(about, codes), change=f"{change} {_since(about)}",
        is_good=_good(now - before, is_more_better=is_more_better), url=_behind(about, codes),
        report="tag_days",
    )  # fmt: skip


def _share(about: About, title: str, codes: frozenset[str], days: Days, *, is_more_better: bool) -> Card:
    now, before = ((counted(one, codes), sum(one.values())) for one in (days.last, days.first))
    note = f"{now[0]:,} of {now[1]:,} with a tag: {_named(about, codes)}"
    change, points = _points(now, before)
    return Card(
        title, rate(*now), note=note, change=f"{change} {_since(about)}" if change else "",
        is_good=_good(points, is_more_better=is_more_better), url=_behind(about, codes), report="tag_days",
    )  # fmt: skip


def _recovery(about: About, left: Any, left_before: Any) -> Card:
    now, before = ((one.recovered, one.left_risk) for one in (left, left_before))
    kpi = f" “{BY_CODE['recovery_rate'].name}” among the key figures counts learners instead."
    note = f"{now[0]:,} of {number_of(now[1], 'move')} out of risk led to learning or active tags; "
    note += "what a person put back is left out."
    note += kpi if about.lifecycle.code == BY_CODE["recovery_rate"].lifecycle else ""
    change, points = _points(now, before)
    said = f"{change} against the {about.period.days} days before" if change else "Too few to compare with before"
    title = "Moves out of risk that recovered"
    return Card(title, rate(*now), note, said, _good(points, is_more_better=True), "#flow-title", report="risk_left")


def _points(now: tuple[int, int], before: tuple[int, int]) -> tuple[str, float]:
    """The difference of two shares; nothing where one of them is of too few."""
    if min(now[1], before[1]) < FEWEST:
        return "", 0
    points = 100 * (now[0] / now[1] - before[0] / before[1])
    return (f"{written(points, '+.1f')} points" if round(points, 1) else "No change"), round(points, 1)


def _good(change: float, *, is_more_better: bool) -> bool | None:
    return (change > 0) == is_more_better if change else None


def _since(about: About) -> str:
    return f"in {about.period.days} days" if about.period.days > 1 else "in a day"


def _named(about: About, codes: frozenset[str]) -> str:
    return ", ".join(tag.name for tag in about.tags if tag.code in codes)


def _behind(about: About, codes: frozenset[str]) -> str:
    """The customers who were in one of these tags at the end of the range."""
    tags = [tag for tag in about.tags if tag.code in codes]
    return customers_then(about, *tags) if tags else ""
