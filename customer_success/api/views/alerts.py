"""Health alerts: the list, and what people say of them."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.filters.people import CsmFilter
from customer_success.api.serializers.alerts import (
    AlertNoteSerializer,
    AlertResolutionSerializer,
    AlertSnoozeSerializer,
    HealthAlertSerializer,
)
from customer_success.engine import alerts
from customer_success.models import AlertKind, AlertState, HealthAlert
from customer_success.queries.alerts import health_alerts
from lifecycle.api.exceptions import Conflict
from lifecycle.api.filters import MAX_ID, OneOf
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.fields import StrictSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing
from lifecycle.queries import in_portfolio

CHANGED = {200: HealthAlertSerializer, 409: ProblemSerializer}


class HealthAlertFilter(filters.FilterSet):
    csm = CsmFilter("customer__owner_id")
    kind = OneOf(choices=AlertKind.choices, label="What is wrong.")
    state = OneOf(choices=AlertState.choices, label="What people have said of it.")
    customer = filters.NumberFilter(
        field_name="customer_id", label="The numeric id of a customer.", min_value=1, max_value=MAX_ID, decimal_places=0
    )
    ended = OneOf(
        choices=(("true", "Yes"), ("false", "No")), method="with_end",
        label="Whether the health has recovered meanwhile; without it, both.",
    )  # fmt: skip

    class Meta:
        model = HealthAlert
        fields = ("csm", "kind", "state", "customer", "ended")

    def with_end(self, found: QuerySet[HealthAlert], name: str, wanted: str) -> QuerySet[HealthAlert]:
        return found.exclude(ended_at=None) if wanted == "true" else found.filter(ended_at=None)


@extend_schema_view(get=extend_schema(operation_id="list_health_alerts", summary="Health alerts, the latest first"))
class HealthAlertList(ApiList):
    """Significant drops, scores below a threshold and in the red zone, of the customers that you see."""

    needs = {"GET": ("customer_success.view_healthalert",)}
    serializer_class = HealthAlertSerializer
    filterset_class = HealthAlertFilter

    def get_queryset(self) -> QuerySet[HealthAlert]:
        return in_portfolio(health_alerts(), self.request.user)


class _Word(ApiView):
    """A person's word on an alert."""

    needs = {"POST": ("customer_success.change_healthalert",)}

    def say(self, request: Request, number: int, body: type[StrictSerializer], do: Callable[..., None]) -> Response:
        seen = in_portfolio(health_alerts(), request.user)
        alert = existing(seen, number)
        asked = body(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            do(alert=alert, by=request.user, now=timezone.now(), **asked.validated_data)
        except alerts.AlertNotChanged as error:
            if error.field:
                raise ValidationError({error.field: str(error)}) from error
            raise Conflict(str(error)) from error
        return Response(HealthAlertSerializer(existing(seen, number)).data)


class Acknowledge(_Word):
    @extend_schema(
        operation_id="acknowledge_health_alert", summary="Say that somebody is at it", request=AlertNoteSerializer,
        responses=CHANGED,
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 if that, or more, was said already."""
        return self.say(request, id, AlertNoteSerializer, alerts.acknowledge)


class Snooze(_Word):
    @extend_schema(
        operation_id="snooze_health_alert", summary="Put an alert off", request=AlertSnoozeSerializer, responses=CHANGED
    )
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """It is open again then, and its task due. 409 if it is resolved or over."""
        return self.say(request, id, AlertSnoozeSerializer, alerts.snooze)


class Resolve(_Word):
    @extend_schema(
        operation_id="resolve_health_alert", summary="Say what was done about it", request=AlertResolutionSerializer,
        responses=CHANGED,
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Its task is done, too. It is raised again only after the health has recovered. 409 if it is over already."""
        return self.say(request, id, AlertResolutionSerializer, alerts.resolve)
