"""The cards beside the tasks of My day: each a function from whose day it is to some rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from customer_success.models import AlertState, MilestoneStatus, SuccessPlanStatus
from customer_success.queries import my_day
from customer_success.queries.my_day import Scope, related
from customer_success.rules.calendar import local

from .my_day_words import (
    Badge,
    Row,
    alert_badge,
    days_until,
    due_words,
    health_badge,
    page_of,
    state_badge,
    tier_badge,
    worth,
)

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Card:
    """Some rows beside the tasks; ``more`` leads to all of them, ``empty`` is said when there are none."""

    name: str
    title: str
    icon: str
    rows: tuple[Row, ...]
    empty: str
    has_more: bool = False
    more: str = ""


def customer_url(number: int) -> str:
    return reverse("admin:lifecycle_customer_change", args=[number])


def all_of(model: str, **filters: str) -> str:
    """The list of a model with filters set."""
    return f"{reverse(f'admin:customer_success_{model}_changelist')}?{urlencode(filters)}"


def is_own(scope: Scope) -> bool:
    return scope.owners == frozenset({scope.user.pk})


def _of(scope: Scope) -> dict[str, str]:
    """The filter of a list by success manager; a team's list shows what the person sees anyway."""
    return {"owner": "mine"} if is_own(scope) else {}


def at_risk(scope: Scope, now: datetime) -> Card:
    found = my_day.at_risk(scope, most=SHOWN + 1)
    rows = tuple(
        Row(
            title=str(one.customer),
            url=customer_url(one.customer.id),
            badges=(*health_badge(one.health), *dict.fromkeys(Badge(tag.name, tag.look) for tag in one.tags)),
            detail=(one.customer.tier and tier_badge(one.customer.tier).text) or "",
        )
        for one in found[:SHOWN]
    )
    empty = "Nobody is at risk. A good day to ask for a reference."
    return Card(
        "at-risk",
        "At risk or declining",
        "heart_broken",
        rows,
        empty,
        len(found) > SHOWN,
        all_of("customerhealth", care="needed", **_of(scope)),
    )


def renewals(scope: Scope, now: datetime) -> Card:
    found = list(my_day.renewals(scope, now=now)[: SHOWN + 1])
    rows = tuple(
        Row(
            title=str(one.customer),
            url=customer_url(one.customer_id),
            badges=health_badge(related(one.customer, "health")),
            detail=f"{one.annual_revenue:,.0f} a year" if one.annual_revenue else "",
            side=days_until(one.renewal_date, now),
        )
        for one in found[:SHOWN]
    )
    empty = "No contract ends within sixty days."
    return Card("renewals", "Renewals in 60 days", "event_repeat", rows, empty, len(found) > SHOWN)


def alerts(scope: Scope, now: datetime) -> Card:
    found = list(my_day.unread_alerts(scope, now=now)[: SHOWN + 1])
    rows = tuple(
        Row(
            title=str(one.customer),
            url=customer_url(one.customer_id),
            badges=(alert_badge(one.kind),),
            detail=f"score {one.score}" + (f", was {one.previous_score}" if one.previous_score is not None else ""),
            side=due_words(one.due_at, now),
            is_late=one.due_at <= now,
        )
        for one in found[:SHOWN]
    )
    more = all_of("healthalert", state=AlertState.OPEN, **_of(scope))
    return Card("alerts", "Unread alerts", "notifications", rows, "No alert waits for you.", len(found) > SHOWN, more)


def queues(scope: Scope, now: datetime) -> Card:
    found = list(my_day.queued_tasks(scope, now=now)[: SHOWN + 1])
    rows = tuple(
        Row(
            title=one.title,
            url=page_of("task", one.id),
            detail=f"{one.team}" + (f" · {one.customer}" if one.customer else ""),
            side=due_words(one.due_at, now),
            take=reverse("admin:customer_success_task_step", args=[one.id, "take"]),
        )
        for one in found[:SHOWN]
    )
    more = all_of("task", whose="queue")
    return Card("queues", "Team queues", "inbox", rows, "The queues of your teams are empty.", len(found) > SHOWN, more)


def reviews(scope: Scope, now: datetime) -> Card:
    found = list(my_day.coming_reviews(scope, now=now)[: SHOWN + 1])
    rows = tuple(
        Row(
            title=str(one.customer),
            url=page_of("businessreview", one.id),
            badges=health_badge(related(one.customer, "health")),
            detail=f"{one.get_type_display()} · " + ("prepared" if one.prepared_at else "not prepared yet"),
            side=f"{local(one.scheduled_for, one.customer.timezone):%a %-d %b, %H:%M}",
            is_late=one.scheduled_for <= now,
        )
        for one in found[:SHOWN]
    )
    mine = {"led": "me"} if is_own(scope) else {}
    more, empty = all_of("businessreview", **mine), "No business review within two weeks."
    return Card("reviews", "Business reviews", "co_present", rows, empty, len(found) > SHOWN, more)


def milestones(scope: Scope, now: datetime) -> Card:
    found = list(my_day.due_milestones(scope, now=now)[: SHOWN + 1])
    rows = tuple(
        Row(
            title=one.title,
            url=page_of("successplan", one.plan_id),
            detail=f"{one.plan.customer} · {one.plan.title}",
            side="overdue" if one.status == MilestoneStatus.OVERDUE else days_until(one.due_date, now),
            is_late=one.status == MilestoneStatus.OVERDUE,
        )
        for one in found[:SHOWN]
    )
    more = all_of("successplan", status__exact=SuccessPlanStatus.ACTIVE)
    empty = "No step of a success plan is due within a week."
    return Card("milestones", "Milestones", "flag", rows, empty, len(found) > SHOWN, more)


def expansion(scope: Scope, now: datetime) -> Card:
    found = list(my_day.best_opportunities(scope)[: SHOWN + 1])
    rows = tuple(
        Row(
            title=str(one.customer),
            url=page_of("expansionopportunity", one.id),
            badges=(state_badge(one),),
            detail=one.get_kind_display(),
            side=worth(one),
        )
        for one in found[:SHOWN]
    )
    mine = {"csm": str(scope.user.pk)} if is_own(scope) else {}
    more, empty = all_of("expansionopportunity", **mine), "The figures of no account show a sign of expansion."
    return Card("expansion", "Expansion", "trending_up", rows, empty, len(found) > SHOWN, more)


# What stands beside the tasks, in this order. A further card is a further function here.
CARDS: tuple[Callable[[Scope, datetime], Card], ...] = (
    alerts, at_risk, reviews, milestones, renewals, expansion, queues,
)  # fmt: skip
