"""What a person's day holds: each question a fixed number of statements, for one person, a team or everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, Model, Q, QuerySet

from customer_success.models import (
    Account,
    BusinessReview,
    CustomerHealth,
    ExpansionOpportunity,
    HealthAlert,
    HealthLevel,
    HealthTrend,
    PlanMilestone,
    SuccessPlanStatus,
    Task,
    TaskState,
)
from customer_success.models.expansion import LIVE
from customer_success.rules.plans import OPEN
from customer_success.rules.priority import AHEAD, ALERTS, When, rank_at_risk
from customer_success.sql import priority as ranked
from customer_success.sql.priority import ALERT, alert_place, with_alert
from lifecycle.models import Customer, CustomerStatus, StatusTag, TagCategory
from lifecycle.queries import owners_seen
from lifecycle.queries.portfolio import AnyOf
from lifecycle.rules.calendar import end_of, start_of

from .accounts import closed
from .alerts import unread
from .customer_360 import MOST_WORTH
from .reviews import led_by_one_of, scheduled_until
from .tasks import teams_of

UNWELL_LEVELS = (HealthLevel.POOR, HealthLevel.FAIR)
POOR = Q(health__level=HealthLevel.POOR)
UNWELL, DECLINING = Q(level__in=UNWELL_LEVELS), Q(trend=HealthTrend.DECLINING)
M = TypeVar("M", bound=Model)
RENEWAL_AHEAD = timedelta(days=60)
REVIEWS_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose day it is. ``owners``: success managers; ``None``: everybody, nobody's customers too."""

    user: Any
    owners: frozenset[int] | None

    def of(self, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
        """The rows whose ``path`` is one of the owners."""
        return rows if self.owners is None else rows.filter(**{f"{path}__in": self.owners})


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task, and the worst alert that its customer has open."""

    task: Task
    alert: str | None


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A customer that needs care: its health, if it is scored, and the tags of risk that it is in."""

    customer: Customer
    health: CustomerHealth | None
    tags: tuple[StatusTag, ...]


def scope_of(user: Any, *, is_team: bool) -> Scope:
    """A person's own day, or that of everybody whose customers the person sees."""
    return Scope(user, owners_seen(user) if is_team else frozenset({user.id}))


def has_team(user: Any) -> bool:
    """Whether there is more to see than one's own."""
    return owners_seen(user) != frozenset({user.id})


def awake(now: datetime) -> Q:
    """Open tasks that are not put off."""
    return Q(state=TaskState.OPEN) & (Q(snoozed_until=None) | Q(snoozed_until__lte=now))


def due_tasks(scope: Scope, *, now: datetime, most: int) -> list[DueTask]:
    """What is overdue or due within seven days, the first ``most`` in the order of ``rules.priority``."""
    tasks = _due(scope, now).annotate(**{ALERT: alert_place("customer")}).order_by(*ranked.rank(now))
    urgent = Q(_has_alert("customer"), due_at__lte=now)
    found = _first(tasks.select_related("customer__account", "owner"), (urgent, Q()), scope, most)
    return [DueTask(task, _alert(task)) for task in found]


def count_due(scope: Scope, *, now: datetime) -> dict[When, int]:
    """How many tasks are overdue, due today and due later: all of them."""
    numbers = {which.name: Count("id", filter=those) for which, those in ranked.when(now).items()}
    found = _due(scope, now).order_by().aggregate(**numbers)
    return {which: found[which.name] for which in When}


def queued_tasks(scope: Scope, *, now: datetime) -> QuerySet[Task]:
    """What waits in the queues of a person's teams for somebody to take it."""
    waiting = Task.objects.filter(awake(now), owner=None, team__isnull=False)
    queues = waiting if scope.owners is None else waiting.filter(team__in=teams_of(scope.user))
    return queues.select_related("customer", "team").order_by("due_at", "id")


def at_risk(scope: Scope, *, most: int) -> list[AtRisk]:
    """Whose health is poor, fair or declining, or who is in a tag of risk, the first of them.

    Of everybody, who is in a tag of risk and well comes after all who are not; they are looked for if there is room.
    """
    in_risk = CustomerStatus.objects.filter(tag__in=_tags_of_risk(), lifecycle__is_active=True).order_by()
    running = Customer.objects.select_related("account", "health").exclude(closed("pk"))
    customers = scope.of(running, "owner")
    customers = customers.annotate(**{ALERT: alert_place("pk")}).order_by(*ranked.rank_at_risk())
    unwell = _first(customers, (Q(POOR, _has_alert("health__customer")), POOR, _is_unwell(scope)), scope, most)
    is_full = scope.owners is None and len(unwell) == most
    tagged = [] if is_full else customers.filter(id__in=in_risk.values("customer"))[:most]
    found = {one.id: one for those in (unwell, tagged) for one in those}
    tags: dict[int, list[StatusTag]] = {}
    for status in in_risk.filter(customer__in=found).select_related("tag"):
        if status.tag:
            tags.setdefault(status.customer_id, []).append(status.tag)
    rows = (AtRisk(one, related(one, "health"), tuple(tags.get(one.id, ()))) for one in found.values())
    return sorted(rows, key=_risk)[:most]


def renewals(scope: Scope, *, now: datetime) -> QuerySet[Account]:
    """Contracts that end within sixty days."""
    window = (now.date(), (now + RENEWAL_AHEAD).date())
    running = Account.objects.filter(renewal_date__range=window).exclude(closed("customer_id"))
    accounts = scope.of(running, "customer__owner")
    return accounts.select_related("customer__health").order_by("renewal_date", "customer_id")


def unread_alerts(scope: Scope, *, now: datetime) -> QuerySet[HealthAlert]:
    """Of ``queries.alerts.unread``, what is due first first."""
    alerts = scope.of(HealthAlert.objects.filter(unread(now)), "customer__owner")
    return alerts.select_related("customer").order_by("due_at", "id")


def coming_reviews(scope: Scope, *, now: datetime) -> QuerySet[BusinessReview]:
    """Reviews to be held within fourteen days, those that wait since before first."""
    found = scheduled_until(scope.user, now + REVIEWS_AHEAD).select_related("customer__health")
    found = found.exclude(closed("customer_id"))
    return found if scope.owners is None else led_by_one_of(scope.owners, found)


def due_milestones(scope: Scope, *, now: datetime) -> QuerySet[PlanMilestone]:
    """Open steps of running plans that are overdue or due within seven days."""
    due = PlanMilestone.objects.filter(
        status__in=OPEN, due_date__lte=(now + AHEAD).date(), plan__status=SuccessPlanStatus.ACTIVE
    ).exclude(closed("plan__customer_id"))
    return scope.of(due, "plan__customer__owner").select_related("plan__customer").order_by("due_date", "id")


def best_opportunities(scope: Scope) -> QuerySet[ExpansionOpportunity]:
    """What is still to be won, by revenue times probability."""
    live = ExpansionOpportunity.objects.filter(status__in=LIVE).exclude(closed("customer_id"))
    return scope.of(live, "customer__owner").select_related("customer").order_by(*MOST_WORTH)


def has_customers(user: Any) -> bool:
    return Customer.objects.filter(owner=user).exists()


def leads_of(user: Any) -> list[str]:
    """The names of those who lead the teams of a person."""
    leads = get_user_model().objects.filter(leads__members=user, is_active=True).exclude(pk=user.pk)
    return [one.get_full_name() or one.get_username() for one in leads.distinct().order_by("username")]


def done_today(scope: Scope, *, now: datetime) -> int:
    """How much was finished since the day began."""
    done = Task.objects.filter(state=TaskState.DONE, closed_at__gte=start_of(now.date()))
    return scope.of(done, "closed_by").count()


def related(row: Model, name: str) -> Any:
    """The other end of a one-to-one, or ``None``."""
    return getattr(row, name, None)


def _first(rows: QuerySet[M], narrower: Sequence[Q], scope: Scope, most: int) -> list[M]:
    """The first rows of an order. ``narrower``: whom it puts first, as conditions that widen, the last one is all.

    Of everybody the narrow ones are asked first, which indexes find; a portfolio is small enough to be put in order.
    """
    found: list[M] = []
    for those in narrower if scope.owners is None else narrower[-1:]:
        found = list(rows.filter(those)[:most])
        if len(found) == most:
            break
    return found


def _has_alert(customer: str) -> AnyOf:
    """Whether anything is open about the customer; looked up once, so that an index finds the rows."""
    return AnyOf(F(customer), ArraySubquery(with_alert()))


def _due(scope: Scope, now: datetime) -> QuerySet[Task]:
    tasks = Task.objects.filter(awake(now), due_at__lte=end_of((now + AHEAD).date()))
    if scope.owners is None:
        return tasks.filter(owner__isnull=False)  # a queue is not a person's day
    # Looked up first, as in lifecycle.queries.portfolio.
    theirs = ArraySubquery(scope.of(tasks, "owner").order_by().values("id"))
    return Task.objects.filter(AnyOf(F("id"), theirs))


def _is_unwell(scope: Scope) -> Q:
    """Of everybody only the poor and the fair, which an index finds; of a portfolio who declines, too."""
    is_unwell = Q(health__level__in=UNWELL_LEVELS)
    return is_unwell if scope.owners is None else is_unwell | Q(health__trend=HealthTrend.DECLINING)


def _tags_of_risk() -> QuerySet[StatusTag]:
    return StatusTag.objects.filter(category=TagCategory.RISK).order_by()


def _alert(row: Model) -> str | None:
    """The worst open alert of a row that is annotated with ``ALERT``."""
    place = getattr(row, ALERT)
    return ALERTS[place] if place < len(ALERTS) else None


def _risk(one: AtRisk) -> tuple[object, ...]:
    account = related(one.customer, "account")
    return rank_at_risk(
        level=one.health.level if one.health else None,
        alert=_alert(one.customer),
        tier=one.customer.tier,
        value=account.annual_revenue if account else None,
        score=one.health.score if one.health else None,
    )
