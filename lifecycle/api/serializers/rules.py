"""Transition rules, the metrics they read, and the lifecycles they belong to."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle import queries
from lifecycle.engine.rules import fingerprint
from lifecycle.metrics.sources import Metric
from lifecycle.models import Lifecycle, RuleState, StatusTag, TagColour, TransitionRule
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
    written_by = serializers.CharField(
        source="written_by.username", default=None, read_only=True, allow_null=True,
        help_text="Who wrote the text as it stands; null if nobody is known.",
    )  # fmt: skip
    fingerprint = serializers.SerializerMethodField(help_text="Names the text: another text, another fingerprint.")
    published_by = serializers.CharField(source="published_by.username", default=None, read_only=True, allow_null=True)

    class Meta:
        model = TransitionRule
        fields = (
            "id", "lifecycle", "key", "version", "state", "name", "description", "from_tags", "from_untagged", "to_tag",
            "priority", "is_automatic", "skips_review", "cooldown_days", "hysteresis_percent",
            "sentence", "conditions", "notification",
            "written_by", "fingerprint", "shadow_since", "published_at", "published_by", "retired_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_fingerprint(self, rule: TransitionRule) -> str:
        return fingerprint(rule)

    def get_sentence(self, rule: TransitionRule) -> str:
        return queries.rule_sentence(rule)


class ChangeSerializer(serializers.Serializer):
    """Customers in one tag whom the rules would lead elsewhere than now."""

    start = serializers.CharField(source="start.code", default=None, allow_null=True, help_text="Null: no tag.")
    before = serializers.CharField(
        source="before.code", default=None, allow_null=True, help_text="Where the rules in force lead; null: nowhere."
    )
    after = serializers.CharField(
        source="after.code", default=None, allow_null=True, help_text="Where they would lead with the draft."
    )
    customers = serializers.IntegerField()
    examples = serializers.ListField(child=serializers.CharField(), help_text="Up to five of them.")


class ImpactSerializer(serializers.Serializer):
    """What publishing a draft would change at once."""

    looked_at = serializers.IntegerField(help_text="Customers in the tags that it concerns.")
    would_move = serializers.IntegerField(help_text="Would move, and stay by the rules in force.")
    no_longer = serializers.IntegerField(help_text="Would stay, and move by the rules in force.")
    elsewhere = serializers.IntegerField(help_text="Would move elsewhere.")
    changes = ChangeSerializer(many=True)


class ForeseenSerializer(ChangeSerializer):
    came_later = serializers.IntegerField(help_text="How many of them the rules in force have led there since.")


class ShadowSerializer(serializers.Serializer):
    """What a rule in shadow would have changed, beside the rules in force."""

    would_move = serializers.IntegerField(help_text="Moves that it would have made.")
    same = serializers.IntegerField(help_text="Of those, moves to where the rules in force led.")
    no_longer = serializers.IntegerField(help_text="Were moved, and would have stayed.")
    changes = ForeseenSerializer(many=True)
    moves_a_day = serializers.DictField(child=serializers.IntegerField(), help_text="By UTC day.")


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
    colour = serializers.CharField(help_text=f"{', '.join(TagColour.values)}, or empty: that of its category.")

    class Meta:
        model = StatusTag
        fields = ("code", "name", "description", "category", "colour", "position", "is_initial")
        read_only_fields = fields


class LifecycleSerializer(serializers.ModelSerializer):
    """A state machine with its status tags, in their order."""

    tags = StatusTagSerializer(many=True)

    class Meta:
        model = Lifecycle
        fields = ("id", "code", "name", "description", "is_active", "tags")
        read_only_fields = fields
