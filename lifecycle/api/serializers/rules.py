"""Transition rules, the metrics they read, and the lifecycles they belong to."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle import queries
from lifecycle.metrics.sources import Metric
from lifecycle.models import Lifecycle, RuleState, StatusTag, TransitionRule
from lifecycle.rules.parse import OPERATORS_OF


class RuleSerializer(serializers.ModelSerializer):
    """One version of a rule."""

    lifecycle = serializers.CharField(source="lifecycle.code")
    state = serializers.ChoiceField(choices=RuleState.choices)
    from_tags: serializers.Field = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    to_tag = serializers.CharField(source="to_tag.code")
    sentence = serializers.SerializerMethodField(help_text="The conditions in words.")
    conditions = serializers.DictField(help_text="The tree of all, any, not and conditions.")
    notification = serializers.DictField(allow_null=True)
    published_by = serializers.CharField(source="published_by.username", default=None, read_only=True, allow_null=True)

    class Meta:
        model = TransitionRule
        fields = (
            "id", "lifecycle", "key", "version", "state", "name", "description", "from_tags", "from_untagged", "to_tag",
            "priority", "is_automatic", "skips_review", "cooldown_days", "hysteresis_percent",
            "sentence", "conditions", "notification",
            "published_at", "published_by",
            "retired_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_sentence(self, rule: TransitionRule) -> str:
        return queries.rule_sentence(rule)


class MetricSerializer(serializers.Serializer):
    """A value that rules can read."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=["number", "text", "boolean", "date"])
    unit = serializers.CharField(help_text="Such as days; empty for plain numbers and words.")
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields do not become attributes
    description = serializers.CharField()
    other_names = serializers.ListField(child=serializers.CharField(), help_text="Names that are understood as well.")
    choices = serializers.ListField(child=serializers.CharField(), help_text="The only words it can be; empty: any.")
    operators = serializers.SerializerMethodField()
    changes_with_time = serializers.SerializerMethodField(help_text="Whether it changes by waiting, with no new data.")

    def get_changes_with_time(self, metric: Metric) -> bool:
        return metric.changes_with_time or metric.is_windowed

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_operators(self, metric: Metric) -> Any:
        return sorted(OPERATORS_OF[metric.type])


class StatusTagSerializer(serializers.ModelSerializer):
    class Meta:
        model = StatusTag
        fields = ("code", "name", "description", "category", "position", "is_initial")
        read_only_fields = fields


class LifecycleSerializer(serializers.ModelSerializer):
    """A state machine with its status tags, in their order."""

    tags = StatusTagSerializer(many=True)

    class Meta:
        model = Lifecycle
        fields = ("id", "code", "name", "description", "is_active", "tags")
        read_only_fields = fields
