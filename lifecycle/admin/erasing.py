"""Erasing a customer, after a question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from lifecycle.engine.erasing import ErasingNow, erase_customer

from .pages import Question, ask

HAPPENS = (
    "Name, addresses, traits, notes, texts of messages and the properties of events go, here and in the history of "
    "changes.",
    "It leaves all campaigns; what is open for it is closed, and nothing is sent to it any more. It moves to the "
    "churned tag of each lifecycle and stays there.",
    "Moves, counts and amounts stay, of nobody: no figure of a past day changes. That its addresses are not to be "
    "written to stays as well, as digests.",
    "Events that its systems still send are refused.",
    "This cannot be taken back.",
)


def erase_page(admin: ModelAdmin[Any], request: HttpRequest, object_id: str, *, now: datetime) -> HttpResponse:
    """Ask, and erase."""
    customer = admin.get_object(request, object_id)
    if customer is None:
        return admin._get_obj_does_not_exist_redirect(request, admin.opts, object_id)  # type: ignore[attr-defined]
    way_back = reverse("admin:lifecycle_customer_change", args=[customer.pk])
    if "confirm" not in request.POST:
        question = Question(f"Erase {customer} for good?", HAPPENS, "Erase for good", is_dangerous=True)
        return ask(admin, request, question, original=customer, cancel_url=way_back)
    try:
        erase_customer(customer=customer, by=request.user, now=now)
    except ErasingNow as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(way_back)
    messages.success(request, f"Customer {customer.pk} is erased.")
    return HttpResponseRedirect(reverse("admin:lifecycle_customer_changelist"))
