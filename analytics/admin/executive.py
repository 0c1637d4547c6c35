"""Executive: one page that a manager reads in a minute."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse

from analytics.queries import KpiStanding, executive, health
from analytics.queries.insights import insights
from analytics.rules.kpis import Standing
from lifecycle.admin.filters import customers_in
from lifecycle.models import TagCategory
from lifecycle.rules.traits import TIERS

from . import health_charts
from .board import Asked, Board, Card, Said, board
from .charts import Chart
from .health import cards
from .health_words import customers_of, money
from .insights import shown

SHOWN_INSIGHTS, SHOWN_KPIS = 5, 8
_STANDINGS = {
    Standing.MISSED: "Missed",
    Standing.NEAR: "Near",
    Standing.REACHED: "Reached",
    Standing.UNKNOWN: "Too few to judge",
}
_LISTS = {
    "Customers with a health score": "all",
    "Average health score": "all",
    "At risk: fair or poor": "at_risk",
    "Churn risk: poor": "churn_risk",
    "With an open alert": "alerts",
    "Healthy with an opportunity": "expansion",
}


@board
class Executive(Board):
    code = "executive"
    title = "Executive"
    template = "analytics/admin/executive.html"

    def says(self, asked: Asked) -> Said:
        whose: dict[str, Any] = {"owners": asked.owners, "now": asked.now}
        found = health.overview(**whose)
        noticed = insights(**whose)
        charts = [
            _key_figures(executive.key_figures(**whose)),
            _changes(executive.changes(**whose)),
            health_charts.levels(found),
            health_charts.score_over_time(health.levels_over_time(**whose)),
            # The place of revenue retention (GRR, NRR): its charts, of analytics.queries.revenue, go here.
            _tiers(executive.tiers(**whose)[1]),
        ]
        return Said(
            found.as_of, cards=_cards(found), charts=charts,
            more={"told": shown(noticed)[:SHOWN_INSIGHTS], "insights": noticed, "url": _all("insights")},
        )  # fmt: skip


def _all(code: str) -> str:
    return reverse(f"admin:analytics_snapshot_{code}")


def _cards(found: health.Overview) -> list[Card]:
    """Those of the portfolio that a manager asks for first."""
    wanted = {"With a health score", "Average health score", "At risk", "Churn risk", "Expansion opportunities"}
    return [card for card in cards(found) if card.title in wanted]


def _key_figures(rows: Sequence[KpiStanding]) -> Chart:
    missed = [row.kpi.name for row in rows if row.standing is Standing.MISSED]
    return Chart(
        key="kpis",
        title="Key figures, the missed ones first",
        summary=f"{len(missed)} of {len(rows)} miss their target{': ' if missed else ''}{', '.join(missed)}.",
        columns=("Key figure", "Standing", "Now", "Target", "A month before", "Customers"),
        rows=[
            (
                row.kpi.name, _STANDINGS[row.standing], _valued(row.value, row.kpi.unit),
                _valued(row.target.target, row.kpi.unit), _valued(row.before, row.kpi.unit), row.n,
            )
            for row in rows[:SHOWN_KPIS]
        ],
        traces=[],
        when_empty="There are no key figures.",
        is_list=True,
        texts=2,
    )  # fmt: skip


def _valued(value: Decimal | None, unit: str) -> str:
    return "–" if value is None else f"{value:,.1f}{unit if unit == '%' else f' {unit}' if unit else ''}"


def _changes(rows: Sequence[executive.Change]) -> Chart:
    worse, better = (sum(row.is_good is one for row in rows) for one in (False, True))
    return Chart(
        key="changes",
        title="What changed in a month",
        summary=f"{better} better, {worse} worse." if better or worse else "",
        columns=("Figure", "Now", "A month before", "Change", "For us"),
        rows=[
            (
                row.name, _plain(row.now), _plain(row.before), _moved(row.by),
                {True: "Better", False: "Worse", None: ""}[row.is_good],
            )
            for row in rows
        ],
        links=[_behind(row) for row in rows],
        traces=[],
        report="health_risks",
        is_list=True,
    )  # fmt: skip


def _plain(value: Decimal | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.1f}"


def _moved(by: Decimal | None) -> str:
    if by is None:
        return "not known"
    return f"{'up' if by > 0 else 'down'} {_plain(abs(by))}" if by else "same"


def _behind(row: executive.Change) -> str:
    if row.lifecycle is None:
        return customers_of(_LISTS[row.name])
    risky = [tag for tag in row.lifecycle.tags.all() if tag.category == TagCategory.RISK]
    return customers_in(row.lifecycle, *risky)


def _tiers(rows: Sequence[executive.Tier]) -> Chart:
    return Chart(
        key="tiers",
        title="Tiers",
        summary="Retention and expansion in a year, of the accounts that had not churned a year before.",
        columns=("Tier", "Accounts", "Average health", "Retention", "Expansion", "Lifetime value"),
        rows=[
            (
                TIERS.get(row.code, "No tier"), row.customers,
                *(_told(*figure, name) for name, figure in row.figures.items()),
            )
            for row in rows
        ],
        links=[customers_of("all", "tier", row.code) for row in rows],
        traces=[],
        report="tier_performance",
        when_empty="There are no accounts yet.",
        is_list=True,
        is_wide=True,
    )  # fmt: skip


def _told(value: Decimal | None, n: int, name: str) -> str:
    if value is None:
        return f"too few ({n})" if n else "–"
    if name == "lifetime_value":
        return money(value)
    return f"{value:.1f}%" if name.endswith("rate") else f"{value:.1f}"
