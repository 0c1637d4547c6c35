"""Success plans: what lists and pages show, what is past due or soon will be, and what a customer may see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import CharField, Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from pghistory.models import Events

from customer_success.models import (
    PlanMilestone,
    PlanSection,
    SuccessPlan,
    SuccessPlanStatus,
    Task,
)
from customer_success.rules.calendar import day_at
from customer_success.rules.plans import OPEN, plan_progress
from customer_success.rules.timeline import Point, Timeline, draw
from lifecycle.models import Customer

from .accounts import closed

MOST_EVENTS = 30


def success_plans(among: QuerySet[SuccessPlan] | None = None) -> QuerySet[SuccessPlan]:
    """With everything that a list or a page of a plan shows; all of them, or those ``among`` some."""
    milestones = PlanMilestone.objects.select_related("owner").prefetch_related("depends_on")
    found = SuccessPlan.objects.all() if among is None else among
    plans = found.select_related("customer", "owner", "template", "created_by")
    return plans.prefetch_related(Prefetch("milestones", milestones))


def past_due(now: datetime, *, days_ahead: int = 0) -> Q:
    """Milestones of active plans whose due date is over where their customer is, or will be in some days."""
    zones: dict[date, list[str]] = defaultdict(list)
    running = Customer.objects.filter(success_plans__status=SuccessPlanStatus.ACTIVE)
    for zone in running.order_by("timezone").values_list("timezone", flat=True).distinct():
        zones[day_at(now, zone)].append(zone)
    found = Q(pk__in=())
    for today, names in zones.items():
        plans = SuccessPlan.objects.filter(status=SuccessPlanStatus.ACTIVE, customer__timezone__in=names)
        found |= Q(due_date__lt=today + timedelta(days=days_ahead), plan__in=plans)
    return found


def milestones_to_remind(now: datetime, days: int) -> QuerySet[PlanMilestone]:
    """Open milestones due within so many days, or past due, of which nobody was reminded by this due date."""
    due = Func(F("due_date"), Value("YYYY-MM-DD"), function="to_char", output_field=CharField())
    origin = Concat(Value("milestone:"), Cast("id", CharField()), Value(":"), due)
    rows = PlanMilestone.objects.filter(past_due(now, days_ahead=days + 1), status__in=OPEN).exclude(
        closed("plan__customer_id")
    )
    asked = Exists(Task.objects.filter(origin=OuterRef("origin")))
    return rows.alias(origin=origin).filter(~asked).select_related("plan__customer")


def timeline_of(plan: SuccessPlan, now: datetime) -> Timeline:
    """A plan with its milestones prefetched, drawn."""
    points = [
        Point(
            one.id, one.title, one.due_date, one.status, one.progress, tuple(other.id for other in one.depends_on.all())
        )
        for one in plan.milestones.all()
    ]
    today = day_at(now, plan.customer.timezone)
    return draw(points, starts_on=plan.starts_on, ends_on=plan.ends_on, today=today)


def changes_of_plan(plan: SuccessPlan) -> list[Events]:
    """What was changed in a plan and its milestones, the latest first."""
    events = Events.objects.references(plan)  # type: ignore[no-untyped-call]  # without types
    return list(events.order_by("-pgh_created_at", "-pgh_id")[:MOST_EVENTS])


@dataclass(frozen=True, slots=True)
class SharedMilestone(Point):
    """A milestone as a customer sees it."""

    deliverables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedPlan:
    """All that a customer sees of a plan, and nothing that is not marked as shared."""

    title: str
    customer: str
    status: str
    starts_on: date
    ends_on: date
    progress: int
    sections: tuple[tuple[str, str], ...]
    milestones: tuple[SharedMilestone, ...]
    today: date


def shared_plan(plan: SuccessPlan, now: datetime) -> SharedPlan:
    """Copied field by field, so that what is added to a plan later stays with us until somebody shares it here."""
    shared = [one for one in plan.milestones.prefetch_related("depends_on") if one.is_shared]
    sections = ((PlanSection(name).label, plan.sections.get(name, {})) for name in PlanSection.values)
    return SharedPlan(
        title=plan.title, customer=str(plan.customer), status=plan.get_status_display(), starts_on=plan.starts_on,
        ends_on=plan.ends_on, progress=plan_progress((one.status, one.priority, one.progress) for one in shared),
        sections=tuple((label, one["text"]) for label, one in sections if one.get("is_shared") and one.get("text")),
        milestones=tuple(_shared_milestone(one, {one.id for one in shared}) for one in shared),
        today=day_at(now, plan.customer.timezone),
    )  # fmt: skip


def _shared_milestone(milestone: PlanMilestone, shared: set[int]) -> SharedMilestone:
    return SharedMilestone(
        id=milestone.id, title=milestone.title, due_date=milestone.due_date, status=milestone.status,
        progress=milestone.progress, deliverables=tuple(milestone.deliverables),
        depends_on=tuple(one.id for one in milestone.depends_on.all() if one.id in shared),
    )  # fmt: skip
