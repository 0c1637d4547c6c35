"""Tier policies: from which revenue a tier is, and what it promises."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm, MultipleChoiceField
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from customer_success.models import BusinessReviewType, TierPolicy
from customer_success.rules.tiers import ORDER, problems_of


class PolicyForm(ModelForm):
    reviews = MultipleChoiceField(
        choices=BusinessReviewType.choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="Which reviews are held regularly; none: none.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        tier = self.instance.tier or told.get("tier")
        if tier and "from_revenue" in told:
            begins = dict(TierPolicy.objects.values_list("tier", "from_revenue"))
            for problem in problems_of({**begins, tier: told["from_revenue"]}):
                self.add_error("from_revenue", problem)
        return told


@admin.register(TierPolicy)
class TierPolicyAdmin(ModelAdmin):
    form = PolicyForm
    actions = None
    when_empty = "manage.py load_defaults loads the four tiers."
    list_display = ("tier", "begins", "accounts_per_manager", "answered", "onboarding", "reviews_shown")
    empty_value_display = "–"
    sortable_by = ()
    fields = (
        "tier", "from_revenue", "accounts_per_manager", "response_hours", "onboarding_days", "first_month_reviews",
        "reviews",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: TierPolicy | None = None) -> tuple[str, ...]:
        return ("tier",) if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and TierPolicy.objects.count() < len(ORDER)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # every account has a tier

    @display(description="From revenue")
    def begins(self, policy: TierPolicy) -> str:
        return f"{policy.from_revenue:,.2f}"

    @display(description="Answers within")
    def answered(self, policy: TierPolicy) -> str:
        return f"{policy.response_hours} hours"

    @display(description="Onboarding")
    def onboarding(self, policy: TierPolicy) -> str:
        return f"{policy.onboarding_days} days" if policy.onboarding_days else "At the customer's own pace"

    @display(description="Reviews")
    def reviews_shown(self, policy: TierPolicy) -> str:
        regular = ", ".join(BusinessReviewType(review).label for review in policy.reviews) or "None"
        first = policy.first_month_reviews
        return f"{BusinessReviewType(first).label} in the first month, then {regular.lower()}" if first else regular
