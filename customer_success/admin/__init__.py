"""Pages of the success team."""

from . import advocacy, expansion, plan_templates, plans, reviews

__all__ = [
    "advocacy",
    "expansion",
    "plan_templates",
    "plans",
    "reviews",
]
