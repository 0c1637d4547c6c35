"""Holding a customer in its tag against automation, and letting go."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from lifecycle import queries
from lifecycle.engine.transitions import MAX_REASON, TransitionNotAllowed, pin_customer, release_pin
from lifecycle.models import Customer, Lifecycle
from lifecycle.rules.calendar import start_of
from lifecycle.templatetags.wording import tag_label

from .current import chosen_lifecycle
from .fields import Line
from .pages import DayInput, Question, ask, framed


class PinForm(forms.Form):
    until = forms.DateField(
        required=False,
        label="Until the beginning of",
        help_text="A day, in UTC. Empty: until somebody releases it.",
        widget=DayInput(),
    )
    reason = Line(max_length=MAX_REASON, help_text="Everybody who looks at the customer sees it.")


def day_begins(day: date | None) -> datetime | None:
    return start_of(day).astimezone(UTC) if day else None


def pin_page(admin: ModelAdmin[Any], request: HttpRequest, object_id: str, *, now: datetime) -> HttpResponse:
    """The form that pins a customer, or the question that releases it."""
    customer = admin.get_object(request, object_id)
    if customer is None:
        return admin._get_obj_does_not_exist_redirect(request, admin.opts, object_id)  # type: ignore[attr-defined]  # not in the stubs
    lifecycle = chosen_lifecycle(request)
    if lifecycle is None:
        return HttpResponseRedirect(_way_back(customer))
    if "release" in request.GET:
        return _release(admin, request, customer, lifecycle, now)
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pin_customer(
                customer=customer, lifecycle=lifecycle, until=day_begins(form.cleaned_data["until"]),
                reason=form.cleaned_data["reason"], by=request.user, now=now,
            )  # fmt: skip
        except TransitionNotAllowed as error:
            form.add_error("until" if "future" in str(error) else None, str(error))
        else:
            messages.success(request, f"{customer} stays where it is in {lifecycle.name}.")
            return HttpResponseRedirect(_way_back(customer))
    return framed(
        admin, request, "lifecycle/admin/form.html", title="Pin", original=customer, form=form, lifecycle=lifecycle,
        heading=f"Hold {customer} in its tag", lead=f"In {lifecycle.name}, now", button="Pin",
        picture=tag_label(queries.current_tag(customer, lifecycle)), cancel_url=_way_back(customer),
    )  # fmt: skip


def _release(
    admin: ModelAdmin[Any], request: HttpRequest, customer: Customer, lifecycle: Lifecycle, now: datetime
) -> HttpResponse:
    if request.method == "POST":
        try:
            release_pin(customer=customer, lifecycle=lifecycle, by=request.user, now=now)
            messages.success(request, f"Rules may move {customer} in {lifecycle.name} again.")
        except TransitionNotAllowed as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(_way_back(customer))
    question = Question(
        f"Release {customer}?", (f"Rules may move {customer} in {lifecycle.name} again, from the next evaluation on.",),
        "Release",
    )  # fmt: skip
    return ask(admin, request, question, original=customer, cancel_url=_way_back(customer))


def _way_back(customer: Customer) -> str:
    return reverse("admin:lifecycle_customer_change", args=[customer.id])
