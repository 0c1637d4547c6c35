"""What customer success shows on a customer's page: what is to be done, the account, its health."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from customer_success.models import Account
from customer_success.queries.accounts import account_of, status_of
from customer_success.queries.my_day import related
from customer_success.queries.tasks import closed_tasks_of, open_tasks_of
from lifecycle.admin.panels import Entry, Panel, Place, Shown, Source, register_panel, register_source
from lifecycle.models import Customer

from .my_day import next_days
from .my_day_words import days_until, due_words, health_badge, tier_badge
from .task_steps import handing_on

SHOWN = 5
CLOSED_TASK = 10  # its place among sources of the timeline at one instant


def tasks(request: HttpRequest, customer: Customer, now: datetime) -> Shown:
    found = list(open_tasks_of(customer)[: SHOWN + 1])
    rows = [(task, due_words(task.due_at, now), task.due_at <= now) for task in found[:SHOWN]]
    may_act = request.user.has_perm("customer_success.change_task")
    return Shown(
        "customer_success/admin/panel_tasks.html",
        {
            "rows": rows,
            "has_more": len(found) > SHOWN,
            "more": f"{reverse('admin:customer_success_task_changelist')}?customer={customer.id}",
            "may_act": may_act,
            "may_add": request.user.has_perm("customer_success.add_task"),
            "people": handing_on() if may_act and rows else (),
            **next_days(now),
        },
    )


def account(request: HttpRequest, customer: Customer, now: datetime) -> Shown:
    found: Account | None = account_of(customer)
    return Shown(
        "customer_success/admin/panel_account.html",
        {
            "account": found,
            "tier": tier_badge(customer.tier) if customer.tier else None,
            "status": status_of(found.customer) if found else None,
            "renewal": days_until(found.renewal_date, now) if found else "",
            "contacts": list(found.profile.stakeholders.all()[:4]) if found and related(found, "profile") else (),
        },
    )


def health(request: HttpRequest, customer: Customer, now: datetime) -> Shown:
    found = related(customer, "health")
    context = {"health": found, "badges": health_badge(found)}
    return Shown("customer_success/admin/panel_health.html", context)


def closed_tasks(customer: Customer, place: Place | None, size: int) -> Iterator[Entry]:
    for task in closed_tasks_of(customer).filter(place.before(CLOSED_TASK, "closed_at") if place else Q())[:size]:
        if task.closed_at:
            yield Entry(task.closed_at, CLOSED_TASK, task.id, "customer_success/admin/_timeline_task.html", task)


register_panel(Panel("account", "Account", "customer_success.view_account", 10, account))
register_panel(Panel("health", "Health", "customer_success.view_customerhealth", 20, health))
register_panel(Panel("tasks", "Tasks", "customer_success.view_task", 30, tasks))
register_source(Source(CLOSED_TASK, "customer_success.view_task", closed_tasks))
