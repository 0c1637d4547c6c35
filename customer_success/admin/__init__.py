"""Pages of the success team."""

from . import accounts, advocacy, expansion, plan_templates, plans, portfolio, profiles, reviews, success_metrics, tiers

__all__ = [
    "accounts",
    "advocacy",
    "expansion",
    "plan_templates",
    "plans",
    "portfolio",
    "profiles",
    "reviews",
    "success_metrics",
    "tiers",
]
