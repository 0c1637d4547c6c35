"""Customers' ways through campaigns, and what is planned for them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.models import DeliveryState, EndReason, Enrollment, EnrollmentState, RunState
from campaigns.queries.enrollments import runs_of
from lifecycle.api.serializers.fields import Instant, StrictSerializer, Text

MAX_CUSTOMERS = 200


class EnrollmentSerializer(serializers.Serializer):
    """One way of one customer through one version of a campaign."""

    id = serializers.IntegerField()
    campaign = serializers.CharField(source="campaign.key", help_text="Its key.")
    version = serializers.IntegerField(source="version.number", help_text="The version it entered with.")
    customer = serializers.IntegerField(source="customer_id", help_text="The numeric id of the customer.")
    external_id = serializers.CharField(source="customer.external_id")
    occasion = serializers.CharField(help_text="What it entered upon, such as `event:99`.")
    state = serializers.ChoiceField(EnrollmentState.choices)
    entered_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.ChoiceField(EndReason.choices, allow_blank=True, help_text="Empty while it is inside.")
    converted_at = serializers.DateTimeField(allow_null=True, help_text="When the goal was reached.")


class StepRunSerializer(serializers.Serializer):
    """One step of it."""

    step = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(RunState.choices)
    due_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    path = serializers.CharField(help_text="The way that was taken from there, if it parts.")
    attempts = serializers.IntegerField()
    reason = serializers.CharField(help_text="Why it was not done, or what went wrong last.")
    delivery = serializers.SerializerMethodField(help_text="Id of its message.")
    delivery_state = serializers.SerializerMethodField(help_text="What became of that.")

    def get_delivery(self, run: Any) -> int | None:
        return run.delivery.pk if hasattr(run, "delivery") else None

    def get_delivery_state(self, run: Any) -> DeliveryState | None:
        return run.delivery.state if hasattr(run, "delivery") else None


class EnrollmentDetailSerializer(EnrollmentSerializer):
    """A customer's way with all of its steps so far."""

    steps = serializers.SerializerMethodField()

    @extend_schema_field(StepRunSerializer(many=True))
    def get_steps(self, enrollment: Enrollment) -> Any:
        return StepRunSerializer(runs_of(enrollment), many=True).data


class EnrollSerializer(StrictSerializer):
    """Whom to enroll, whatever the trigger and the entry condition say."""

    customers = serializers.ListField(
        child=Text(max_length=200), min_length=1, max_length=MAX_CUSTOMERS,
        help_text="Their ids in the system that sends the events.",
    )  # fmt: skip
    occasion = Text(
        max_length=60,
        help_text="Names the cause, such as `webinar-2026-03`: a customer enters once for each, however often it is "
        "asked for. How often at all, the re-entry of the campaign says.",
    )


class EnrolledSerializer(serializers.Serializer):
    enrolled = serializers.IntegerField(help_text="How many have entered; the others may not again.")


class PlannedSerializer(serializers.Serializer):
    """One step that will be done, and what may stop it."""

    at = serializers.DateTimeField()
    local = Instant(help_text="The same in the customer's zone.")
    campaign = serializers.CharField(source="campaign.key")
    enrollment = serializers.IntegerField(source="enrollment_id")
    step = serializers.CharField(source="step.key")
    kind = serializers.CharField(source="step.kind")
    title = serializers.CharField()
    channel = serializers.CharField(help_text="Empty: nothing is sent.")
    hindrances = serializers.ListField(child=serializers.CharField(), help_text="As sentences; the gate decides anew.")
