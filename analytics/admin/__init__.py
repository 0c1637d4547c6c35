"""The dashboards. One module is one of them; all hang below the list of snapshots."""

from . import (
    behind,
    campaigns,
    cohort_customers,
    cohorts,
    definitions,
    executive,
    health,
    insights,
    kpis,
    managers,
    revenue,
    revenue_customers,
    snapshots,
    status_tags,
)

__all__ = [
    "behind",
    "campaigns",
    "cohort_customers",
    "cohorts",
    "definitions",
    "executive",
    "health",
    "insights",
    "kpis",
    "managers",
    "revenue",
    "revenue_customers",
    "snapshots",
    "status_tags",
]
