"""Events as they are sent and answered; for the schema only, as ``lifecycle.engine.intake`` reads them itself."""

from __future__ import annotations

from rest_framework import serializers

from lifecycle.engine.intake import MAX_BATCH

from .fields import StrictSerializer

SOURCE = r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,59}$"
NAME = r"^[A-Za-z][A-Za-z0-9_ .:/-]{0,79}$"


class EventSerializer(StrictSerializer):
    """One thing that a customer did."""

    message_id = serializers.CharField(max_length=200, help_text="Makes a repeat harmless: unique in its source.")
    customer_id = serializers.CharField(max_length=200, help_text="The external id; an unknown customer is created.")
    name = serializers.RegexField(NAME, help_text="Such as `ORDER_PAID`, `login` or `identify`.")
    occurred_at = serializers.DateTimeField(help_text="With its zone; at most an hour ahead.")
    properties = serializers.DictField(
        required=False, help_text="Such as the `amount` of an order; traits of `identify`."
    )


class EventBatchSerializer(StrictSerializer):
    """Up to 1,000 events. A bad one is refused by itself, the others are stored."""

    source = serializers.RegexField(  # type: ignore[assignment]  # declared fields do not become attributes
        SOURCE, required=False, default="api", help_text="The system that sends them."
    )
    events = serializers.ListField(child=EventSerializer(), max_length=MAX_BATCH)


class EventResultSerializer(serializers.Serializer):
    """What became of one event."""

    index = serializers.IntegerField(help_text="Its place in the batch, from 0.")
    message_id = serializers.CharField(allow_null=True, help_text="Null if the event was too malformed to have one.")
    status = serializers.ChoiceField(choices=["stored", "repeated", "rejected"])
    reason = serializers.CharField(allow_null=True, help_text="Why it was rejected.")


class EventBatchResultSerializer(serializers.Serializer):
    """What became of a batch; it is stored for good when this answer is sent."""

    stored = serializers.IntegerField()
    repeated = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = EventResultSerializer(many=True, help_text="One for each event, in their order.")
