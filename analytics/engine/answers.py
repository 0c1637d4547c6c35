"""Keeping the answers that dashboards ask for first, of everybody and of large portfolios, so that nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from analytics.queries import (
    campaigns,
    cohorts,
    executive,
    health,
    insights,
    kept,
    managers,
    revenue,
    status_tags,
    survival,
    targets,
)
from analytics.rules.periods import Period, presets
from analytics.rules.revenue import Basis, Split, Unit
from lifecycle.queries import lifecycles, owners_seen

SEES = "analytics.view_snapshot"
FIRST_PAGE = 100  # of the customers behind a period, and of the contracts due
AGAIN = timedelta(hours=1)  # when a worker asks again
Owners = Collection[int] | None


def keep_answers(*, now: datetime) -> None:
    """What each dashboard shows before anything is chosen, and of the ranges that it links to, asked anew. Of revenue,
    what no night has brought yet."""
    with kept.asked_anew():
        for usual in USUAL.values():
            usual(None, now)
    _ask_revenue(revenue.Looked(Basis.CONTRACTS, Unit.MONTH, None, now), Split.TIER)


def portfolios(*, now: datetime) -> list[list[int]]:
    """The large ones (as owners) of those who may be signed in and see dashboards, but not everybody."""
    lately = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    people = get_user_model().objects.filter(is_active=True, last_login__gte=lately)
    seen = {owners_seen(one) for one in people if one.has_perm(SEES)}
    return sorted(sorted(owners) for owners in seen if owners is not None and kept.is_kept(owners))


def keep_portfolio(owners: Collection[int], *, now: datetime) -> None:
    """What would be waited for on the dashboards of a large portfolio, asked anew."""
    with kept.asked_anew():
        for name in DEAR:
            USUAL[name](owners, now)
    _ask_revenue(revenue.Looked(Basis.CONTRACTS, Unit.MONTH, owners, now), Split.TIER)


def keep_revenue(*, now: datetime) -> None:
    """All that can be chosen on the dashboard of revenue, and the customers behind the last period, asked anew."""
    with kept.asked_anew():
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


def _status_tags(owners: Owners, now: datetime) -> None:
    for lifecycle in lifecycles().filter(is_active=True):
        for period in _ranges(now):
            about = status_tags.About(lifecycle, period, owners, now)
            status_tags.days_of(about)
            about.ask("risk_left", period.before)
            for report in status_tags.REPORTS:
                about.ask(report)
        cohorts.progress(cohorts.Asking(lifecycle, owners, now))


def _cohorts(owners: Owners, now: datetime) -> None:
    if target := targets.first_target(owners):
        asking = cohorts.Asking(target.lifecycle, owners, now)
        cohorts.progress(asking)
        cohorts.retention(asking, cohorts.Basis.ACTIVITY)
        survival.reaching(asking, target.ids)


def _executive(owners: Owners, now: datetime) -> None:
    whose: dict[str, Any] = {"owners": owners, "now": now}
    executive.key_figures(**whose)
    executive.changes(health.overview(**whose), **whose)
    executive.tiers(**whose)


def _portfolio_health(owners: Owners, now: datetime) -> None:
    whose: dict[str, Any] = {"owners": owners, "now": now}
    health.levels_over_time(**whose)
    health.levels_before_churn(**whose)
    health.health_customers(**whose, who="to_look_at", most=health.FIRST)
    for who in (*health.LEVELS, *health.LISTS):
        health.health_customers(**whose, who=who)


def _insights(owners: Owners, now: datetime) -> None:
    insights.insights(owners=owners, now=now)


def _renewals(owners: Owners, now: datetime) -> None:
    revenue.renewals(owners=owners, now=now, most=FIRST_PAGE)
    revenue.renewals_by_health(owners=owners, now=now)


def _managers(owners: Owners, now: datetime) -> None:
    for period in _ranges(now):
        managers.sums(owners, period, now)
        managers.task_days(owners=owners, period=period, now=now)


def _campaign_results(owners: Owners, now: datetime) -> None:
    for period in _ranges(now):
        about: dict[str, Any] = {"owners": owners, "period": period, "now": now}
        campaigns.results(**about)
        for report in campaigns.OVER_ALL:
            campaigns.ask_campaigns(report, **about, campaign=None)


USUAL: Mapping[str, Callable[[Owners, datetime], None]] = MappingProxyType(
    {
        "executive": _executive,
        "portfolio_health": _portfolio_health,
        "insights": _insights,
        "status_tags": _status_tags,
        "cohorts": _cohorts,
        "revenue": _renewals,
        "managers": _managers,
        "campaign_results": _campaign_results,
    }
)
DEAR = ("executive", "portfolio_health", "insights", "revenue")
