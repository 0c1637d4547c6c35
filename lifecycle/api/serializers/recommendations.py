"""Decisions that wait for people, and what people say of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle import queries
from lifecycle.engine.transitions import MAX_REASON
from lifecycle.models import Recommendation, RecommendationState, ReviewReason

from .conditions import ConditionSerializer
from .fields import Instant, StrictSerializer, Text


class RecommendationSerializer(serializers.Serializer):
    """A move that a rule recommends, why a person is asked, and what became of it."""

    id = serializers.IntegerField()
    customer = serializers.IntegerField(source="customer_id", help_text="The numeric id of the customer.")
    external_id = serializers.CharField(source="customer.external_id")
    lifecycle = serializers.CharField(source="lifecycle.code")
    from_tag = serializers.CharField(
        source="from_tag.code", default=None, read_only=True, allow_null=True, help_text="Null: has no tag."
    )
    to_tag = serializers.CharField(source="rule.to_tag.code")
    rule = serializers.CharField(source="rule.key", help_text="Key of the rule.")
    rule_id = serializers.IntegerField(help_text="Id of this version of the rule.")
    version = serializers.IntegerField(source="rule.version")
    name = serializers.CharField(source="rule.name")
    confidence = serializers.FloatField(help_text="0 to 1: how far the rule was trusted when it asked.")
    reasons = serializers.ListField(
        child=serializers.ChoiceField(ReviewReason.choices), help_text="Why a person is asked."
    )
    conditions = serializers.SerializerMethodField(help_text="With the values of then.")
    state = serializers.ChoiceField(RecommendationState.choices)
    created_at = serializers.DateTimeField()
    snoozed_until = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", default=None, read_only=True, allow_null=True)

    @extend_schema_field(ConditionSerializer(many=True))
    def get_conditions(self, recommendation: Recommendation) -> Any:
        return ConditionSerializer(queries.why_recommended(recommendation), many=True).data


class DecisionSerializer(StrictSerializer):
    """What a person says besides yes or no."""

    note = Text(max_length=MAX_REASON, required=False, allow_blank=True, default="")


class SnoozeSerializer(DecisionSerializer):
    """Until when the decision is put off."""

    until = Instant(help_text="An instant in the future, with its zone.")
