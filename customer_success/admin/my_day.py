"""My day: what is due, and beside it who needs care (``my_day_cards``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse

from customer_success.queries import my_day
from customer_success.queries.my_day import DueTask, Scope
from customer_success.rules.priority import SENTENCE, When, when
from lifecycle.admin.pages import framed

from .my_day_cards import CARDS
from .my_day_words import Badge, alert_badge, due_words, tier_badge
from .task_steps import handing_on

SHOWN_DUE = 60
_GROUPS = {When.OVERDUE: "Overdue", When.TODAY: "Today", When.NEXT: "Next seven days"}


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


def my_day_page(admin: ModelAdmin[Any], request: HttpRequest, *, may_act: bool, now: datetime) -> HttpResponse:
    """The page; the number of statements does not depend on how much there is. Who has no customers of its own begins
    with the team's day."""
    has_team = my_day.has_team(request.user)
    has_own = my_day.has_customers(request.user)
    is_team = has_team and request.GET.get("whose", "mine" if has_own else "team") == "team"
    scope = my_day.scope_of(request.user, is_team=is_team)
    due = my_day.due_tasks(scope, now=now, most=SHOWN_DUE + 1)
    cards = [card(scope, now) for card in CARDS]
    is_nobodys = not has_team and not has_own
    return framed(
        admin, request, "customer_success/admin/my_day.html", title="My day", original=None, now=now,
        trail=[{"title": admin.opts.app_config.verbose_name}, {"title": "My day"}],
        groups=_groups(due[:SHOWN_DUE], now), has_more=len(due) > SHOWN_DUE, cards=cards, sentence=SENTENCE,
        counts=_counts(scope, now), done=my_day.done_today(scope, now=now), has_team=has_team, is_team=is_team,
        team_name="Everybody" if scope.owners is None and is_team else "My team", may_act=may_act,
        may_add=admin.has_add_permission(request), people=handing_on() if may_act and due else (),
        back=request.get_full_path(), is_nobodys=is_nobodys,
        leads=my_day.leads_of(request.user) if is_nobodys else [], **next_days(now),
    )  # fmt: skip


def _groups(due: list[DueTask], now: datetime) -> list[DueGroup]:
    return [
        DueGroup(_GROUPS[which], which.name.lower(), tuple(_row(one, which, now) for one in some))
        for which, some in groupby(due, key=lambda one: when(one.task.due_at, now=now))
    ]


def _row(one: DueTask, which: When, now: datetime) -> DueRow:
    tier = one.task.customer.tier if one.task.customer else None
    badges = (*([alert_badge(one.alert)] if one.alert else []), *([tier_badge(tier)] if tier else []))
    return DueRow(one.task, due_words(one.task.due_at, now), badges, which is When.OVERDUE)


def _counts(scope: Scope, now: datetime) -> list[tuple[str, int, str]]:
    return [(_GROUPS[which], number, which.name.lower()) for which, number in my_day.count_due(scope, now=now).items()]


def next_days(now: datetime) -> dict[str, str]:
    """The days that the quick buttons put off to: tomorrow, and the Monday after."""
    today = now.date()
    return {
        "tomorrow": today.fromordinal(today.toordinal() + 1).isoformat(),
        "next_week": today.fromordinal(today.toordinal() + 7 - today.weekday()).isoformat(),
    }
