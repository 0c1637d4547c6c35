"""Health scores: as they are told, and as they are told of."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customer_success.models import HealthLevel, HealthScore, HealthTrend, ScoreSource
from lifecycle.api.serializers.fields import StrictSerializer, Text, Whole

COMPONENTS = ("engagement", "success", "satisfaction", "financial")


def _score(help_text: str = "") -> Whole:
    return Whole(min_value=0, max_value=100, required=False, help_text=help_text)


class ComponentsSerializer(StrictSerializer):
    """The component scores of the success program; those left out hand their weight on."""

    engagement_score = _score("Weighs 30%, as the scorecard of the success program is shipped.")
    success_score = _score("Weighs 30%.")
    satisfaction_score = _score("Weighs 20%.")
    financial_score = _score("Weighs 20%.")

    def components(self) -> dict[str, int]:
        """By the codes of the scorecard's dimensions."""
        given = self.validated_data
        return {code: given[f"{code}_score"] for code in COMPONENTS if f"{code}_score" in given}


class HealthScoreRequestSerializer(ComponentsSerializer):
    """Component scores, or an overall score."""

    overall_score = _score("Where there are no components.")
    notes = Text(max_length=2000, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        has_components = any(f"{code}_score" in attrs for code in COMPONENTS)
        if has_components and "overall_score" in attrs:
            raise serializers.ValidationError({"overall_score": "It follows from the component scores; leave it out."})
        if not has_components and "overall_score" not in attrs:
            raise serializers.ValidationError({"overall_score": "Give the component scores, or an overall score."})
        return attrs


class HealthScoreSerializer(serializers.ModelSerializer):
    """The score of a day; it holds until the next row."""

    date = serializers.DateField(source="day")
    overall_score = serializers.IntegerField(source="score")
    health_level = serializers.ChoiceField(source="level", choices=HealthLevel.choices)
    trend = serializers.ChoiceField(choices=HealthTrend.choices)
    source = serializers.ChoiceField(choices=ScoreSource.choices)  # type: ignore[assignment]  # a field of that name
    scorecard = serializers.SerializerMethodField(help_text="Its code; null where the score was told as a whole.")
    components = serializers.SerializerMethodField(help_text="The mean of each dimension, 0 to 100; null: unknown.")
    factors = serializers.SerializerMethodField(help_text="The value of each input; null: missing.")
    by = serializers.CharField(source="by.username", default=None, allow_null=True, help_text="Null: computed.")

    class Meta:
        model = HealthScore
        fields = (
            "id", "date", "overall_score", "health_level", "trend", "source", "scorecard", "components", "factors",
            "notes", "recorded_at", "by",
        )  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_scorecard(self, row: HealthScore) -> str | None:
        return row.version.scorecard.code if row.version else None

    @extend_schema_field(serializers.DictField(child=serializers.FloatField(allow_null=True)))
    def get_components(self, row: HealthScore) -> Any:
        return row.components

    @extend_schema_field(serializers.DictField())
    def get_factors(self, row: HealthScore) -> Any:
        return {
            name: one if isinstance(one, int | str) or one is None else float(one) for name, one in row.values.items()
        }


class PartSerializer(serializers.Serializer):
    """What one input, or one component, gives to a score; all contributions add up to it."""

    dimension = serializers.CharField()
    metric = serializers.CharField()
    points = serializers.FloatField(allow_null=True, help_text="0 to 100; null where the input is missing.")
    planned_weight = serializers.FloatField(help_text="In percent of the score.")
    weight = serializers.FloatField(help_text="After missing inputs handed on theirs.")
    contribution = serializers.FloatField(help_text="In points of the score.")


class CalculationSerializer(serializers.Serializer):
    """A score with its parts."""

    overall_score = serializers.IntegerField()
    health_level = serializers.ChoiceField(choices=HealthLevel.choices)
    scorecard = serializers.CharField(allow_null=True)
    is_stored = serializers.BooleanField(help_text="False where components were given: nothing was written.")
    parts = PartSerializer(many=True)
