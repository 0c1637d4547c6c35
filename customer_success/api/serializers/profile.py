"""Success profiles: spec 3's ``CustomerSuccessProfile``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import EmailValidator
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customer_success.models import (
    DataMigrationStatus,
    IntegrationStatus,
    Judgement,
    OnboardingStatus,
    StakeholderRole,
    SuccessProfile,
)
from customer_success.queries.accounts import goal_attainment
from customer_success.rules.profile import adoption_rate, time_to_value
from lifecycle.api.serializers.fields import StrictSerializer, Text

from .fields import Number, choice, count, day, money, number, words, written

MOST_ROWS = 100
_FIGURE = {"max_digits": 19, "decimal_places": 4, "required": False, "allow_null": True, "default": None}


def _percent(**more: Any) -> Number:
    return number(0, 100, **more)


def _state(choices: Any) -> serializers.ChoiceField:
    return choice(choices, allow_null=False)


class ValueMetricSerializer(StrictSerializer):
    """A figure of the customer's own business: before, goal, now."""

    name = Text(max_length=120)
    unit = Text(max_length=20, allow_blank=True, default="")
    baseline = Number(**_FIGURE)
    target = Number(**_FIGURE)
    current = Number(**_FIGURE)


class StakeholderSerializer(StrictSerializer):
    """A person at the customer."""

    name = Text(max_length=200)
    role = serializers.ChoiceField(choices=StakeholderRole.choices)
    title = Text(max_length=120, allow_blank=True, default="")
    email = Text(
        max_length=254, allow_blank=True, default="",
        validators=[EmailValidator("An address such as ann@example.com is needed.")],
    )  # fmt: skip
    phone = Text(max_length=40, allow_blank=True, default="")


class ProfileWriteSerializer(StrictSerializer):
    """A profile as it is written. What is left out of a PUT is emptied; the two lists are replaced as a whole."""

    executive_sponsor = Text(max_length=200, required=False, allow_null=True)
    business_objectives = words(300)
    success_criteria = words(300)
    onboarding_status = _state(OnboardingStatus)
    onboarding_started_on = day()
    onboarding_completed_on = day()
    first_value_on = day(help_text="When the customer first had what it came for; time to value ends here.")
    integration_status = _state(IntegrationStatus)
    data_migration_status = _state(DataMigrationStatus)
    training_completion = _percent()
    users_trained = count()
    licensed_users = count()
    active_users = count()
    features_available = count()
    features_used = count()
    plan_limit = count()
    plan_usage = count()
    use_cases = count()
    business_units = count()
    nps_score = number(0, 10)
    csat_score = number(1, 5)
    ces_score = number(1, 7)
    complaints = count()
    goal_attainment = _percent(help_text="Null: as the value metrics say.")
    roi = number(-9_999_999, 9_999_999, max_digits=9)
    payments_on_time = _percent()
    contract_compliance = _percent()
    renewal_intent = choice(Judgement)
    expansion_revenue = money()
    expansion_probability = _percent()
    support_interaction = choice(Judgement)
    product_feedback = choice(Judgement)
    integration_health = choice(Judgement)
    performance = choice(Judgement)
    security_compliance = choice(Judgement)
    upgrade_readiness = choice(Judgement)
    account_expansion = choice(Judgement)
    value_metrics = serializers.ListField(child=ValueMetricSerializer(), required=False, max_length=MOST_ROWS)
    stakeholders = serializers.ListField(child=StakeholderSerializer(), required=False, max_length=MOST_ROWS)

    def values(self, *, whole: bool) -> dict[str, Any]:
        """The plain fields that were written; ``whole``: what is left out is emptied."""
        names = (name for name in map(str, self.fields) if name not in {"value_metrics", "stakeholders"})
        return written(self.validated_data, names, of=SuccessProfile, whole=whole)

    def rows(self, name: str, *, whole: bool) -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] | None = self.validated_data.get(name, [] if whole else None)
        return rows


class ProfileSerializer(serializers.ModelSerializer):
    """What an account wants to reach, and how far it is."""

    customer = serializers.IntegerField(source="account_id")
    value_metrics = ValueMetricSerializer(many=True)
    stakeholders = StakeholderSerializer(many=True)
    time_to_value = serializers.SerializerMethodField(help_text="Days from the start of onboarding to first value.")
    adoption_rate = serializers.SerializerMethodField(help_text="Features used in percent of those available.")
    goal_attainment = serializers.SerializerMethodField(help_text="As told, or as the value metrics say; percent.")
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping, models.DecimalField: Number,
    }  # fmt: skip

    class Meta:
        model = SuccessProfile
        fields = (
            "customer", *ProfileWriteSerializer._declared_fields, "time_to_value", "adoption_rate", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_time_to_value(self, profile: SuccessProfile) -> int | None:
        return time_to_value(profile.onboarding_started_on, profile.first_value_on)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_adoption_rate(self, profile: SuccessProfile) -> float | None:
        return _plain(adoption_rate(profile.features_used, profile.features_available))

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_goal_attainment(self, profile: SuccessProfile) -> float | None:
        return _plain(goal_attainment(profile))


def _plain(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
