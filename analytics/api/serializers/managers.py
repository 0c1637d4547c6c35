"""Success managers in figures."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.rules.managers import MEASURES, Manager

_NUMBER = {"type": "number", "nullable": True}
_VALUE = {"type": "object", "properties": {"value": _NUMBER, "n": {"type": "integer", "minimum": 0}}}


@extend_schema_field({"type": "object", "properties": {one.code: _VALUE for one in MEASURES}})
class Figures(serializers.Field):
    """Each measure: its value, and of how many; null where these are too few."""

    def to_representation(self, value: Manager) -> dict[str, Any]:
        return {one.code: {"value": one.of(value), "n": one.n(value)} for one in MEASURES}


@extend_schema_field({"type": "object", "properties": {one.code: _NUMBER for one in MEASURES}})
class Medians(serializers.DictField):
    """Of each measure; null, or empty, where they would tell who the others are."""


class ManagerSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    figures = Figures(source="*")


class ManagersSerializer(serializers.Serializer):
    as_of = serializers.DateTimeField()
    start = serializers.DateField()
    end = serializers.DateField()
    managers = ManagerSerializer(many=True)
    compared_with = serializers.IntegerField(help_text="How many managers the medians are of.")
    medians = Medians()
