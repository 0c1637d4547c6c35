"""How health reads on dashboards: groups, lists, numbers, and the table of customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from customer_success.models import HealthLevel, HealthTrend
from lifecycle.rules.explain import written
from lifecycle.rules.traits import TIERS

from .board import address
from .charts import Chart
from .words import customer_page, in_money

DIMENSIONS: Mapping[str, str] = {
    "tier": "Tier", "plan": "Plan", "industry": "Industry", "company_size": "Company size",
}  # fmt: skip
LISTS: Mapping[str, str] = {
    "all": "Everybody",
    "to_look_at": "Poor or declining",
    "at_risk": "At risk: fair or poor",
    "churn_risk": "Churn risk: poor",
    "declining": "Declining",
    "alerts": "With an open alert",
    "expansion": "Healthy with an opportunity",
    **{level.value: level.label for level in reversed(HealthLevel)},
}


def health_list(who: str, dimension: str = "", part: str = "") -> str:
    """The address of the list behind a figure."""
    about = {"who": who, "dimension": dimension, "part": part} if dimension else {"who": who}
    return address("health_customers", **about)


def group_name(dimension: str, part: str) -> str:
    if not part:
        return "Unknown"
    return TIERS.get(part, part) if dimension == "tier" else part.capitalize() if dimension == "company_size" else part


def points(score: Decimal | None) -> str:
    return "too few" if score is None else f"{score:.1f}"


def changed(change: Decimal | None, unit: str = "") -> str:
    return "" if change is None else f"{written(change, '+.1f')}{unit} in a month"


def people(key: str, title: str, rows: Sequence[Any], *, all_of: str = "", is_full: bool = False) -> Chart:
    """Customers as a table. ``all_of``: the list of which these are the first; ``is_full``: there may be more."""
    return Chart(
        key=key,
        title=title,
        summary=f"The first {len(rows):,}; there may be more." if is_full else "",
        columns=("Customer", "Level", "Trend", "Success manager", "Renewal", "Score", in_money("Annual revenue")),
        rows=[
            (
                row.name, HealthLevel(row.level).label, HealthTrend(row.trend).label, row.owner or "Nobody",
                f"{row.renewal_date or ''}", row.score, "" if row.revenue is None else round(row.revenue),
            )
            for row in rows
        ],
        links=[customer_page(row.customer_id) for row in rows],
        report="health_customers",
        when_empty="Nobody is in this list.",
        is_list=True,
        is_wide=True,
        texts=5,
        more=health_list(all_of) if all_of and rows else "",
    )  # fmt: skip
