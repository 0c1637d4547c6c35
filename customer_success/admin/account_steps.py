"""Changing the tier of an account by hand, and closing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from customer_success.engine.accounts import AccountError, close_account
from customer_success.engine.tiers import TierNotChanged, set_tier
from customer_success.models import Account
from customer_success.queries.accounts import accounts, status_of
from lifecycle.admin.pages import framed
from lifecycle.models import Customer
from lifecycle.templatetags.wording import tag_label

from .account_forms import CloseForm, TierForm


def tier_page(admin: ModelAdmin[Any], request: HttpRequest, account: Account, *, now: datetime) -> HttpResponse:
    customer = account.customer
    form = TierForm(request.POST or None, initial={"tier": customer.tier})
    if request.method == "POST" and form.is_valid():
        try:
            change = set_tier(customer=customer, by=request.user, now=now, **form.cleaned_data)
        except TierNotChanged as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{customer} is in {customer.get_tier_display()} now.")
            return HttpResponseRedirect(_way_back(change.customer))
    tier = customer.get_tier_display() or "no tier"
    return _form_page(
        admin, request, customer, form, title="Change tier", button="Change tier", lead=f"It is in {tier} now.",
        points=("It stays there until its annual revenue changes.",),
    )  # fmt: skip


def close_page(admin: ModelAdmin[Any], request: HttpRequest, account: Account, *, now: datetime) -> HttpResponse:
    customer = account.customer
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_account(customer=customer, reason=form.cleaned_data["reason"], by=request.user, now=now)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The account of {customer} is closed.")
            return HttpResponseRedirect(_way_back(customer))
    return _form_page(
        admin, request, customer, form, title="Close account", button="Close account", lead="It is in",
        picture=tag_label(status_of(accounts().get(id=customer.id))),
        points=(
            "Its status becomes Churned, at once; whatever is set to start on that will start.",
            "Everything that is known of it stays. Moving it by hand opens it again.",
        ),
    )  # fmt: skip


def _form_page(
    admin: ModelAdmin[Any], request: HttpRequest, customer: Customer, form: forms.Form, *, title: str, **context: Any
) -> HttpResponse:
    return framed(
        admin, request, "lifecycle/admin/form.html", title=title, original=customer.account, form=form,
        heading=f"{title}: {customer}", cancel_url=_way_back(customer), **context,
    )  # fmt: skip


def _way_back(customer: Customer) -> str:
    return reverse("admin:customer_success_account_change", args=[customer.id])
