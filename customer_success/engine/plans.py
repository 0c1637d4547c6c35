"""Success plans: made, changed, moved on. The database keeps every version of them and of their milestones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from customer_success.models import OwnerRole, PlanTemplate, SuccessPlan, SuccessPlanStatus
from lifecycle.models import Customer

from .milestones import NewMilestone, drop_reminders, settle_all, store_milestones
from .plan_checks import PlanInvalid, check_day, check_move, check_plan, hold


@transaction.atomic
def create_plan(
    *,
    customer: Customer,
    values: Mapping[str, Any],
    milestones: Sequence[NewMilestone] = (),
    by: Any,
    now: datetime,
) -> SuccessPlan:
    """A plan with its milestones. ``values``: fields of ``SuccessPlan``; it is its customer's manager's if not told."""
    start: dict[str, Any] = {"owner_id": customer.owner_id} if "owner" not in values else {}
    plan = SuccessPlan(customer=customer, created_by=by, created_at=now, updated_at=now, **start, **values)
    if plan.status not in {SuccessPlanStatus.DRAFT, SuccessPlanStatus.ACTIVE}:
        raise PlanInvalid("status", "A new plan is DRAFT or ACTIVE.")
    check_plan(plan)
    plan.save()
    store_milestones(plan=plan, new=milestones, now=now, place="milestones.")
    return plan


def create_plan_from(
    *, template: PlanTemplate, customer: Customer, values: Mapping[str, Any], by: Any, now: datetime
) -> SuccessPlan:
    """A plan as a template has it; ``values`` go before. ``starts_on`` has to be among them."""
    starts_on: date = values["starts_on"]
    check_day("starts_on", starts_on)
    filled = {
        "type": template.type,
        "title": template.name,
        "ends_on": starts_on + timedelta(days=template.days),
        "objectives": template.objectives,
        "success_metrics": template.success_metrics,
        "sections": template.sections,
        "template": template,
        **values,
    }
    owner = filled.get("owner", customer.owner)
    milestones = milestones_from(template, starts_on=starts_on, owner=owner, manager=customer.owner)
    return create_plan(customer=customer, values=filled, milestones=milestones, by=by, now=now)


def milestones_from(template: PlanTemplate, *, starts_on: date, owner: Any, manager: Any) -> list[NewMilestone]:
    """The milestones that a plan from a template would have. Raises ``PlanInvalid``."""
    check_day("starts_on", starts_on)
    people = {OwnerRole.PLAN_OWNER.value: owner, OwnerRole.SUCCESS_MANAGER.value: manager}
    return [
        NewMilestone(
            title=one.title, due_date=starts_on + timedelta(days=one.day), priority=one.priority,
            owner=people.get(one.owner_role), deliverables=one.deliverables, depends_on=one.depends_on,
            is_shared=one.is_shared,
        )
        for one in template.milestones.all()
    ]  # fmt: skip


@transaction.atomic
def update_plan(
    *, plan: SuccessPlan, changes: Mapping[str, Any], by: Any, now: datetime, seen: datetime | None = None
) -> SuccessPlan:
    """Change fields of a plan, its status too; what is not named stays. ``sections``: those named, the others stay.

    ``seen``: ``updated_at`` of the plan that the person decided upon.
    """
    held = hold(plan, seen=seen)
    old = held.status
    for field, value in changes.items():
        setattr(held, field, {**held.sections, **value} if field == "sections" else value)
    check_plan(held)
    if held.status != old:
        check_move(held, old)
    held.updated_at = now
    held.save()
    if held.status != old:
        settle_all(plan=held, now=now)
    if held.status == SuccessPlanStatus.CANCELLED != old:
        drop_reminders(plan=held, by=by, now=now)
    return held
