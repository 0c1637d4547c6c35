"""Messages that front ends show."""

from __future__ import annotations

from rest_framework import serializers

from lifecycle.api.serializers.fields import StrictSerializer, Text


class InAppMessageSerializer(serializers.Serializer):
    """One message, as plain text."""

    id = serializers.UUIDField(source="delivery.message_id")
    campaign = serializers.CharField(source="delivery.campaign.key", default=None, allow_null=True, read_only=True)
    title = serializers.CharField()
    body = serializers.CharField()
    url = serializers.CharField(help_text="Where it leads; empty: nowhere.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    fetched_at = serializers.DateTimeField(help_text="When it was fetched first.")


class AcknowledgeSerializer(StrictSerializer):
    external_id = Text(max_length=200, help_text="The customer who has seen it.")
