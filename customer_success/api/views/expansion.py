"""Opportunities of expansion."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view

from customer_success.api.filters.people import CsmFilter
from customer_success.api.serializers.expansion import ExpansionOpportunitySerializer
from customer_success.models import ExpansionKind, ExpansionOpportunity, ExpansionStatus
from customer_success.models.expansion import LIVE
from customer_success.queries.expansion import opportunities
from lifecycle.api.filters import OneOf
from lifecycle.api.views.base import ApiList
from lifecycle.queries import in_portfolio


class ExpansionFilter(filters.FilterSet):
    csm = CsmFilter("customer__owner_id")
    kind = OneOf(choices=ExpansionKind.choices, label="The sign that was seen.")
    status = OneOf(choices=ExpansionStatus.choices, label="Where it stands; open and pursued ones if not given.")
    min_probability = filters.NumberFilter(
        field_name="probability", lookup_expr="gte", label="In percent, at least.", min_value=0, max_value=100,
        decimal_places=0,
    )  # fmt: skip

    class Meta:
        model = ExpansionOpportunity
        fields = ("csm", "kind", "status", "min_probability")

    def filter_queryset(self, queryset: QuerySet[ExpansionOpportunity]) -> QuerySet[ExpansionOpportunity]:
        found: QuerySet[ExpansionOpportunity] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(status__in=LIVE)


@extend_schema_view(
    get=extend_schema(operation_id="list_expansion_opportunities", summary="Opportunities of expansion")
)
class ExpansionList(ApiList):
    """At the customers that you see, the newest first."""

    needs = {"GET": ("customer_success.view_expansionopportunity",)}
    serializer_class = ExpansionOpportunitySerializer
    filterset_class = ExpansionFilter

    def get_queryset(self) -> QuerySet[ExpansionOpportunity]:
        return in_portfolio(opportunities(), self.request.user)
