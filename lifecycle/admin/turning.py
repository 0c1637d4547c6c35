"""Turning a switch over: the page that asks for a reason, one engine call, and back to the list of switches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from lifecycle.engine.switches import MAX_REASON, SwitchRefused

from .fields import Line
from .pages import framed


class ReasonForm(forms.Form):
    reason = Line(max_length=MAX_REASON, help_text="Everybody sees it.")


@dataclass(frozen=True, slots=True)
class Turn:
    """``is_on``: as the switch stands. ``take`` turns it over for a reason; ``point``: what comes of that."""

    name: str
    is_on: bool
    point: str
    take: Callable[[str], object]


def turn_page(admin: ModelAdmin[Any], request: HttpRequest, turn: Turn | None) -> HttpResponse:
    home = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist")
    if turn is None:
        messages.error(request, "There is no such switch.")
        return HttpResponseRedirect(home)
    verb = "off" if turn.is_on else "on"
    if request.POST.get("turn", verb) != verb:  # somebody else was quicker, or it is the same form again
        messages.info(request, f"{turn.name} is {request.POST['turn']} already; nothing was changed.")
        return HttpResponseRedirect(home)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            turn.take(form.cleaned_data["reason"])
        except SwitchRefused as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, f"{turn.name} is {verb} now.")
            return HttpResponseRedirect(home)
    title = f"Switch {verb}: {turn.name}"
    return framed(
        admin, request, "lifecycle/admin/form.html", title=title, heading=title, original=None, form=form,
        points=[turn.point], button=f"Switch {verb}", cancel_url=home, hidden=[("turn", verb)],
    )  # fmt: skip
