"""What follows from a task that is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from customer_success.models import MilestoneStatus, PlanMilestone, Task
from customer_success.rules.plans import OPEN
from lifecycle.queries import in_portfolio

from .milestones import update_milestone
from .plan_checks import PlanInvalid, PlanNotAllowed, hold
from .tasks import finish_task

MILESTONE = "milestone"
_CHANGES = "customer_success.change_planmilestone"


@transaction.atomic
def finish(*, task: Task, outcome: str, by: Any, now: datetime) -> PlanMilestone | None:
    """Finish a task; a milestone that asked for it is completed with it.

    Returns the milestone if it is open still: it waits for others, or is not the person's to change. The plan is held
    before the task, as whoever completes a milestone does. Raises ``TaskNotAllowed``.
    """
    milestone = _milestone_of(task)
    if milestone is not None:
        hold(milestone.plan)
        milestone.refresh_from_db()
    finish_task(task=task, outcome=outcome, by=by, now=now)
    if milestone is None or milestone.status not in OPEN:
        return None
    seen = in_portfolio(PlanMilestone.objects.filter(id=milestone.id), by, customer="plan__customer")
    if not (by.has_perm(_CHANGES) and seen.exists()):
        return milestone
    try:
        with transaction.atomic():
            update_milestone(milestone=milestone, changes={"status": MilestoneStatus.COMPLETED}, by=by, now=now)
    except (PlanInvalid, PlanNotAllowed):
        return milestone
    return None


def _milestone_of(task: Task) -> PlanMilestone | None:
    kind, _, rest = (task.origin or "").partition(":")
    if kind != MILESTONE:
        return None
    return PlanMilestone.objects.select_related("plan").filter(id=rest.partition(":")[0]).first()
