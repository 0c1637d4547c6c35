"""The communications log."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.engine.resolve import MAX_REASON
from campaigns.models import Channel, Delivery, DeliveryState, MessageClass, ReceiptKind
from campaigns.queries.deliveries import receipts_of
from lifecycle.api.serializers.fields import StrictSerializer, Text


class DeliverySerializer(serializers.Serializer):
    """One message to one customer, sent or not."""

    id = serializers.IntegerField()
    message_id = serializers.UUIDField(help_text="Goes out with it, the same at each attempt.")
    campaign = serializers.CharField(source="campaign.key", default=None, allow_null=True, read_only=True)
    customer = serializers.IntegerField(source="customer_id", help_text="The numeric id of the customer.")
    external_id = serializers.CharField(source="customer.external_id")
    channel = serializers.ChoiceField(Channel.choices)
    message_class = serializers.ChoiceField(MessageClass.choices)
    topic = serializers.CharField()
    template = serializers.CharField(help_text="Its key.")
    language = serializers.CharField()
    recipient = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(DeliveryState.choices)
    reason = serializers.CharField(help_text="Why it waits or was not sent, or what the other side said.")
    provider = serializers.CharField()
    provider_id = serializers.CharField(allow_null=True)
    attempts = serializers.IntegerField()
    planned_at = serializers.DateTimeField()
    sending_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When the latest state was reached.")
    opened_at = serializers.DateTimeField(allow_null=True)
    clicked_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField(source="resolved_by.username", default=None, read_only=True, allow_null=True)


class ReceivedSerializer(serializers.Serializer):
    """What a provider said of it."""

    provider = serializers.CharField()
    event_id = serializers.CharField()
    kind = serializers.ChoiceField(ReceiptKind.choices)
    happened_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    detail = serializers.CharField()


class DeliveryDetailSerializer(DeliverySerializer):
    """A message with its receipts."""

    receipts = serializers.SerializerMethodField(help_text="The latest last.")

    @extend_schema_field(ReceivedSerializer(many=True))
    def get_receipts(self, delivery: Delivery) -> Any:
        return ReceivedSerializer(receipts_of(delivery), many=True).data


class ResolveSerializer(StrictSerializer):
    how = serializers.ChoiceField(
        ["sent", "again"],
        help_text="`sent`: treat it as sent; `again`: send it again, and if the first one did arrive, it comes twice.",
    )
    reason = Text(max_length=MAX_REASON)
