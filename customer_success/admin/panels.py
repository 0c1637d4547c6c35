"""What customer success shows on a customer's page of the customer itself: health, tasks, people, account, money.

What goes on with the customer is in ``panels_of_work``; what happened, in ``story_sources``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from customer_success.models import Account, SuccessProfile
from customer_success.queries.accounts import status_now
from customer_success.queries.my_day import related
from customer_success.queries.tasks import closed_tasks_of, open_tasks_of
from lifecycle.admin.panels import Entry, Panel, Place, Shown, Source, register_panel, register_source
from lifecycle.models import Customer, CustomerFacts

from .my_day import next_days
from .my_day_words import days_until, due_words, health_badge, page_of, tier_badge
from .overrides import MAY
from .task_steps import handing_on

SHOWN = 5
CLOSED_TASK = 10  # its place among sources of the timeline at one instant


def account_of(customer: Customer) -> Account | None:
    """Read once a page; all panels ask here."""
    found: Account | None = related(customer, "account")
    return found


def health(request: HttpRequest, customer: Customer, now: datetime) -> Shown:
    found = related(customer, "health")
    context: dict[str, Any] = {"health": found, "badges": health_badge(found)}
    if found:
        context["url"] = page_of("customerhealth", customer.id)
        context["may_override"] = request.user.has_perm(MAY)
    return Shown("customer_success/admin/panel_health.html", context)


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


def people(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    """Whom to call; the executive sponsor first."""
    account = account_of(customer)
    profile: SuccessProfile | None = related(account, "profile") if account else None
    if profile is None:
        return None
    found = list(profile.stakeholders.order_by("id")[: SHOWN + 1])
    return Shown(
        "customer_success/admin/panel_people.html",
        {
            "sponsor": profile.executive_sponsor,
            "rows": found[:SHOWN],
            "has_more": len(found) > SHOWN,
            "url": page_of("successprofile", profile.pk),
        },
    )


def account(request: HttpRequest, customer: Customer, now: datetime) -> Shown:
    found = account_of(customer)
    context: dict[str, Any] = {
        "account": found,
        "owner": customer.owner,
        "tier": tier_badge(customer.tier) if customer.tier else None,
        "status": status_now(customer) if found else None,
        "may_open": request.user.has_perm("customer_success.add_account"),
    }
    if found:
        context["url"] = page_of("account", customer.id)
    return Shown("customer_success/admin/panel_account.html", context)


def money(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    found = account_of(customer)
    facts: CustomerFacts | None = related(customer, "facts")
    has_bought = facts is not None and facts.order_count > 0
    if found is None and not has_bought:
        return None
    days = (found.renewal_date - now.date()).days if found and found.renewal_date else None
    return Shown(
        "customer_success/admin/panel_money.html",
        {
            "account": found,
            "renewal": days_until(found.renewal_date, now) if found else "",
            "is_soon": days is not None and days <= 60,
            "facts": facts if has_bought else None,
        },
    )


def closed_tasks(customer: Customer, place: Place | None, size: int) -> Iterator[Entry]:
    for task in closed_tasks_of(customer).filter(place.before(CLOSED_TASK, "closed_at") if place else Q())[:size]:
        if task.closed_at:
            yield Entry(task.closed_at, CLOSED_TASK, task.id, "customer_success/admin/_timeline_task.html", task)


register_panel(Panel("health", "Health", "customer_success.view_customerhealth", 20, health))
register_panel(Panel("tasks", "Tasks", "customer_success.view_task", 30, tasks))
register_panel(Panel("people", "People", "customer_success.view_successprofile", 40, people))
register_panel(Panel("money", "Money", "customer_success.view_account", 70, money))
register_panel(Panel("account", "Account", "customer_success.view_account", 80, account))
register_source(Source(CLOSED_TASK, "customer_success.view_task", closed_tasks))
