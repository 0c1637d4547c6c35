"""Moves that happened, each with its explanation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle import queries
from lifecycle.models import Transition

from .conditions import ConditionSerializer

AUTO, SYSTEM = "auto", "system"


def author(transition: Transition) -> str:
    """``auto``, ``manual:`` and the name of the user, or ``system`` for an initial tag."""
    if transition.by:
        return f"manual:{transition.by.get_username()}"
    return AUTO if transition.rule_id else SYSTEM


class AutomationTriggerSerializer(serializers.Serializer):
    """The version of a rule that made a move, and each of its conditions with the value it had."""

    rule = serializers.CharField(source="rule.key", help_text="Key of the rule.")
    rule_id = serializers.IntegerField(help_text="Id of this version of the rule.")
    version = serializers.IntegerField(source="rule.version")
    name = serializers.CharField(source="rule.name")
    conditions = serializers.SerializerMethodField()

    @extend_schema_field(ConditionSerializer(many=True))
    def get_conditions(self, transition: Transition) -> Any:
        return ConditionSerializer(queries.why(transition), many=True).data


def trigger(transition: Transition) -> Any:
    return AutomationTriggerSerializer(transition).data if transition.rule else None


class TransitionSerializer(serializers.Serializer):
    """A move from one status tag to another."""

    id = serializers.IntegerField()
    customer = serializers.IntegerField(source="customer_id", help_text="The numeric id of the customer.")
    lifecycle = serializers.CharField(source="lifecycle.code")
    from_tag = serializers.CharField(
        source="from_tag.code", default=None, read_only=True, allow_null=True, help_text="Null: had no tag."
    )
    to_tag = serializers.CharField(source="to_tag.code", default=None, read_only=True, allow_null=True)
    applied_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField(help_text="When it was written down; later than applied_at in a replay.")
    applied_by = serializers.SerializerMethodField(help_text="`auto`, or `manual:` and the name of the user.")
    reason = serializers.SerializerMethodField(help_text="What the person said, or the name of the rule.")
    notes = serializers.CharField(help_text="What the person wrote besides.")
    automation_trigger = serializers.SerializerMethodField(help_text="Null for moves by hand.")

    def get_applied_by(self, transition: Transition) -> str:
        return author(transition)

    def get_reason(self, transition: Transition) -> str:
        return reason(transition)

    @extend_schema_field(AutomationTriggerSerializer(allow_null=True))
    def get_automation_trigger(self, transition: Transition) -> Any:
        return trigger(transition)


def reason(transition: Transition) -> str:
    """Why the customer was moved, in a few words."""
    return transition.reason or (transition.rule.name if transition.rule else "")
