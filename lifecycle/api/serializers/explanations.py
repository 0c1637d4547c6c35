"""Why a customer would be moved, why not, and what would have to change."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle.models import ReviewReason
from lifecycle.queries import Explanation

from .conditions import ConditionSerializer


class FreshConditionSerializer(ConditionSerializer):
    """A condition as it stands, and whether its input is fresh."""

    fresh = serializers.BooleanField(help_text="False: what it reads is stale, so the rule does not fire.")


class ExplanationSerializer(serializers.Serializer):
    """How one rule stands for the customer."""

    rule = serializers.CharField(source="rule.key", help_text="Key of the rule.")
    rule_id = serializers.IntegerField(source="rule.id")
    name = serializers.CharField(source="rule.name")
    to_tag = serializers.CharField(source="rule.to_tag.code")
    priority = serializers.IntegerField(source="rule.priority", help_text="The lower number wins.")
    starts_here = serializers.BooleanField(help_text="Whether the rule starts from the customer's tag.")
    holds = serializers.BooleanField(help_text="Whether it starts here and its conditions are met.")
    verdict = serializers.CharField(help_text="In one sentence.")
    obstacles = serializers.ListField(
        child=serializers.CharField(), help_text="Why the rule does not move the customer though it may hold."
    )
    review_reasons = serializers.ListField(
        source="asks", child=serializers.ChoiceField(choices=ReviewReason.choices),
        help_text="Why the next evaluation will ask a person instead of moving the customer.",
    )  # fmt: skip
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What would have to become true, the shortest way. Empty if it holds."
    )
    conditions = serializers.SerializerMethodField()

    @extend_schema_field(FreshConditionSerializer(many=True))
    def get_conditions(self, explanation: Explanation) -> Any:
        return [
            {**ConditionSerializer(line).data, "fresh": line.metric not in explanation.stale}
            for line in explanation.lines
        ]


class ExplanationsSerializer(serializers.Serializer):
    """Where the customer is, and every rule in force as it stands."""

    customer = serializers.IntegerField(help_text="The numeric id of the customer.")
    lifecycle = serializers.CharField()
    current_tag = serializers.CharField(allow_null=True, help_text="Null while untagged.")
    rules = ExplanationSerializer(
        many=True, help_text="In the order in which they win; those that start elsewhere last."
    )
