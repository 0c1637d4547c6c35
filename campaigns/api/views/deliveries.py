"""The communications log, and what a person says of messages of which nobody knows what became."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.filters import DeliveryFilter
from campaigns.api.serializers.deliveries import DeliveryDetailSerializer, DeliverySerializer, ResolveSerializer
from campaigns.engine.resolve import send_again, treat_as_sent
from campaigns.models import Delivery
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing, read
from lifecycle.queries import in_portfolio

from .refusals import conflicts

SEE = ("campaigns.view_delivery",)
WAYS = {"sent": treat_as_sent, "again": send_again}


@extend_schema_view(get=extend_schema(operation_id="list_deliveries", summary="Messages, the newest first"))
class DeliveryList(ApiList):
    """Every message that was sent or was not, and why, to the customers that you see."""

    needs = {"GET": SEE}
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter

    def get_queryset(self) -> QuerySet[Delivery]:
        return deliveries_seen(self.request)


class DeliveryDetail(ApiView):
    """One message."""

    needs = {"GET": SEE}

    @extend_schema(operation_id="get_delivery", summary="A message with its receipts",
                   responses=DeliveryDetailSerializer)  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(DeliveryDetailSerializer(existing(deliveries_seen(request), id)).data)


class ResolveDelivery(ApiView):
    """A person's word on an uncertain message."""

    needs = {"POST": ("campaigns.resolve_delivery",)}

    @extend_schema(
        operation_id="resolve_delivery", summary="Say what became of an uncertain message", request=ResolveSerializer,
        responses={200: DeliveryDetailSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 if it is not uncertain, or a worker has it in hand."""
        delivery = existing(deliveries_seen(request), id)
        said = read(ResolveSerializer(data=request.data))
        with conflicts():
            WAYS[said["how"]](delivery=delivery, reason=said["reason"], by=request.user, now=timezone.now())
        return Response(DeliveryDetailSerializer(existing(deliveries_seen(request), id)).data)


def deliveries_seen(request: Request) -> QuerySet[Delivery]:
    return in_portfolio(Delivery.objects.select_related("campaign", "customer", "resolved_by"), request.user)
