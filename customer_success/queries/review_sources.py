"""The sources of a business review, each a fixed number of statements over a period of one customer, in four lists.

A new matter, such as the milestones of success plans, is one function more in the list it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from customer_success.models import (
    BusinessReview,
    HealthAlert,
    HealthScore,
    SuccessProfile,
    Task,
    TaskState,
    TaskType,
    ValueMetric,
)
from customer_success.rules.review import Goal, Metric, shown
from lifecycle.models import (
    Customer,
    CustomerFacts,
    DailyMetrics,
    MilestoneProgress,
    MilestoneStatus,
    Order,
    TagCategory,
    Transition,
)
from lifecycle.rules.milestones import MILESTONES

from .accounts import goal_attainment

MOST = 10
POINTS = 12
ALL = 100  # percent
GAINS = (TagCategory.ACTIVE, TagCategory.LEARNING)
LOSSES = (TagCategory.RISK, TagCategory.CHURNED, TagCategory.PAUSED)
AGREED = (TaskType.ACTION_ITEM, TaskType.MILESTONE)
DAILY = {
    "activities": "Activities",
    "logins_count": "Logins",
    "lessons_completed": "Lessons completed",
    "modules_completed": "Modules completed",
}


@dataclass(frozen=True, slots=True)
class Period:
    """The time under review of one customer; ``previous`` is the review that it begins with, if there was one."""

    customer: Customer
    since: datetime
    until: datetime
    previous: BusinessReview | None = None

    @property
    def before(self) -> datetime:
        """Where the equally long period before begins."""
        return self.since - (self.until - self.since)


def tags_gained(period: Period) -> list[str]:
    return _moves(period, GAINS)


def tags_lost(period: Period) -> list[str]:
    return _moves(period, LOSSES)


def _moves(period: Period, categories: tuple[TagCategory, ...]) -> list[str]:
    moves = Transition.objects.filter(
        customer=period.customer, applied_at__range=(period.since, period.until), to_tag__category__in=categories
    ).exclude(from_tag=None)
    found = moves.select_related("to_tag", "lifecycle").order_by("-applied_at", "-id")[:MOST]
    return [
        f"{one.to_tag.name} in {one.lifecycle.name} since {one.applied_at:%-d %b %Y}." for one in found if one.to_tag
    ]


def modules_finished(period: Period) -> list[str]:
    done = MilestoneProgress.objects.filter(
        customer=period.customer, completion_status=MilestoneStatus.COMPLETED,
        completed_at__range=(period.since, period.until),
    ).order_by("week")  # fmt: skip
    return [f"Week {one.week} of the course finished: {MILESTONES.get(one.week, 'more')}." for one in done[:MOST]]


def promises_kept(period: Period) -> list[str]:
    done = Task.objects.filter(
        customer=period.customer, type__in=AGREED, state=TaskState.DONE,
        closed_at__range=(period.since, period.until),
    ).order_by("closed_at")  # fmt: skip
    return [f"Done as agreed: {one.title}" for one in done[:MOST]]


def promises_overdue(period: Period) -> list[str]:
    late = Task.objects.filter(
        customer=period.customer, type__in=AGREED, state=TaskState.OPEN, due_at__lt=period.until
    ).order_by("due_at")
    return [f"Overdue since {one.due_at:%-d %b %Y}: {one.title}" for one in late[:MOST]]


def goals_reached(period: Period) -> list[str]:
    told = {row["name"] for row in period.previous.goals_progress if row["progress"] == ALL} if period.previous else ()
    return [
        f"Goal reached: {goal.name}, {shown(goal.current, goal.unit)}."
        for goal in value_goals(period)
        if goal.progress == ALL and goal.name not in told
    ]


def open_alerts(period: Period) -> list[str]:
    alerts = HealthAlert.objects.filter(customer=period.customer, ended_at=None, opened_at__lte=period.until).order_by(
        "-opened_at"
    )
    return [f"Health: {one.get_kind_display().lower()} since {one.opened_at:%-d %b %Y}." for one in alerts[:MOST]]


def tickets_unresolved(period: Period) -> list[str]:
    facts = CustomerFacts.objects.filter(customer=period.customer).first()
    number = facts.tickets_opened - facts.tickets_resolved if facts else 0
    return [f"{number} support ticket{'s' if number > 1 else ''} not resolved."] if number > 0 else []


def health(period: Period) -> list[Metric]:
    scores = HealthScore.objects.filter(customer=period.customer).order_by("day")
    first = period.since.date()
    before = scores.filter(day__lte=first).last()
    within = list(scores.filter(day__gt=first, day__lte=period.until.date()).values_list("score", flat=True))
    if before is None and not within:
        return []
    points = [*([before.score] if before else []), *within]
    return [Metric("Health", before.score if before else None, points[-1], "points", _thinned(points))]


def activity(period: Period) -> list[Metric]:
    days = DailyMetrics.objects.filter(
        customer=period.customer, metric_date__gte=period.before.date(), metric_date__lt=period.until.date()
    )
    rows = list(days.values("metric_date", *DAILY))
    return [
        metric
        for column, name in DAILY.items()
        if (metric := _summed(name, {row["metric_date"]: row[column] for row in rows}, period)) is not None
    ]


def _summed(name: str, by_day: dict[date, int], period: Period) -> Metric | None:
    """A sum over the period, beside the one over the period before; ``None`` where nothing was done in either."""
    first = period.since.date()
    before = sum(value for day, value in by_day.items() if day < first)
    now = sum(value for day, value in by_day.items() if day >= first)
    if not before and not now:
        return None
    whole = max((period.until.date() - first).days, 1)
    points = [0.0] * min(POINTS, whole)
    for day, value in by_day.items():
        if day >= first:
            points[(day - first).days * len(points) // whole] += value
    return Metric(name, before, now, "", tuple(points))


def orders(period: Period) -> list[Metric]:
    within = Q(ordered_at__gte=period.since)
    found = Order.objects.filter(
        customer=period.customer, ordered_at__gte=period.before, ordered_at__lt=period.until
    ).aggregate(
        number=Count("id", filter=within), number_before=Count("id", filter=~within),
        spent=Sum("amount", filter=within), spent_before=Sum("amount", filter=~within),
    )  # fmt: skip
    if not found["number"] and not found["number_before"]:
        return []
    return [
        Metric("Orders", found["number_before"], found["number"]),
        Metric("Spend", _figure(found["spent_before"]) or 0, _figure(found["spent"]) or 0),
    ]


def value_metrics(period: Period) -> list[Metric]:
    """Figures of the customer's own business; before is what the previous review said, or the baseline."""
    said = {row["name"]: row["now"] for row in period.previous.metrics_review} if period.previous else {}
    return [
        Metric(
            one.name, said.get(one.name, _figure(one.baseline)), _figure(one.current), one.unit,
            is_better_lower=one.target is not None and one.baseline is not None and one.target < one.baseline,
        )
        for one in _values(period)
    ]  # fmt: skip


def value_goals(period: Period) -> list[Goal]:
    return [
        Goal(one.name, _figure(one.baseline), _figure(one.target), _figure(one.current), one.unit)
        for one in _values(period)
    ]


def agreed_goals(period: Period) -> list[Goal]:
    profile = SuccessProfile.objects.filter(account=period.customer.id).prefetch_related("value_metrics").first()
    share = _figure(goal_attainment(profile)) if profile else None
    return [] if share is None else [Goal("Agreed goals reached", 0, 100, share, "%")]


def _values(period: Period) -> list[ValueMetric]:
    return list(ValueMetric.objects.filter(profile=period.customer.id))


def _figure(value: Decimal | None) -> float | None:
    """For a picture and a page, not for sums."""
    return None if value is None else float(value)


def _thinned(points: list[int]) -> tuple[float, ...]:
    """At most ``POINTS`` of them, with the first and the last."""
    if len(points) <= POINTS:
        return tuple(points)
    return tuple(points[round(place * (len(points) - 1) / (POINTS - 1))] for place in range(POINTS))


LineSource = Callable[[Period], list[str]]
ACHIEVEMENTS: tuple[LineSource, ...] = (goals_reached, tags_gained, modules_finished, promises_kept)
CHALLENGES: tuple[LineSource, ...] = (open_alerts, promises_overdue, tickets_unresolved, tags_lost)
METRICS: tuple[Callable[[Period], list[Metric]], ...] = (health, activity, orders, value_metrics)
GOALS: tuple[Callable[[Period], list[Goal]], ...] = (agreed_goals, value_goals)
