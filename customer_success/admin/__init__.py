"""Pages of the success team. One module registers one concept."""

from . import (
    accounts,
    advocacy,
    alerts,
    expansion,
    health,
    plan_templates,
    plans,
    portfolio,
    profiles,
    reviews,
    scorecards,
    success_metrics,
    tiers,
)

__all__ = [
    "accounts",
    "advocacy",
    "alerts",
    "expansion",
    "health",
    "plan_templates",
    "plans",
    "portfolio",
    "profiles",
    "reviews",
    "scorecards",
    "success_metrics",
    "tiers",
]
