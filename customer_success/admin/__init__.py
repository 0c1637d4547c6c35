"""Pages of the success team."""

from . import plan_templates, plans, reviews

__all__ = [
    "plan_templates",
    "plans",
    "reviews",
]
