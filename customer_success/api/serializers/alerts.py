"""Health alerts, and what people say of them."""

from __future__ import annotations

from rest_framework import serializers

from customer_success.engine.alerts import MAX_NOTE
from customer_success.models import AlertKind, AlertState
from lifecycle.api.serializers.fields import Instant, StrictSerializer, Text


class HealthAlertSerializer(serializers.Serializer):
    """One episode in which a customer's health was bad."""

    id = serializers.IntegerField()
    customer = serializers.IntegerField(source="customer_id", help_text="The numeric id of the customer.")
    external_id = serializers.CharField(source="customer.external_id")
    csm = serializers.IntegerField(source="customer.owner_id", allow_null=True, help_text="Id of the success manager.")
    kind = serializers.ChoiceField(AlertKind.choices)
    threshold = serializers.IntegerField(help_text="The score below, or the drop above which it alerts.")
    score = serializers.IntegerField(help_text="When the episode began.")
    previous_score = serializers.IntegerField(allow_null=True, help_text="The highest of the week before.")
    is_escalated = serializers.BooleanField()
    state = serializers.ChoiceField(AlertState.choices)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    snoozed_until = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    handled_at = serializers.DateTimeField(allow_null=True)
    handled_by = serializers.CharField(source="handled_by.username", default=None, read_only=True, allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When the health had recovered.")


class AlertNoteSerializer(StrictSerializer):
    note = Text(max_length=MAX_NOTE, required=False, allow_blank=True, default="")


class AlertSnoozeSerializer(AlertNoteSerializer):
    until = Instant(help_text="An instant in the future, with its zone.")


class AlertResolutionSerializer(StrictSerializer):
    note = Text(max_length=MAX_NOTE, help_text="What was done about it.")
