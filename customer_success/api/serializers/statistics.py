"""Figures over the accounts that a person sees."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customer_success.models import CustomerStatus, CustomerTier
from customer_success.queries.statistics import WITHOUT


def _counts(words: list[str]) -> dict[str, Any]:
    whole = {"type": "integer", "minimum": 0}
    names = [*words, WITHOUT]
    return {"type": "object", "properties": dict.fromkeys(names, whole), "required": names}


@extend_schema_field(_counts(CustomerTier.values))
class Tiers(serializers.DictField):
    """How many in each tier."""


@extend_schema_field(_counts(CustomerStatus.values))
class Statuses(serializers.DictField):
    """How many in each status."""


def _average(help_text: str = "") -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=help_text)


class StatisticsSerializer(serializers.Serializer):
    """Spec 3's ``CustomerStatistics``. Averages are over the accounts of which the value is known."""

    total_customers = serializers.IntegerField()
    customers_by_tier = Tiers()
    customers_by_status = Statuses()
    average_health_score = _average()
    total_annual_revenue = serializers.FloatField(help_text="Without the accounts that churned.")
    total_lifetime_value = serializers.FloatField()
    at_risk_customers = serializers.IntegerField()
    churned_customers = serializers.IntegerField()
    onboarding_customers = serializers.IntegerField()
    average_adoption_rate = _average("Features used in percent of those available.")
    average_nps = _average("0 to 10.")
    average_csat = _average("1 to 5.")


class OnboardingFiguresSerializer(serializers.Serializer):
    """Spec 3's ``OnboardingMetrics``, over the onboardings that have begun."""

    total_onboarding = serializers.IntegerField()
    completed_onboarding = serializers.IntegerField()
    average_time_to_value = _average("Days from the start of onboarding to first value.")
    average_onboarding_duration = _average("Days, of the completed ones.")
    training_completion_rate = _average("Percent of the planned training, on average.")
    onboarding_success_rate = _average("Completed ones in percent of those that ended, completed or cancelled.")
