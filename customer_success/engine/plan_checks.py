"""What has to be true of a plan and its milestones before they are stored, and the errors that say what is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from customer_success.models import MilestoneStatus, PlanMilestone, PlanSection, SuccessPlan, SuccessPlanStatus
from customer_success.rules.plans import MOVES, OPEN, circle, told_circle

MOST_MILESTONES = 100
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
AFTER_THE_PLAN = timedelta(days=31)  # for what is settled after the last meeting
_OVER = (SuccessPlanStatus.COMPLETED, SuccessPlanStatus.CANCELLED)


class PlanInvalid(Exception):
    """Nothing was stored, for what was asked makes no sense. ``field``: where."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class PlanNotAllowed(Exception):
    """Nothing was stored, for the plan or the milestone is not in a state for it."""


def hold(plan: SuccessPlan, *, seen: datetime | None = None) -> SuccessPlan:
    """The plan as it is, its row held until the transaction ends. ``seen``: its ``updated_at`` as the person saw it."""
    held = SuccessPlan.objects.select_for_update(of=("self",)).select_related("customer").get(id=plan.id)
    if seen is not None and seen != held.updated_at:
        raise PlanNotAllowed("Somebody has changed the plan meanwhile. Look at it again, then save once more.")
    return held


def check_plan(plan: SuccessPlan) -> None:
    check_day("starts_on", plan.starts_on)
    check_day("ends_on", plan.ends_on)
    if plan.ends_on < plan.starts_on:
        raise PlanInvalid("ends_on", "The plan has to end after it starts.")
    for name in plan.sections:
        if name not in PlanSection.values:
            raise PlanInvalid("sections", f"There is no section “{name[:40]}”; use {', '.join(PlanSection.values)}.")


def check_day(field: str, day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PlanInvalid(field, f"A day from {FIRST_DAY} to {LAST_DAY} is needed.")


def check_due(plan: SuccessPlan, due: date, *, field: str) -> None:
    last = plan.ends_on + AFTER_THE_PLAN
    if not plan.starts_on <= due <= last:
        raise PlanInvalid(
            field, f"A milestone is due from {plan.starts_on}, where the plan starts, to {last}, 31 days after its end."
        )


def check_move(plan: SuccessPlan, old: str) -> None:
    """``plan`` has its new status already."""
    if plan.status not in MOVES[old]:
        may = " or ".join(MOVES[old]) or "nowhere"
        raise PlanNotAllowed(f"A plan that is {old} may go to {may}, not to {plan.status}.")
    if plan.status == SuccessPlanStatus.COMPLETED:
        still_open = plan.milestones.filter(status__in=OPEN).count()
        if still_open:
            are = "is 1 open milestone" if still_open == 1 else f"are {still_open} open milestones"
            raise PlanNotAllowed(f"There {are}: complete or cancel them first.")


def check_not_over(plan: SuccessPlan) -> None:
    if plan.status in _OVER:
        raise PlanNotAllowed(f"The plan is {plan.get_status_display().lower()}; its milestones stay as they are.")


def check_title(title: str, others: Iterable[str], *, field: str = "title") -> None:
    if title in others:
        raise PlanInvalid(field, f"There is a milestone “{title}” in this plan already.")


def check_done_before(milestone: PlanMilestone, depends_on: Iterable[PlanMilestone]) -> None:
    """A milestone is completed after what it depends on; what was cancelled is waited for no longer."""
    if milestone.status != MilestoneStatus.COMPLETED:
        return
    waits = [one.title for one in depends_on if one.status in OPEN]
    if waits:
        titles = " and ".join(f"“{title}”" for title in waits)
        raise PlanNotAllowed(
            f"“{milestone.title}” depends on {titles}: complete {'that' if len(waits) == 1 else 'those'} first."
        )


def check_depends_on(plan: SuccessPlan, milestone: PlanMilestone, depends_on: Iterable[PlanMilestone]) -> None:
    """Within the plan, not on itself, not in a circle. ``milestone`` is stored."""
    titles = dict(plan.milestones.values_list("id", "title"))
    wanted = [one.id for one in depends_on]
    if strangers := [number for number in wanted if number not in titles]:
        raise PlanInvalid("depends_on", f"There is no milestone {strangers[0]} in this plan.")
    edges: dict[int, list[int]] = {number: [] for number in titles}
    through = PlanMilestone.depends_on.through.objects.filter(from_planmilestone__plan=plan)
    for waits, before in through.values_list("from_planmilestone_id", "to_planmilestone_id"):
        edges[waits].append(before)
    edges[milestone.id] = wanted
    if found := circle(edges):
        raise PlanInvalid("depends_on", told_circle([titles[number] for number in found]))
