"""Keeping the answers that dashboards ask for first, of everybody, so that nobody waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from analytics.queries import campaigns, cohorts, health, insights, managers, revenue, status_tags, survival, targets
from analytics.queries.kept import asked_anew
from analytics.rules.periods import Period, presets
from analytics.rules.revenue import Basis, Split, Unit
from lifecycle.queries import lifecycles

FIRST_PAGE = 100  # of the customers behind a period, and of the contracts due
AGAIN = timedelta(hours=1)  # when a worker asks again


def keep_answers(*, now: datetime) -> None:
    """What each dashboard shows before anything is chosen, and of the ranges that it links to, asked anew. Of revenue,
    what no night has brought yet."""
    with asked_anew():
        for usual in USUAL.values():
            usual(now)
    _ask_revenue(revenue.Looked(Basis.CONTRACTS, Unit.MONTH, None, now), Split.TIER)


def keep_revenue(*, now: datetime) -> None:
    """All that can be chosen on the dashboard of revenue, and the customers behind the last period, asked anew."""
    with asked_anew():
        for basis in Basis:
            for unit in Unit:
                looked = revenue.Looked(basis, unit, None, now)
                _ask_revenue(looked, *Split)
                revenue.moved_customers(looked, looked.last, movement=None, split=None, part=None, most=FIRST_PAGE)


def _ask_revenue(looked: revenue.Looked, *splits: Split) -> None:
    revenue.revenue(looked)
    revenue.largest(looked)
    for split in splits:
        revenue.revenue_by(looked, split)


def _ranges(now: datetime) -> Iterator[Period]:
    """Those that pages link to, also on the day that may begin before a worker asks again."""
    for today in sorted({now.date(), (now + AGAIN).date()}):
        yield from presets(today)


def _status_tags(now: datetime) -> None:
    for lifecycle in lifecycles().filter(is_active=True):
        for period in _ranges(now):
            about = status_tags.About(lifecycle, period, None, now)
            status_tags.days_of(about)
            about.ask("moves_flow", period.before)
            for report in status_tags.REPORTS:
                about.ask(report)
        cohorts.progress(cohorts.Asking(lifecycle, None, now))


def _cohorts(now: datetime) -> None:
    if target := targets.first_target(None):
        asking = cohorts.Asking(target.lifecycle, None, now)
        cohorts.progress(asking)
        cohorts.retention(asking, cohorts.Basis.ACTIVITY)
        survival.reaching(asking, target.ids)


def _portfolio_health(now: datetime) -> None:
    health.health_customers(owners=None, now=now, who="to_look_at", most=health.FIRST)
    for who in (*health.LEVELS, *health.LISTS):
        health.health_customers(owners=None, now=now, who=who)


def _insights(now: datetime) -> None:
    insights.insights(owners=None, now=now)


def _renewals(now: datetime) -> None:
    revenue.renewals(owners=None, now=now, most=FIRST_PAGE)
    revenue.renewals_by_health(owners=None, now=now)


def _managers(now: datetime) -> None:
    for period in _ranges(now):
        managers.sums(None, period, now)
        managers.task_days(owners=None, period=period, now=now)


def _campaign_results(now: datetime) -> None:
    for period in _ranges(now):
        about: dict[str, Any] = {"owners": None, "period": period, "now": now}
        campaigns.results(**about)
        for report in campaigns.OVER_ALL:
            campaigns.ask_campaigns(report, **about, campaign=None)


USUAL: Mapping[str, Callable[[datetime], None]] = MappingProxyType(
    {
        "portfolio_health": _portfolio_health,
        "insights": _insights,
        "status_tags": _status_tags,
        "cohorts": _cohorts,
        "revenue": _renewals,
        "managers": _managers,
        "campaign_results": _campaign_results,
    }
)
