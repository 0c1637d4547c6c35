"""The forms in which accounts are opened and changed. What they accept, the engine accepts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from customer_success.engine.accounts import AccountText
from customer_success.engine.tiers import MAX_REASON
from customer_success.models import Account, CustomerTier
from customer_success.queries.accounts import taken_by_others
from lifecycle.admin.fields import Line
from lifecycle.rules.traits import PRODUCT_TAGS, problem_of

CONTRACT = (
    "annual_revenue", "lifetime_value", "contract_start_date", "contract_end_date", "renewal_date", "total_policies",
    "active_policies", "churn_risk", "last_contact_at", "industry", "labels",
)  # fmt: skip
TRAITS = ("name", "email", "plan", "product_tag", "timezone")


def _text(longest: int, **more: Any) -> forms.CharField:
    return forms.CharField(max_length=longest, required=False, widget=UnfoldAdminTextInputWidget(), **more)


def _choice(empty: str, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", empty), *choices], required=False, widget=UnfoldAdminSelectWidget(), **more)


class NewAccountForm(forms.ModelForm):
    """For a customer that is there, or a new one. ``request_user``: who opens it."""

    request_user: Any

    external_id = _text(200, label="Id of a new customer", help_text="In the system that sends the events.")
    name = _text(200)
    email = _text(254)
    plan = _text(60)
    product_tag = _choice("None", PRODUCT_TAGS.items(), label="Product")
    timezone = _text(60, help_text="IANA name, such as Asia/Tokyo; empty: UTC.")
    tier = _choice("By the annual revenue", CustomerTier.choices)
    owner = forms.ModelChoiceField(
        get_user_model().objects.filter(is_active=True), required=False, label="Success manager",
        widget=UnfoldAdminSelectWidget(), empty_label="As it is, or nobody",
    )  # fmt: skip

    class Meta:
        model = Account
        fields = ("customer", *CONTRACT)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        customer, external_id = told.get("customer"), told.get("external_id")
        if "customer" in told and bool(customer) == bool(external_id):
            self.add_error("external_id", "Choose a customer that is there, or write the id of a new one.")
        elif external_id and taken_by_others(external_id, self.request_user):
            self.add_error("external_id", "This customer is not in your portfolio.")
        for trait in TRAITS:
            if told.get(trait) and (problem := problem_of({trait: told[trait]})):
                self.add_error(trait, f"{problem[:1].upper()}{problem[1:]}.")
        return told

    def text(self) -> AccountText:
        told = self.cleaned_data
        values = {name: told[name] for name in CONTRACT if told.get(name) not in (None, "", [])}
        return AccountText(
            values=values,
            traits={name: told[name] for name in TRAITS if told.get(name)},
            tier=told.get("tier") or None,
        )


class TierForm(forms.Form):
    tier = forms.ChoiceField(choices=CustomerTier.choices, widget=UnfoldAdminSelectWidget())
    reason = Line(max_length=MAX_REASON, help_text="Stands in the customer's history.")


class CloseForm(forms.Form):
    reason = Line(max_length=MAX_REASON, help_text="Stands in the customer's history.")
