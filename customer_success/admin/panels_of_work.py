"""What goes on with a customer, on its page: alerts, plans, reviews, expansion, advocacy, messages, hand-overs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from customer_success.models import MilestoneStatus
from customer_success.queries import customer_360 as queries
from customer_success.queries.advocacy import ask_refusals
from customer_success.queries.capacity import handovers_of
from customer_success.rules.advocacy import refusal_sentence
from customer_success.rules.calendar import local
from lifecycle.admin.panels import Panel, Shown, register_panel
from lifecycle.models import Customer

from .my_day_words import Badge, Row, alert_badge, days_until, due_words, page_of, state_badge, worth
from .panels import account_of

SHOWN = 3
Link = tuple[str, str]


def new(request: HttpRequest, customer: Customer, model: str, words: str) -> list[Link]:
    """The link to the form of something new for the customer, for those who may add it."""
    may = request.user.has_perm(f"customer_success.add_{model}")
    return [(words, f"{reverse(f'admin:customer_success_{model}_add')}?customer={customer.id}")] if may else []


def shown(rows: Iterable[Row], *, empty: str = "", note: str = "", links: Iterable[Link] = ()) -> Shown:
    """Rows, or the sentence that there are none; then what else there is to know, and where to go on."""
    context = {"rows": tuple(rows), "empty": empty, "note": note, "links": tuple(links)}
    return Shown("customer_success/admin/panel_rows.html", context)


def alerts(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    found = queries.open_alerts(customer)[:SHOWN]
    rows = [
        Row(
            title=f"Score {one.score}" + (f", was {one.previous_score}" if one.previous_score is not None else ""),
            url=page_of("healthalert", one.id),
            badges=(alert_badge(one.kind),),
            detail=f"{one.get_state_display()} · since {one.opened_at:%-d %b %Y}",
            side=due_words(one.due_at, now),
            is_late=one.due_at <= now,
        )
        for one in found
    ]
    return shown(rows) if rows else None


def plans(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    if account_of(customer) is None:
        return None
    rows = []
    for plan in queries.open_plans(customer)[:SHOWN]:
        step = plan.next_milestone
        is_late = step is not None and step.status == MilestoneStatus.OVERDUE
        detail = f"Next: {step.title}, {step.due_date:%-d %b %Y}" if step else "No milestone is open."
        rows.append(
            Row(
                plan.title, page_of("successplan", plan.id), (state_badge(plan),), detail, progress=plan.progress,
                side="overdue" if is_late else "", is_late=is_late,
            )
        )  # fmt: skip
    return shown(
        rows, empty="No success plan is open. Start one from a template.",
        links=new(request, customer, "successplan", "New plan"),
    )  # fmt: skip


def reviews(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    if account_of(customer) is None:
        return None
    rows = []
    if coming := queries.next_review(customer):
        at = local(coming.scheduled_for, customer.timezone)
        is_late = coming.scheduled_for <= now
        detail = f"{at:%a %-d %b %Y, %H:%M %Z} · " + ("prepared" if coming.prepared_at else "not prepared yet")
        side = "waits to be held" if is_late else days_until(at.date(), now)
        title = f"Next: {coming.get_type_display().lower()}"
        rows.append(Row(title, page_of("businessreview", coming.id), (), detail, side=side, is_late=is_late))
    if last := queries.reviews_held(customer).first():
        at = local(last.held_at or last.scheduled_for, customer.timezone)
        rated = f" · rated {last.overall_rating} of 5" if last.overall_rating else ""
        title = f"Last: {last.get_type_display().lower()}"
        rows.append(Row(title, page_of("businessreview", last.id), (), f"{at:%-d %b %Y}{rated}"))
    return shown(
        rows, empty="No review was held and none is planned.",
        links=new(request, customer, "businessreview", "Plan a review"),
    )  # fmt: skip


def expansion(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    rows = [
        Row(
            title=one.get_kind_display(),
            url=page_of("expansionopportunity", one.id),
            badges=(state_badge(one),),
            detail=one.reason,
            side=worth(one),
        )
        for one in queries.live_opportunities(customer)[:SHOWN]
    ]
    return shown(rows) if rows else None


def advocacy(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    if account_of(customer) is None:
        return None
    found = queries.advocacy_of(customer)[:SHOWN]
    rows = [
        Row(one.title, page_of("advocacyactivity", one.id), (state_badge(one),), one.get_type_display())
        for one in found
    ]
    refused = ask_refusals(customer, now=now)
    return shown(
        rows, empty="Nobody has asked for a favour yet.",
        note=refusal_sentence(str(customer), refused) if refused else "May be asked for a favour now.",
        links=new(request, customer, "advocacyactivity", "Plan an ask"),
    )  # fmt: skip


def messages(request: HttpRequest, customer: Customer, now: datetime) -> Shown | None:
    rows = [
        Row(
            title=f"To {one.team}",
            url=reverse("admin:lifecycle_notice_change", args=[one.id]),
            badges=(Badge(one.get_priority_display(), "red" if one.priority in {"high", "urgent"} else "none"),),
            detail=one.matter,
            side=f"{one.created_at:%-d %b}",
        )
        for one in queries.open_notices(customer)[:SHOWN]
    ]
    return shown(rows) if rows else None


def handovers(request: HttpRequest, customer: Customer, now: datetime) -> Shown:
    may = request.user.has_perm("lifecycle.assign_customer")
    way = reverse("admin:customer_success_handover_hand_over", args=[customer.id]) if may else ""
    context = {"handovers": handovers_of(customer)[:SHOWN], "hand_over": way}
    return Shown("customer_success/admin/panel_handovers.html", context)


# Among those of panels.py: what has to be known before a call comes first.
for _name, _title, _permission, _order, _show in (
    ("health-alerts", "Health alerts", "customer_success.view_healthalert", 10, alerts),
    ("plans", "Success plans", "customer_success.view_successplan", 50, plans),
    ("reviews", "Business reviews", "customer_success.view_businessreview", 60, reviews),
    ("expansion", "Expansion", "customer_success.view_expansionopportunity", 90, expansion),
    ("advocacy", "Advocacy", "customer_success.view_advocacyactivity", 100, advocacy),
    ("messages", "Messages to teams", "lifecycle.view_notice", 110, messages),
    ("handovers", "Hand-overs", "customer_success.view_handover", 120, handovers),
):
    register_panel(Panel(_name, _title, _permission, _order, _show))
