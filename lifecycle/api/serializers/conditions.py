"""Conditions of rules as they stood for a customer: in suggestions, and as evidence of moves."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lifecycle.rules.explain import Line
from lifecycle.rules.nodes import Operator, plain


class ConditionSerializer(serializers.Serializer):
    """One condition with its threshold, and the value it was compared with."""

    metric = serializers.CharField(help_text="Name of the metric in the catalogue.")
    operator = serializers.ChoiceField(choices=[one.value for one in Operator])
    threshold = serializers.JSONField(help_text="A number, text, true or false, a day, or a list of them.")
    value = serializers.JSONField(allow_null=True, help_text="The value at that time; null if it was not known.")
    met = serializers.BooleanField()
    negated = serializers.BooleanField(help_text="Whether it stands under a `not`: met where it does not hold.")
    group = serializers.ListField(
        child=serializers.CharField(),
        help_text="The groups around it, from the outermost in, such as `one of 2`; empty in an outermost `all`.",
    )
    sentence = serializers.CharField(help_text="The condition in words.")

    def to_representation(self, line: Line) -> dict[str, Any]:
        return {
            "metric": line.metric,
            "operator": line.operator,
            "threshold": plain(line.wanted),  # type: ignore[arg-type]  # a value of the parser
            "value": plain(line.actual),
            "met": line.is_met,
            "negated": line.is_negated,
            "group": list(line.group),
            "sentence": line.sentence,
        }
