"""A step in the life of something: the page that asks what is needed, one engine call, and back to its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from lifecycle.admin.fields import Line
from lifecycle.admin.pages import framed


class NothingForm(forms.Form):
    """Only "sure?"."""


class ReasonForm(forms.Form):
    reason = Line(max_length=500, help_text="Everybody who looks at it sees it.")


@dataclass(frozen=True, slots=True)
class Step:
    """``take`` makes the engine call with what the form says; ``refused``: how the engine says no."""

    heading: str
    button: str
    done: str
    take: Callable[[dict[str, Any]], object]
    refused: type[Exception]
    form: type[forms.Form] = NothingForm
    points: Iterable[str] = ()


def step_page(admin: ModelAdmin[Any], request: HttpRequest, row: Model, step: Step) -> HttpResponse:
    page = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change", args=[row.pk])
    form = step.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            step.take(form.cleaned_data)
        except step.refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, step.done)
            return HttpResponseRedirect(page)
    return framed(
        admin, request, "lifecycle/admin/form.html", title=step.button, original=row, form=form, heading=step.heading,
        points=step.points, button=step.button, cancel_url=page,
    )  # fmt: skip
