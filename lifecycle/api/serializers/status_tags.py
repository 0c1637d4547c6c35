"""Spec 1's ``StatusTagResponse`` and ``StatusTagUpdate``: names of fields as they stand there."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from lifecycle.engine.transitions import MAX_REASON
from lifecycle.models import Recommendation, Transition
from lifecycle.queries import RuleStanding

from .conditions import ConditionSerializer
from .fields import Instant, StrictSerializer, Text, YesNo
from .transitions import AutomationTriggerSerializer, author, reason, trigger

MAX_NOTES = 10_000


class StatusTagHistorySerializer(serializers.Serializer):
    """A status tag that the customer entered."""

    tag = serializers.CharField(source="to_tag.code", default=None, read_only=True, allow_null=True)
    previous_tag = serializers.CharField(source="from_tag.code", default=None, read_only=True, allow_null=True)
    from_tag = serializers.CharField(
        source="from_tag.code", default=None, read_only=True, allow_null=True, help_text="The same as previous_tag."
    )
    applied_date = serializers.DateTimeField(source="applied_at")
    applied_by = serializers.SerializerMethodField(help_text="`auto`, or `manual:` and the name of the user.")
    transition_reason = serializers.SerializerMethodField(help_text="What the person said, or the name of the rule.")
    notes = serializers.CharField()
    automation_trigger = serializers.SerializerMethodField(help_text="Null for moves by hand.")
    transition_id = serializers.IntegerField(source="id")

    def get_applied_by(self, transition: Transition) -> str:
        return author(transition)

    def get_transition_reason(self, transition: Transition) -> str:
        return reason(transition)

    @extend_schema_field(AutomationTriggerSerializer(allow_null=True))
    def get_automation_trigger(self, transition: Transition) -> Any:
        return trigger(transition)


class AutomationSuggestionSerializer(serializers.Serializer):
    """A rule that starts from the customer's tag, and how far the customer is from meeting it."""

    rule = serializers.CharField(source="rule.key", help_text="Key of the rule.")
    rule_id = serializers.IntegerField(source="rule.id")
    name = serializers.CharField(source="rule.name")
    to_tag = serializers.CharField(source="rule.to_tag.code")
    priority = serializers.IntegerField(source="rule.priority", help_text="The lower number wins.")
    is_automatic = serializers.BooleanField(source="rule.is_automatic", help_text="False: waits for approval.")
    holds = serializers.BooleanField(help_text="Whether the customer meets the rule now.")
    confidence = serializers.FloatField(help_text="0 to 1: how far the rule is trusted to act alone.")
    conditions = ConditionSerializer(source="lines", many=True)
    recommendation_id = serializers.SerializerMethodField(
        help_text="The recommendation of this rule that waits, if any."
    )

    def get_recommendation_id(self, standing: RuleStanding) -> int | None:
        waiting: Recommendation | None = self.root.instance.waiting  # type: ignore[union-attr]  # the Standing
        return waiting.id if waiting and waiting.rule_id == standing.rule.id else None


class PinShownSerializer(serializers.Serializer):
    """A hold against automation."""

    until = serializers.DateTimeField(allow_null=True, help_text="Null: until released.")
    reason = serializers.CharField()
    pinned_at = serializers.DateTimeField()
    pinned_by = serializers.CharField(source="pinned_by.username")


class SynergySerializer(serializers.Serializer):
    """A product and a status tag together."""

    product_tag = serializers.CharField()
    interpretation = serializers.CharField()
    priority_action = serializers.CharField()


class StatusTagResponseSerializer(serializers.Serializer):
    """Where a customer stands in a lifecycle, how it came there, and where it may go next."""

    customer = serializers.IntegerField(source="customer.id", help_text="The numeric id of the customer.")
    lifecycle = serializers.CharField(source="lifecycle.code")
    current_tag = serializers.CharField(
        source="status.tag.code", default=None, read_only=True, allow_null=True, help_text="Null while untagged."
    )
    applied_date = serializers.DateTimeField(
        source="status.entered_at",
        default=None,
        read_only=True,
        allow_null=True,
        help_text="Null until the first move.",
    )
    history = StatusTagHistorySerializer(many=True, help_text="The latest 100 moves, the latest first.")
    next_possible_transitions = serializers.ListField(
        source="next_tags", child=serializers.CharField(), help_text="Tags that published rules lead to from here."
    )
    manual_transitions = serializers.ListField(
        source="by_hand", child=serializers.CharField(), help_text="Tags to which people may move the customer by hand."
    )
    automation_suggestions = AutomationSuggestionSerializer(source="rules", many=True, help_text="By priority.")
    pin = PinShownSerializer(allow_null=True, help_text="Null where automation may move the customer.")
    synergy = SynergySerializer(allow_null=True, help_text="What the customer's product and its tag mean together.")


class PinSerializer(StrictSerializer):
    """A hold against automation."""

    reason = Text(max_length=MAX_REASON, help_text="Everybody sees it.")
    until = Instant(
        required=False, allow_null=True, default=None, help_text="Until when it holds; null: until released."
    )


class StatusTagUpdateSerializer(StrictSerializer):
    """A move by hand, which overrides the rules."""

    new_tag = Text(max_length=40, help_text="Code of the status tag.")
    reason = Text(max_length=MAX_REASON, help_text="Stands in the customer's history.")
    manual_override = YesNo(help_text="Must be true: it says that the rules are overridden on purpose.")
    notes = Text(max_length=MAX_NOTES, required=False, allow_blank=True, default="")
    expected_tag = Text(
        max_length=40, required=False, allow_null=True,
        help_text="The tag that you saw, null for none. If the customer has moved since, the answer is 409.",
    )  # fmt: skip
    lifecycle = Text(max_length=40, required=False, help_text="May stand in the query instead.")
    pin = YesNo(required=False, default=False, help_text="Holds the customer there against automation.")
    pin_until = Instant(required=False, allow_null=True, help_text="Until when the pin holds; null: until released.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("pin_until") and not values["pin"]:
            message = 'It says until when a pin holds; add "pin": true.'
            raise ValidationError({"pin_until": [ErrorDetail(message, "without_pin")]})
        return values

    def validate_manual_override(self, value: bool) -> bool:
        if not value:
            message = "Must be true: a move by hand is always an override. Without it, the rules move the customer."
            raise ValidationError([ErrorDetail(message, "must_be_true")])
        return value
