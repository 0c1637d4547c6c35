"""Questions that doors ask, answered without writing. Each is a fixed number of statements."""

from .plans import (
    SharedMilestone,
    SharedPlan,
    changes_of_plan,
    milestones_to_remind,
    past_due,
    shared_plan,
    success_plans,
    timeline_of,
)

__all__ = [
    "SharedMilestone",
    "SharedPlan",
    "changes_of_plan",
    "milestones_to_remind",
    "past_due",
    "shared_plan",
    "success_plans",
    "timeline_of",
]
