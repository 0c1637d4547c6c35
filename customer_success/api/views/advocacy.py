"""Favours of customers: planned, asked for, followed, and counted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.serializers.advocacy import (
    ActivityChangesSerializer,
    ActivitySerializer,
    AdvocacyMetricsSerializer,
    NewActivitySerializer,
)
from customer_success.engine.advocacy import AdvocacyNotAllowed, create_activity, update_activity
from customer_success.models import AdvocacyActivity, AdvocacyStatus, AdvocacyType
from customer_success.queries.advocacy import activities, advocacy_metrics
from lifecycle.api.exceptions import Conflict
from lifecycle.api.filters import OneOf
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing
from lifecycle.models import Customer
from lifecycle.queries import customers_seen, in_portfolio


class ActivityFilter(filters.FilterSet):
    type = OneOf(choices=AdvocacyType.choices, label="What it is.")
    status = OneOf(choices=AdvocacyStatus.choices, label="Where it stands.")

    class Meta:
        model = AdvocacyActivity
        fields = ("type", "status")


class ActivityList(ApiList):
    """Of one customer, the newest first."""

    needs = {
        "GET": ("customer_success.view_advocacyactivity",),
        "POST": ("customer_success.add_advocacyactivity",),
    }
    serializer_class = ActivitySerializer
    filterset_class = ActivityFilter

    def get_queryset(self) -> QuerySet[AdvocacyActivity]:
        if getattr(self, "swagger_fake_view", False):
            return AdvocacyActivity.objects.none()
        return activities().filter(customer=self._customer())

    @extend_schema(operation_id="list_advocacy_activities", summary="The advocacy activities of a customer")
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return self.list(request)

    @extend_schema(
        operation_id="create_advocacy_activity", summary="Plan an advocacy activity, or ask for it",
        request=NewActivitySerializer, responses={201: ActivitySerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 with the reason and the date from which it is allowed, if the customer may not be asked now."""
        customer = self._customer()
        asked = NewActivitySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        details = asked.validated_data
        is_asked = details.pop("status") == AdvocacyStatus.REQUESTED
        try:
            made = create_activity(
                customer=customer, details=details, is_asked=is_asked, by=request.user, now=timezone.now()
            )
        except AdvocacyNotAllowed as error:
            if error.field == "scheduled_for":
                raise ValidationError({error.field: str(error)}) from error
            raise Conflict(str(error)) from error
        return Response(ActivitySerializer(made).data, status=201)

    def _customer(self) -> Customer:
        return existing(customers_seen(self.request.user).filter(account__isnull=False), self.kwargs["id"])


class ActivityDetail(ApiView):
    """One activity."""

    needs = {"PUT": ("customer_success.change_advocacyactivity",)}

    @extend_schema(
        operation_id="update_advocacy_activity", summary="Change an advocacy activity or its status",
        request=ActivityChangesSerializer(partial=True), responses={200: ActivitySerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def put(self, request: Request, activity_id: int) -> Response:
        """409 if the status does not follow, or if the customer may not be asked now."""
        activity = existing(in_portfolio(activities(), request.user), activity_id)
        asked = ActivityChangesSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        details: dict[str, Any] = asked.validated_data
        to, reason = details.pop("status", None), details.pop("declined_reason", "")
        try:
            changed = update_activity(
                activity=activity, details=details, to=to, reason=reason, by=request.user, now=timezone.now()
            )
        except AdvocacyNotAllowed as error:
            raise Conflict(str(error)) from error
        return Response(ActivitySerializer(changed).data)


class AdvocacyMetricsView(ApiView):
    """Of the customers that the asking person sees."""

    needs = {"GET": ("customer_success.view_advocacyactivity",)}

    @extend_schema(
        operation_id="get_advocacy_metrics", summary="What advocacy brought", responses=AdvocacyMetricsSerializer
    )
    def get(self, request: Request) -> Response:
        found = advocacy_metrics(in_portfolio(AdvocacyActivity.objects.all(), request.user))
        return Response(AdvocacyMetricsSerializer(found).data)
