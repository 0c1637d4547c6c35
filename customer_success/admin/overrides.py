"""A person's word against a computed score: said with a reason and an end, and taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from customer_success.engine.overrides import OverrideNotPossible, OverrideOver, end_override, override_health
from customer_success.models import CustomerHealth
from customer_success.queries.health import override_of
from lifecycle.admin.fields import Line
from lifecycle.admin.pages import DayInput, Question, ask, framed
from lifecycle.admin.pins import day_begins

MAY = "customer_success.add_healthoverride"
USUAL_DAYS = 30


class OverrideForm(forms.Form):
    score = forms.IntegerField(
        validators=[MinValueValidator(0), MaxValueValidator(100)], help_text="0 to 100.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip
    reason = Line(max_length=500, help_text="Everybody who looks at the customer sees it.")
    expires_at = forms.DateField(
        label="Until the beginning of", help_text="A day, in UTC; the computed score is in force again then.",
        widget=DayInput(),
    )  # fmt: skip


def override_page(
    admin: ModelAdmin[Any], request: HttpRequest, health: CustomerHealth, *, now: datetime
) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    start = {"expires_at": now.date() + timedelta(days=USUAL_DAYS)}
    form = OverrideForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        said = {**form.cleaned_data, "expires_at": day_begins(form.cleaned_data["expires_at"])}
        try:
            override_health(customer=health.customer, by=request.user, now=now, **said)
        except OverrideNotPossible as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, f"The health of {health.customer} is {said['score']} now.")
            return HttpResponseRedirect(_page_of(health))
    points = ["The computed score stays beside it, and is computed on.", "Alerts go by the score in force."]
    return framed(
        admin, request, "lifecycle/admin/form.html", title="Say another score", original=health, form=form,
        heading=f"What is the health of {health.customer}?", points=points, button="Put it in force",
        cancel_url=_page_of(health),
    )  # fmt: skip


def take_back_page(
    admin: ModelAdmin[Any], request: HttpRequest, health: CustomerHealth, *, now: datetime
) -> HttpResponse:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    override = override_of(health.customer)
    if override is None:
        messages.info(request, "Nobody's word is in force against the score.")
        return HttpResponseRedirect(_page_of(health))
    if request.method == "POST":
        try:
            end_override(override=override, by=request.user, now=now)
        except OverrideOver as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The computed score is in force again.")
        return HttpResponseRedirect(_page_of(health))
    computed = health.computed_score
    happens = (
        f"{override.by} had said {override.score}: {override.reason}",
        f"The computed score, {computed}, is in force again." if computed is not None else "No score is left.",
    )
    question = Question(f"Take back the {override.score} of {health.customer}?", happens, "Take back")
    return ask(admin, request, question, original=health, cancel_url=_page_of(health))


def _page_of(health: CustomerHealth) -> str:
    return reverse("admin:customer_success_customerhealth_change", args=[health.pk])
