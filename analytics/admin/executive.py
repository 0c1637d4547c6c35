"""Executive: one page that a manager reads in a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from analytics.queries import KpiStanding, executive, health
from analytics.queries.insights import insights
from analytics.queries.revenue import Looked, known_revenue
from analytics.rules.kpis import Standing
from analytics.rules.revenue import Basis, Unit
from lifecycle.admin.filters import customers_in
from lifecycle.models import TagCategory
from lifecycle.rules.traits import TIERS

from . import health_charts, revenue_charts
from .board import Asked, Board, Card, Said, address, board
from .charts import Chart
from .health import cards
from .health_words import health_list
from .insights import shown
from .kpis import behind_url, value_of, word_of
from .words import NO_KPIS, NONE, figure, money

SHOWN_INSIGHTS = 5
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
        looked = Looked(Basis.CONTRACTS, Unit.MONTH, **whose)
        told = known_revenue(looked)
        days, (tiers_as_of, tiers) = health.levels_over_time(**whose), executive.tiers(**whose)
        charts = [
            _key_figures(executive.key_figures(**whose)),
            _changes(executive.changes(found, **whose)),
            health_charts.levels(found),
            health_charts.score_over_time(days),
            replace(revenue_charts.retention(looked, told.rows), is_wide=True, as_of=told.as_of)
            if told
            else _not_yet(),
            replace(_tiers(tiers), as_of=tiers_as_of),
        ]
        return Said(
            found.as_of, cards=_cards(found), charts=charts,
            more={"told": shown(noticed)[:SHOWN_INSIGHTS], "insights": noticed, "url": address("insights")},
        )  # fmt: skip


def _not_yet() -> Chart:
    """In place of revenue that no worker has computed."""
    return Chart(
        key="retention", title="What stayed of the period before, %", summary="", columns=(), rows=[], traces=[],
        report="movement_totals", is_wide=True,
        when_empty="This is computed at night, and for the first time within the hour.",
    )  # fmt: skip


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
                row.kpi.name, word_of(row)[0], value_of(row), _valued(row.target.target, row), _valued(row.before, row),
                row.n,
            )
            for row in rows[: executive.SHOWN]
        ],
        links=[behind_url(row.kpi, row) for row in rows[: executive.SHOWN]],
        when_empty=NO_KPIS,
        is_list=True,
        is_wide=True,
        texts=2,
        more=address("kpis"),
    )  # fmt: skip


def _valued(value: Decimal | None, row: KpiStanding) -> str:
    return NONE if value is None else figure(value, row.kpi.unit)


def _changes(rows: Sequence[executive.Change]) -> Chart:
    worse, better = (sum(row.is_good is one for row in rows) for one in (False, True))
    nothing = "Nothing changed." if any(row.by is not None for row in rows) else "No change is known yet."
    return Chart(
        key="changes",
        title="What changed in a month",
        summary=f"{better} better, {worse} worse." if better or worse else nothing,
        columns=("Figure", "Now", "A month before", "Change", "Better or worse"),
        rows=[
            (
                row.name, _plain(row.now), _plain(row.before), _moved(row.by),
                {True: "Better", False: "Worse", None: ""}[row.is_good],
            )
            for row in rows
        ],
        links=[_behind(row) for row in rows],
        report="health_risks",
        is_list=True,
        is_wide=True,
    )  # fmt: skip


def _plain(value: Decimal | None) -> str:
    if value is None:
        return NONE
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.1f}"


def _moved(by: Decimal | None) -> str:
    if by is None:
        return "not known"
    return f"{'up' if by > 0 else 'down'} {_plain(abs(by))}" if by else "same"


def _behind(row: executive.Change) -> str:
    if row.lifecycle is None:
        return health_list(_LISTS[row.name])
    risky = [tag for tag in row.lifecycle.tags.all() if tag.category == TagCategory.RISK]
    return customers_in(row.lifecycle, *risky)


def _tiers(rows: Sequence[executive.Tier]) -> Chart:
    return Chart(
        key="tiers",
        title="Tiers",
        summary="Stayed, and won an expansion in the year: of the accounts that had not churned a year before.",
        columns=("Tier", "Accounts", "Average health", "Stayed a year", "Won an expansion", "Lifetime value"),
        rows=[
            (
                TIERS.get(row.code, "No tier"), row.customers,
                *(_told(*figure, name) for name, figure in row.figures.items()),
            )
            for row in rows
        ],
        links=[health_list("all", "tier", row.code) for row in rows],
        report="tier_performance",
        when_empty="There are no accounts yet.",
        is_list=True,
        is_wide=True,
    )  # fmt: skip


def _told(value: Decimal | None, n: int, name: str) -> str:
    if value is None:
        return f"too few ({n})" if n else NONE
    if name == "lifetime_value":
        return money(value)
    return f"{value:.1f}%" if name.endswith("rate") else f"{value:.1f}"
