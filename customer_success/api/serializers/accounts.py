"""Accounts: customers as spec 3 knows them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customer_success.engine.accounts import AccountText
from customer_success.models import (
    Account,
    ChurnRiskLevel,
    CustomerStatus,
    CustomerTier,
    HealthLevel,
    HealthTrend,
    OnboardingStatus,
)
from customer_success.queries.accounts import owner_unless_named, status_of
from customer_success.rules.profile import adoption_rate, time_to_value
from lifecycle.api.serializers.fields import Instant, StrictSerializer, Text
from lifecycle.models import Customer
from lifecycle.queries.portfolio import EVERYBODY
from lifecycle.rules.traits import PRODUCT_TAGS

from .fields import MOST, Number, Trait, choice, count, day, money, words, written

TRAITS = ("email", "name", "plan", "product_tag", "timezone")


class AccountFields(serializers.Serializer):
    """The contract and what else is written of an account."""

    annual_revenue = money(help_text="Per year, by contract; the tier follows from it.")
    lifetime_value = money()
    contract_start_date = day()
    contract_end_date = day()
    renewal_date = day()
    total_policies = count()
    active_policies = count(help_text="Of these, in force.")
    churn_risk = choice(ChurnRiskLevel)
    last_contact_at = Instant(required=False, allow_null=True)
    industry = Text(max_length=80, required=False, allow_null=True)
    labels = words(40, help_text="Free words: spec 3's tags.")


class AccountWriteSerializer(AccountFields, StrictSerializer):
    """An account as it is written. What is left out of a PUT is emptied; tier and status stay where they are."""

    email = Trait(max_length=254)
    name = Trait(max_length=200)
    plan = Trait(max_length=60)
    product_tag = serializers.ChoiceField(choices=tuple(PRODUCT_TAGS.items()), required=False, allow_null=True)
    timezone = Trait(max_length=60, help_text="IANA name, such as Asia/Tokyo.")
    tier = serializers.ChoiceField(
        choices=CustomerTier.choices, required=False, help_text="By hand, until the revenue changes."
    )
    status = serializers.ChoiceField(choices=CustomerStatus.choices, required=False)
    reason = Text(
        max_length=500, required=False, default="", allow_blank=True,
        help_text="Why the tier or the status is another one; it stands in the history.",
    )  # fmt: skip

    def text(self, *, whole: bool) -> AccountText:
        """What was written; ``whole``: what is left out is emptied."""
        told = self.validated_data
        values = written(told, map(str, AccountFields().fields), of=Account, whole=whole)
        traits = {name: told.get(name) for name in TRAITS if whole or name in told}
        return AccountText(values, traits, told.get("tier"), told.get("status"), told.get("reason", ""))


class NewAccountSerializer(AccountWriteSerializer):
    """A customer that becomes an account; it is created if there is none with this id."""

    external_id = Text(max_length=200, help_text="The customer's id in the system that sends the events.")
    owner = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, allow_null=True,
        help_text="Id of the success manager. Whoever does not see every customer opens accounts for themselves.",
    )  # fmt: skip

    def owner_for(self, user: Any) -> Any:
        """Who gets the account; ``user`` asks."""
        wanted = self.validated_data.get("owner")
        if wanted is None:
            return owner_unless_named(self.validated_data["external_id"], user)
        if wanted != user.id and not user.has_perms((EVERYBODY, "lifecycle.assign_customer")):
            raise serializers.ValidationError({"owner": "You may open accounts for yourself only."})
        owner = get_user_model().objects.filter(id=wanted, is_active=True).first()
        if owner is None:
            raise serializers.ValidationError({"owner": f"There is no user {wanted}."})
        return owner


class OwnerSerializer(serializers.Serializer):
    """The success manager."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class HealthSerializer(serializers.Serializer):
    """The health in force."""

    score = serializers.IntegerField()
    level = serializers.ChoiceField(choices=HealthLevel.choices)
    trend = serializers.ChoiceField(choices=HealthTrend.choices)


class AccountSerializer(serializers.Serializer):
    """An account: spec 3's ``Customer``."""

    id = serializers.IntegerField()
    external_id = serializers.CharField()
    email = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    plan = serializers.CharField(allow_null=True)
    product_tag = serializers.ChoiceField(choices=tuple(PRODUCT_TAGS.items()), allow_null=True)
    timezone = serializers.CharField()
    tier = serializers.ChoiceField(choices=CustomerTier.choices, allow_null=True)
    status = serializers.SerializerMethodField(help_text="Null before the first.")
    owner = OwnerSerializer(allow_null=True)
    health = serializers.SerializerMethodField(help_text="Null before the first score.")
    annual_revenue = money(source="account.annual_revenue", read_only=True)
    lifetime_value = money(source="account.lifetime_value", read_only=True)
    contract_start_date = day(source="account.contract_start_date", read_only=True)
    contract_end_date = day(source="account.contract_end_date", read_only=True)
    renewal_date = day(source="account.renewal_date", read_only=True)
    total_policies = count(source="account.total_policies", read_only=True)
    active_policies = count(source="account.active_policies", read_only=True)
    churn_risk = choice(ChurnRiskLevel, source="account.churn_risk", read_only=True)
    last_contact_at = Instant(source="account.last_contact_at", read_only=True, allow_null=True)
    industry = serializers.CharField(source="account.industry", read_only=True, allow_null=True)
    labels = serializers.ListField(source="account.labels", read_only=True, child=serializers.CharField())
    opened_at = serializers.DateTimeField(source="account.opened_at", read_only=True)
    updated_at = serializers.DateTimeField(source="account.updated_at", read_only=True)

    @extend_schema_field(serializers.ChoiceField(choices=CustomerStatus.choices, allow_null=True))
    def get_status(self, customer: Customer) -> object:
        tag = status_of(customer)
        return tag.code if tag else None

    @extend_schema_field(HealthSerializer(allow_null=True))
    def get_health(self, customer: Customer) -> object:
        health = getattr(customer, "health", None)
        return HealthSerializer(health).data if health else None


class ProfileSummarySerializer(serializers.Serializer):
    """How far the account is."""

    onboarding_status = serializers.ChoiceField(choices=OnboardingStatus.choices)
    time_to_value = serializers.SerializerMethodField(help_text="Days; null before the first value.")
    adoption_rate = serializers.SerializerMethodField(help_text="Features used in percent of those available.")
    nps_score = Number(max_digits=4, decimal_places=2, allow_null=True)
    csat_score = Number(max_digits=4, decimal_places=2, allow_null=True)
    ces_score = Number(max_digits=4, decimal_places=2, allow_null=True)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_time_to_value(self, profile: Any) -> object:
        return time_to_value(profile.onboarding_started_on, profile.first_value_on)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_adoption_rate(self, profile: Any) -> object:
        rate = adoption_rate(profile.features_used, profile.features_available)
        return None if rate is None else float(rate)


class AccountDetailSerializer(AccountSerializer):
    """An account with its success profile in short."""

    profile = serializers.SerializerMethodField()

    @extend_schema_field(ProfileSummarySerializer(allow_null=True))
    def get_profile(self, customer: Customer) -> object:
        profile = getattr(customer.account, "profile", None)
        return ProfileSummarySerializer(profile).data if profile else None
