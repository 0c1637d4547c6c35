"""A customer's calendar: the page, and the card on the customer's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from campaigns.queries.calendar import DAYS, Planned, calendar_of
from lifecycle.admin.pages import framed
from lifecycle.admin.panels import Panel, Shown, register_panel
from lifecycle.models import Customer
from lifecycle.rules.calendar import zone_of

from .words import page_of

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Day:
    """A field of the grid; ``is_out``: before today or after the last day."""

    day: date
    planned: Sequence[Planned]
    is_out: bool
    is_today: bool


def calendar_page(admin: ModelAdmin[Any], request: HttpRequest, customer: Customer) -> HttpResponse:
    now = timezone.now()
    planned = calendar_of(customer, now=now)
    return framed(
        admin, request, "campaigns/admin/calendar.html", title=f"Calendar of {customer}", original=None,
        customer=customer, planned=planned, days=_grid(planned, now.astimezone(zone_of(customer.timezone)).date()),
        number_of_days=DAYS, local_now=now.astimezone(zone_of(customer.timezone)),
    )  # fmt: skip


def _grid(planned: Sequence[Planned], today: date) -> list[Day]:
    """Whole weeks from Monday to Sunday around the days that are shown."""
    last = today + timedelta(days=DAYS)
    first = today - timedelta(days=today.weekday())
    number = (last - first).days + 7 - last.weekday()
    days = (first + timedelta(days=one) for one in range(number))
    return [
        Day(day, [one for one in planned if one.local.date() == day], not today <= day <= last, day == today)
        for day in days
    ]


def panel(request: HttpRequest, customer: Customer, now: datetime) -> Shown:
    """What comes next."""
    planned = calendar_of(customer, now=now)
    return Shown(
        "campaigns/admin/panel_calendar.html",
        {
            "planned": planned[:_SHOWN],
            "more": max(len(planned) - _SHOWN, 0),
            "days": DAYS,
            "url": page_of("enrollment", customer.pk, "calendar"),
            "customer": customer,
        },
    )


register_panel(Panel("calendar", "Planned messages", "campaigns.view_enrollment", 50, panel))
