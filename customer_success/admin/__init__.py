"""Pages of the success team. One module registers one concept."""

from . import (
    accounts,
    advocacy,
    alerts,
    expansion,
    health,
    panels,
    plan_templates,
    plans,
    portfolio,
    profiles,
    reviews,
    scorecards,
    success_metrics,
    task_rules,
    tasks,
    tiers,
)

__all__ = [
    "accounts",
    "advocacy",
    "alerts",
    "expansion",
    "health",
    "panels",
    "plan_templates",
    "plans",
    "portfolio",
    "profiles",
    "reviews",
    "scorecards",
    "success_metrics",
    "task_rules",
    "tasks",
    "tiers",
]
