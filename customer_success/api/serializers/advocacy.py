"""Favours of customers, as spec 3 names their parts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from customer_success.engine.advocacy import MAX_REASON
from customer_success.models import AdvocacyActivity, AdvocacyStatus, AdvocacyType
from customer_success.models.advocacy import WEB_ADDRESS
from lifecycle.api.serializers.fields import Instant, StrictSerializer, Text

_DETAILS = (
    "type", "title", "description", "contact_name", "contact_email", "contact_role", "scheduled_for", "outcome",
    "outcome_value", "case_study_url", "testimonial_url", "content_url", "quote", "owner",
)  # fmt: skip
MAX_TEXT = 10_000


class WebAddress(Text):
    """An http or https address, or empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=500, required=False, allow_blank=True, validators=[WEB_ADDRESS], **kwargs)


class Email(Text, serializers.EmailField):
    """A JSON text with an email address, or empty."""


class ActivityDetailsSerializer(StrictSerializer):
    """What is known of an activity."""

    type = serializers.ChoiceField(choices=AdvocacyType.choices)
    title = Text(max_length=200)
    description = Text(required=False, allow_blank=True, max_length=MAX_TEXT)
    contact_name = Text(required=False, allow_blank=True, max_length=200)
    contact_email = Email(required=False, allow_blank=True, max_length=254)
    contact_role = Text(required=False, allow_blank=True, max_length=120)
    scheduled_for = Instant(required=False, allow_null=True, help_text="When it takes place.")
    outcome = Text(required=False, allow_blank=True, max_length=MAX_TEXT, help_text="What came of it.")
    outcome_value = serializers.DecimalField(
        required=False, allow_null=True, max_digits=19, decimal_places=2, min_value=0, help_text="What it was worth."
    )
    case_study_url = WebAddress()
    testimonial_url = WebAddress()
    content_url = WebAddress()
    quote = Text(required=False, allow_blank=True, max_length=2_000, help_text="Word for word.")
    owner = serializers.PrimaryKeyRelatedField(
        queryset=get_user_model().objects.filter(is_active=True), required=False, allow_null=True,
        pk_field=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        help_text="Id of the user who sees to it; at first the customer's success manager.",
    )  # fmt: skip


class NewActivitySerializer(ActivityDetailsSerializer):
    status = serializers.ChoiceField(
        choices=(AdvocacyStatus.PENDING, AdvocacyStatus.REQUESTED), default=AdvocacyStatus.PENDING,
        help_text="PENDING: planned. REQUESTED: the customer is asked at once, if the limits allow it.",
    )  # fmt: skip


class ActivityChangesSerializer(ActivityDetailsSerializer):
    """What is left out stays as it is."""

    status = serializers.ChoiceField(
        choices=AdvocacyStatus.choices, required=False,
        help_text="PENDING, REQUESTED, IN_PROGRESS, COMPLETED follow each other; DECLINED and CANCELLED end each.",
    )  # fmt: skip
    declined_reason = Text(
        required=False, allow_blank=True, max_length=MAX_REASON, help_text="Goes with the status DECLINED."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        is_declined = values.get("status") == AdvocacyStatus.DECLINED
        has_reason = bool(values.get("declined_reason"))
        if is_declined and not has_reason:
            raise ValidationError({"declined_reason": [ErrorDetail("Say why the customer declined.", "required")]})
        if has_reason and not is_declined:
            raise ValidationError({"declined_reason": [ErrorDetail("Only with the status DECLINED.", "invalid")]})
        return values


class ActivitySerializer(serializers.ModelSerializer):
    """An activity. `requested_at` is when the customer was asked."""

    customer = serializers.IntegerField(source="customer_id")
    owner = serializers.IntegerField(source="owner_id", allow_null=True)

    class Meta:
        model = AdvocacyActivity
        fields = (
            "id", "customer", "status", *_DETAILS, "story", "requested_at", "completed_at", "declined_at",
            "declined_reason", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class AdvocacyMetricsSerializer(serializers.Serializer):
    """Of the customers that you see."""

    total_advocates = serializers.IntegerField(help_text="Customers who completed an activity.")
    case_studies_published = serializers.IntegerField(help_text="Completed ones.")
    testimonials_collected = serializers.IntegerField(help_text="Completed ones.")
    reference_calls_completed = serializers.IntegerField()
    advocacy_success_rate = serializers.FloatField(
        allow_null=True, help_text="Percent completed of those completed or declined; null before the first."
    )
