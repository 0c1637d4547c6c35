"""Success profiles with their value metrics and stakeholders; reached from the account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from customer_success.engine.profile import update_profile
from customer_success.models import Stakeholder, SuccessProfile, ValueMetric
from customer_success.queries.accounts import goal_attainment
from customer_success.rules.profile import adoption_rate, time_to_value
from lifecycle.admin.paging import CappedList
from lifecycle.admin.portfolio import FoundByCustomer

from .accounts import told
from .fields import Lines

TEXTS = ("business_objectives", "success_criteria")


class ProfileForm(forms.ModelForm):
    business_objectives = Lines()
    success_criteria = Lines()
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.updated_at.isoformat()

    def clean_seen(self) -> datetime | None:
        """What the person had before the eyes; nothing where it is no instant."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class Rows(TabularInline):
    """Part of the profile: whoever changes it takes rows out as well."""

    extra = 0
    hide_title = True

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_change_permission(request, obj)


class ValueMetricInline(Rows):
    model = ValueMetric
    fields = ("name", "unit", "baseline", "target", "current")


class StakeholderInline(Rows):
    model = Stakeholder
    fields = ("name", "role", "title", "email", "phone")


@admin.register(SuccessProfile)
class SuccessProfileAdmin(FoundByCustomer, CappedList, ModelAdmin):
    customer_path = "account__customer"
    when_empty = "Each account has a profile from the day it is opened."
    form = ProfileForm
    actions = None
    compressed_fields = False  # labels above, so that three fit beside each other
    list_display = ("customer", "onboarding_status", "value", "adoption", "nps_score", "csat_score")
    list_select_related = ("account__customer",)
    sortable_by = ()
    ordering = ("-account_id",)
    inlines = (ValueMetricInline, StakeholderInline)
    actions_detail = ("to_account",)
    warn_unsaved_form = True
    change_form_before_template = "customer_success/admin/_seen.html"
    readonly_fields = ("value", "adoption", "attainment")
    fieldsets = (
        ("Objectives", {"fields": ("executive_sponsor", *TEXTS, ("goal_attainment", "attainment", "roi"))}),
        ("Onboarding", {"fields": (
            ("onboarding_status", "onboarding_started_on", "onboarding_completed_on"), ("first_value_on", "value"),
            ("integration_status", "data_migration_status"), ("training_completion", "users_trained"),
        )}),
        ("Adoption", {"fields": (
            ("licensed_users", "active_users"), ("features_used", "features_available", "adoption"),
            ("plan_usage", "plan_limit"), ("use_cases", "business_units"),
        )}),
        ("Satisfaction", {"fields": (
            ("nps_score", "csat_score", "ces_score"), ("complaints", "support_interaction", "product_feedback"),
        )}),
        ("Money", {"fields": (
            ("payments_on_time", "contract_compliance"), ("renewal_intent", "expansion_revenue"),
            ("expansion_probability", "upgrade_readiness", "account_expansion"),
        )}),
        ("Technology", {"fields": (("integration_health", "performance", "security_compliance"),)}),
    )  # fmt: skip

    def save_model(self, request: HttpRequest, obj: SuccessProfile, form: forms.ModelForm, change: bool) -> None:
        """Stored with its rows: ``save_related``."""

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data if name != "seen"}
        rows = {formset.model: _rows(formset) for formset in formsets if formset.has_changed()}
        update_profile(
            account=form.instance.account, values=values, value_metrics=rows.get(ValueMetric),
            stakeholders=rows.get(Stakeholder), now=timezone.now(), seen=form.cleaned_data["seen"],
        )  # fmt: skip

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return told(super().change_view, request, object_id, form_url, extra_context)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return super().construct_change_message(request, form, [], add)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # it comes with its account

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @action(description="Account", icon="apartment", permissions=["view"])
    def to_account(self, request: HttpRequest, object_id: str) -> HttpResponse:
        profile = self.get_object(request, object_id)
        if profile is None:
            raise Http404
        return HttpResponseRedirect(reverse("admin:customer_success_account_change", args=[profile.pk]))

    @display(description="Customer")
    def customer(self, profile: SuccessProfile) -> str:
        return str(profile.account.customer)

    @display(description="Time to value", empty_value="–")
    def value(self, profile: SuccessProfile) -> str | None:
        days = time_to_value(profile.onboarding_started_on, profile.first_value_on)
        return None if days is None else f"{days:,} day{'' if days == 1 else 's'}"

    @display(description="Adoption", empty_value="–")
    def adoption(self, profile: SuccessProfile) -> str | None:
        rate = adoption_rate(profile.features_used, profile.features_available)
        return None if rate is None else f"{rate:.0f}%"

    @display(description="As the value metrics say", empty_value="–")
    def attainment(self, profile: SuccessProfile) -> str | None:
        reached = goal_attainment(profile)
        return None if reached is None else f"{reached:.0f}%"


def _rows(formset: Any) -> list[dict[str, Any]]:
    """What the rows of an inline say, without those that are deleted or empty."""
    return [
        {name: value for name, value in form.cleaned_data.items() if name not in {"id", "profile", "DELETE"}}
        for form in formset.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE") and (form.instance.pk or form.has_changed())
    ]
