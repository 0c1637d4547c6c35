"""Questions that doors ask, answered without writing. Each is a fixed number of statements."""

from .capacity import Capacity, Portfolio, after, capacity_of, managers, managers_at_work, proposal
from .plans import (
    SharedPlan,
    changes_of_plan,
    milestones_to_remind,
    past_due,
    shared_plan,
    success_plans,
    timeline_of,
)

__all__ = [
    "Capacity",
    "Portfolio",
    "SharedPlan",
    "after",
    "capacity_of",
    "changes_of_plan",
    "managers",
    "managers_at_work",
    "milestones_to_remind",
    "past_due",
    "proposal",
    "shared_plan",
    "success_plans",
    "timeline_of",
]
