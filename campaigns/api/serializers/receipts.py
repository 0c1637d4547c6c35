"""Receipts as they are sent and answered; for the schema only, as the view reads them itself."""

from __future__ import annotations

from rest_framework import serializers

from campaigns.models import ReceiptKind
from lifecycle.api.serializers.fields import StrictSerializer

MAX_BATCH = 1_000
PROVIDER = r"^[a-z0-9][a-z0-9_.-]{0,39}$"


class ReceiptSerializer(StrictSerializer):
    """What became of one message, as far as the provider knows."""

    event_id = serializers.CharField(max_length=200, help_text="Makes a repeat harmless: unique at its provider.")
    kind = serializers.ChoiceField(choices=ReceiptKind.choices)
    happened_at = serializers.DateTimeField(help_text="With its zone; at most an hour ahead.")
    message_id = serializers.UUIDField(required=False, help_text="Ours: X-Tenure-Delivery, webhook-id.")
    provider_id = serializers.CharField(
        required=False, max_length=200, help_text="The provider's own; one of the two is needed, or the recipient."
    )
    recipient = serializers.CharField(required=False, max_length=300)
    detail = serializers.CharField(required=False, max_length=400, help_text="Such as the answer of a mail server.")


class ReceiptBatchSerializer(StrictSerializer):
    """Up to 1,000 receipts. A bad one is refused by itself, the others are stored."""

    provider = serializers.RegexField(PROVIDER, required=False, default="generic")
    receipts = serializers.ListField(child=ReceiptSerializer(), max_length=MAX_BATCH)


class ReceiptResultSerializer(serializers.Serializer):
    """What became of one receipt. ``unknown``: it is kept, and speaks of no message of ours."""

    index = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    event_id = serializers.CharField(allow_null=True, help_text="Null if it was too malformed to have one.")
    status = serializers.ChoiceField(choices=["stored", "repeated", "unknown", "rejected"])
    reason = serializers.CharField(allow_null=True, help_text="Why it was rejected.")


class ReceiptBatchResultSerializer(serializers.Serializer):
    """What became of a batch; it is stored for good when this answer is sent."""

    results = ReceiptResultSerializer(many=True, help_text="One for each receipt, in their order.")
