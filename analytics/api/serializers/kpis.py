"""Key figures as the API tells them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from analytics.queries import KpiStanding
from analytics.rules.kpis import Standing
from lifecycle.api.serializers.fields import StrictSerializer


class KpiOwnerSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()


class KpiTrendSerializer(serializers.Serializer):
    """Against a month before; ``null`` where it is not known."""

    before = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(allow_null=True)
    is_better = serializers.BooleanField(allow_null=True)


class KpiSerializer(serializers.Serializer):
    """One key figure, and where it stands."""

    code = serializers.CharField(source="kpi.code")
    name = serializers.CharField(source="kpi.name")
    area = serializers.CharField(source="kpi.area")
    definition = serializers.CharField(source="kpi.definition")
    target_source = serializers.CharField(source="kpi.source", help_text="Who names it and set the target first.")
    lifecycle = serializers.CharField(source="kpi.lifecycle")
    unit = serializers.SerializerMethodField(help_text="Empty: a number. Of money the code of its currency.")
    is_lower_better = serializers.BooleanField(source="kpi.is_lower_better")
    value = serializers.FloatField(allow_null=True, help_text="Null: there was nothing to count.")
    n = serializers.IntegerField(help_text="Customers that it stands on; below 5 it is not judged.")
    margin = serializers.FloatField(allow_null=True, help_text="Half the 95 % interval, of a net promoter score.")
    target = serializers.FloatField(source="target.target", allow_null=True)
    standing = serializers.ChoiceField(choices=[one.value for one in Standing])
    trend = serializers.SerializerMethodField()
    owner = KpiOwnerSerializer(source="target.owner", allow_null=True)
    as_of = serializers.DateTimeField()

    def get_unit(self, said: KpiStanding) -> str:
        return str(settings.TENURE_CURRENCY) if said.kpi.unit == "money" else said.kpi.unit

    @extend_schema_field(KpiTrendSerializer)
    def get_trend(self, said: KpiStanding) -> dict[str, Any]:
        return dict(KpiTrendSerializer(said).data)


class KpiListSerializer(serializers.Serializer):
    results = KpiSerializer(many=True)


class KpiChangesSerializer(StrictSerializer):
    """What is left out stays."""

    target = serializers.DecimalField(
        max_digits=19, decimal_places=4, allow_null=True, required=False, help_text="Null: there is none."
    )
    owner = serializers.PrimaryKeyRelatedField(
        queryset=get_user_model().objects.filter(is_active=True), required=False, allow_null=True,
        pk_field=serializers.IntegerField(min_value=1, max_value=2**31 - 1),
        help_text="Id of the user who answers for it.",
    )  # fmt: skip
