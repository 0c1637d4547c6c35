"""Messages that front ends fetch and acknowledge for a customer."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.serializers.in_app import AcknowledgeSerializer, InAppMessageSerializer
from campaigns.engine.in_app import acknowledge, fetch_messages
from campaigns.models import InAppMessage
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiView, read

from .refusals import customer_called

# Fetching leaves a mark, so that it takes more than to look.
NEEDS = ("campaigns.view_inappmessage", "campaigns.change_inappmessage")
CUSTOMER = OpenApiParameter(
    "external_id", {"type": "string", "maxLength": 200, "pattern": r"^[^\x00]+$"}, required=True,
    description="The customer's id in the system that sends the events.",
)  # fmt: skip


class InAppMessages(ApiView):
    """What a front end shows to a customer."""

    needs = {"GET": NEEDS}
    known_parameters = frozenset({"external_id"})

    @extend_schema(operation_id="fetch_in_app_messages", summary="Messages for a customer, the newest first",
                   parameters=[CUSTOMER],
                   responses={200: InAppMessageSerializer(many=True), 404: ProblemSerializer})  # fmt: skip
    def get(self, request: Request) -> Response:
        """At most 100 that are neither acknowledged nor expired. Each is marked as fetched."""
        external_id = request.query_params.get("external_id")
        if external_id is None or "\x00" in external_id or len(external_id) > 200:
            raise ValidationError({"external_id": "Name the customer, in up to 200 characters."})
        customer = customer_called(request, external_id)
        messages = fetch_messages(customer=customer, now=timezone.now())
        return Response(InAppMessageSerializer(messages, many=True).data)


class AcknowledgeInApp(ApiView):
    """The customer has seen it."""

    needs = {"POST": NEEDS}

    @extend_schema(operation_id="acknowledge_in_app_message", summary="Acknowledge a message",
                   request=AcknowledgeSerializer, responses={204: None})  # fmt: skip
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002  the path's name
        """Twice is as good as once. 404 if it is another customer's."""
        external_id = read(AcknowledgeSerializer(data=request.data))["external_id"]
        customer = customer_called(request, external_id)
        message = InAppMessage.objects.filter(delivery__message_id=id, customer=customer).first()
        if message is None:
            raise NotFound("There is no such message for this customer.")
        acknowledge(message=message, now=timezone.now())
        return Response(status=204)
