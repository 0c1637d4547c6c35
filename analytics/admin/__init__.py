"""The dashboards. One module is one of them; all hang below the list of snapshots."""

from . import (
    behind,
    cohorts,
    definitions,
    executive,
    health,
    insights,
    kpis,
    revenue,
    revenue_customers,
    snapshots,
    status_tags,
)

__all__ = [
    "behind",
    "cohorts",
    "definitions",
    "executive",
    "health",
    "insights",
    "kpis",
    "revenue",
    "revenue_customers",
    "snapshots",
    "status_tags",
]
