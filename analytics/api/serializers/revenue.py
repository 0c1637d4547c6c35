"""Retention and revenue by period."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.rules.revenue import Basis, Movement, Revenue, Split, Unit


class RevenueQuerySerializer(serializers.Serializer):
    """What is looked at."""

    basis = serializers.ChoiceField(
        [str(one) for one in Basis], default=str(Basis.CONTRACTS),
        help_text="`contracts`: monthly recurring revenue at the end of each period; `orders`: those of the period.",
    )  # fmt: skip
    unit = serializers.ChoiceField(
        [str(one) for one in Unit], default=str(Unit.MONTH), help_text="How long a period is."
    )
    split = serializers.ChoiceField([str(one) for one in Split], required=False, help_text="The last period by this.")


def _money(help_text: str = "") -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=None, decimal_places=2, help_text=help_text)


class MovedSerializer(serializers.Serializer):
    customers = serializers.IntegerField()
    change = _money("Revenue of this period less that of the period before.")


class MovementsSerializer(serializers.Serializer):
    """By movement. `unchanged` counts customers; its change is zero."""

    new = MovedSerializer()
    reactivation = MovedSerializer()
    expansion = MovedSerializer()
    contraction = MovedSerializer()
    churn = MovedSerializer()
    unchanged = MovedSerializer()

    def to_representation(self, one: Revenue) -> dict[str, Any]:
        return {str(each): MovedSerializer(one.of(each)).data for each in Movement}


def _rate(help_text: str = "") -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=help_text)


class RevenueSerializer(serializers.Serializer):
    """A period. Rates are shares of what the customers of the period before brought, or of their number; `null` where
    there were none."""

    period = serializers.DateField(help_text="Its first day.")
    customers = serializers.IntegerField(help_text="Active in this period.")
    customers_before = serializers.IntegerField(help_text="Active in the period before.")
    start = _money("Revenue of the period before.")
    end = _money("Revenue of this period.")
    movements = MovementsSerializer(source="*")
    difference = _money("`end - start` less all movements: zero.")
    grr = _rate("Gross revenue retention.")
    nrr = _rate("Net revenue retention.")
    logo_retention = _rate()
    logo_churn = _rate()
    gross_churn = _rate("Gross revenue churn.")
    net_churn = _rate("Net revenue churn; below zero where expansion was more than was lost.")
    is_few = serializers.BooleanField(help_text="Fewer than five customers before: rates say little.")


class RevenuePartSerializer(serializers.Serializer):
    """The last period of some of the customers."""

    part = serializers.CharField(help_text="The tier, plan or industry that they have now; empty: none.")
    revenue = RevenueSerializer()


class RevenueBoardSerializer(serializers.Serializer):
    as_of = serializers.DateTimeField()
    basis = serializers.CharField()
    unit = serializers.CharField()
    currency = serializers.CharField(help_text="Of all amounts, as ISO 4217 names it.")
    periods = RevenueSerializer(many=True, help_text="The last twelve that are over, the earliest first.")
    parts = RevenuePartSerializer(many=True, help_text="The last period by `split`; empty without it.")
