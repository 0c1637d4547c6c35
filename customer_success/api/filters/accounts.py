"""What lists of accounts can be narrowed to."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from customer_success.models import ChurnRiskLevel, CustomerStatus, CustomerTier, HealthLevel, OnboardingStatus
from customer_success.queries.accounts import in_status
from lifecycle.api.filters import OneOf
from lifecycle.models import Customer
from lifecycle.queries import customer_ids_found, customers_seen

from .people import CsmFilter


class AccountFilter(filters.FilterSet):
    tier = OneOf(choices=CustomerTier.choices, label="The service tier.")
    status = OneOf(choices=CustomerStatus.choices, method="with_status", label="The status of the account.")
    csm = CsmFilter("owner_id")
    churn_risk = OneOf(choices=ChurnRiskLevel.choices, field_name="account__churn_risk", label="The risk of churn.")
    health_level = OneOf(choices=HealthLevel.choices, field_name="health__level", label="The band of the health score.")
    onboarding_status = OneOf(
        choices=OnboardingStatus.choices, field_name="account__profile__onboarding_status",
        label="How far onboarding is.",
    )  # fmt: skip
    renewal_before = filters.DateFilter(
        field_name="account__renewal_date", lookup_expr="lt", label="Renews before this day."
    )
    renewal_after = filters.DateFilter(
        field_name="account__renewal_date", lookup_expr="gte", label="Renews on this day or later."
    )
    search = filters.CharFilter(
        method="found", max_length=200, label="Id, email or name begins so; case counts for the id only."
    )

    class Meta:
        model = Customer
        fields = (
            "tier", "status", "csm", "churn_risk", "health_level", "onboarding_status", "renewal_before",
            "renewal_after", "search",
        )  # fmt: skip

    def with_status(self, customers: QuerySet[Customer], name: str, code: str) -> QuerySet[Customer]:
        return in_status(customers, code)

    def found(self, customers: QuerySet[Customer], name: str, text: str) -> QuerySet[Customer]:
        return customers.filter(id__in=customer_ids_found(text, among=customers_seen(self.request.user)))
