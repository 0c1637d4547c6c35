"""My day: what is due, and beside it who needs care. A card beside is one function in ``CARDS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from customer_success.queries import my_day
from customer_success.queries.my_day import DueTask, Scope, related
from customer_success.rules.priority import SENTENCE, When, when
from lifecycle.admin.pages import framed

from .my_day_words import Badge, Row, alert_badge, days_until, due_words, health_badge, tier_badge
from .task_steps import handing_on

SHOWN = 8
SHOWN_DUE = 60
_GROUPS = {When.OVERDUE: "Overdue", When.TODAY: "Today", When.NEXT: "Next seven days"}


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


@dataclass(frozen=True, slots=True)
class DueRow:
    task: Any
    due: str
    badges: tuple[Badge, ...]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class DueGroup:
    title: str
    look: str
    tasks: tuple[DueRow, ...]


def at_risk(scope: Scope, now: datetime) -> Card:
    found = my_day.at_risk(scope, most=SHOWN + 1)
    rows = tuple(
        Row(
            title=str(one.customer),
            url=customer_url(one.customer.id),
            badges=(*health_badge(one.health), *(Badge(tag.name, tag.look) for tag in one.tags)),
            detail=(one.customer.tier and tier_badge(one.customer.tier).text) or "",
        )
        for one in found[:SHOWN]
    )
    empty = "Nobody is at risk. A good day to ask for a reference."
    return Card("at-risk", "At risk", "heart_broken", rows, empty, len(found) > SHOWN)


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
        )
        for one in found[:SHOWN]
    )
    return Card("alerts", "Unread alerts", "notifications", rows, "No alert waits for you.", len(found) > SHOWN)


def queues(scope: Scope, now: datetime) -> Card:
    found = list(my_day.queued_tasks(scope, now=now)[: SHOWN + 1])
    rows = tuple(
        Row(
            title=one.title,
            url=reverse("admin:customer_success_task_change", args=[one.id]),
            detail=f"{one.team}" + (f" · {one.customer}" if one.customer else ""),
            side=due_words(one.due_at, now),
            take=reverse("admin:customer_success_task_step", args=[one.id, "take"]),
        )
        for one in found[:SHOWN]
    )
    more = f"{reverse('admin:customer_success_task_changelist')}?whose=queue"
    return Card("queues", "Team queues", "inbox", rows, "The queues of your teams are empty.", len(found) > SHOWN, more)


# What stands beside the tasks, in this order. A further card is a further function here.
CARDS: tuple[Callable[[Scope, datetime], Card], ...] = (alerts, at_risk, renewals, queues)


def my_day_page(admin: ModelAdmin[Any], request: HttpRequest, *, may_act: bool, now: datetime) -> HttpResponse:
    """The page; the number of statements does not depend on how much there is."""
    has_team = my_day.has_team(request.user)
    is_team = has_team and request.GET.get("whose") == "team"
    scope = my_day.scope_of(request.user, is_team=is_team)
    due = my_day.due_tasks(scope, now=now)
    cards = [card(scope, now) for card in CARDS]
    return framed(
        admin, request, "customer_success/admin/my_day.html", title="My day", original=None, now=now,
        groups=_groups(due[:SHOWN_DUE], now), has_more=len(due) > SHOWN_DUE, cards=cards, sentence=SENTENCE,
        counts=_counts(due, now), done=my_day.done_today(scope, now=now), has_team=has_team, is_team=is_team,
        team_name="Everybody" if scope.owners is None and is_team else "My team", may_act=may_act,
        may_add=admin.has_add_permission(request), people=handing_on() if may_act and due else (),
        back=request.get_full_path(), **next_days(now),
    )  # fmt: skip


def customer_url(number: int) -> str:
    return reverse("admin:lifecycle_customer_change", args=[number])


def _groups(due: list[DueTask], now: datetime) -> list[DueGroup]:
    return [
        DueGroup(_GROUPS[which], which.name.lower(), tuple(_row(one, which, now) for one in some))
        for which, some in groupby(due, key=lambda one: when(one.task.due_at, now=now))
    ]


def _row(one: DueTask, which: When, now: datetime) -> DueRow:
    tier = one.task.customer.tier if one.task.customer else None
    badges = (*([alert_badge(one.alert)] if one.alert else []), *([tier_badge(tier)] if tier else []))
    return DueRow(one.task, due_words(one.task.due_at, now), badges, which is When.OVERDUE)


def _counts(due: list[DueTask], now: datetime) -> list[tuple[str, int, str]]:
    found = [when(one.task.due_at, now=now) for one in due]
    return [(_GROUPS[which], found.count(which), which.name.lower()) for which in When]


def next_days(now: datetime) -> dict[str, str]:
    """The days that the quick buttons put off to: tomorrow, and the Monday after."""
    today = now.date()
    return {
        "tomorrow": today.fromordinal(today.toordinal() + 1).isoformat(),
        "next_week": today.fromordinal(today.toordinal() + 7 - today.weekday()).isoformat(),
    }
