"""Customers, and the moves of each."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api.filters import CustomerFilter, DayFilter, TransitionFilter
from lifecycle.api.pagination import ByDayPagination
from lifecycle.api.serializers.customers import CustomerDetailSerializer, CustomerSerializer, DaySerializer
from lifecycle.api.serializers.transitions import TransitionSerializer
from lifecycle.models import Customer, DailyMetrics, Transition

from .base import ApiList, ApiView, existing


@extend_schema_view(get=extend_schema(operation_id="list_customers", summary="Customers, the newest first"))
class CustomerList(ApiList):
    """Customers with their current tags. To find one by your own id, use `external_id`."""

    needs = {"GET": ("lifecycle.view_customer",)}
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter

    def get_queryset(self) -> QuerySet[Customer]:
        return queries.in_portfolio(queries.customers(), self.request.user, customer="")


class CustomerDetail(ApiView):
    """A customer with its current tags and every fact that rules can read."""

    needs = {"GET": ("lifecycle.view_customer",)}

    @extend_schema(operation_id="get_customer", summary="A customer", responses=CustomerDetailSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        now = timezone.now()
        customer = existing(queries.in_portfolio(queries.customers(), request.user, customer=""), id)
        known = {"facts": queries.facts_of(customer, as_of=now), "milestones": queries.milestones(customer)}
        return Response(CustomerDetailSerializer(customer, context=known).data)


@extend_schema_view(
    get=extend_schema(operation_id="list_customer_days", summary="The days of a customer, the latest first")
)
class CustomerDays(ApiList):
    """Each complete day with activity: what was done, the scores, the trend and the risk indicators."""

    needs = {"GET": ("lifecycle.view_customer",)}
    serializer_class = DaySerializer
    filterset_class = DayFilter
    pagination_class = ByDayPagination

    def get_queryset(self) -> QuerySet[DailyMetrics]:
        if getattr(self, "swagger_fake_view", False):
            return DailyMetrics.objects.none()
        return queries.days_of(existing(queries.customers_seen(self.request.user), self.kwargs["id"]))


@extend_schema_view(
    get=extend_schema(operation_id="list_customer_transitions", summary="The moves of a customer, the latest first")
)
class CustomerTransitions(ApiList):
    """In all lifecycles, each move with its explanation."""

    needs = {"GET": ("lifecycle.view_customer", "lifecycle.view_transition")}
    serializer_class = TransitionSerializer
    filterset_class = TransitionFilter

    def get_queryset(self) -> QuerySet[Transition]:
        if getattr(self, "swagger_fake_view", False):
            return Transition.objects.none()
        return queries.transitions_of(existing(queries.customers_seen(self.request.user), self.kwargs["id"]))
