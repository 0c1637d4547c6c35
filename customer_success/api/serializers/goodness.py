"""How well a scorecard's scores tell who will churn."""

from __future__ import annotations

from rest_framework import serializers


class DecileSerializer(serializers.Serializer):
    """About a tenth of the customers, by score."""

    low = serializers.IntegerField(help_text="The lowest score in it.")
    high = serializers.IntegerField()
    customers = serializers.IntegerField(source="number", help_text="Once a landmark.")
    churned = serializers.IntegerField()
    churn_rate = serializers.FloatField(source="rate", help_text="0 to 1.")


class BeforeChurnSerializer(serializers.Serializer):
    """The level in which those who churned stood some days before."""

    days = serializers.IntegerField()
    levels = serializers.DictField(child=serializers.IntegerField(), help_text="How many stood in each level.")
    without_score = serializers.IntegerField(source="unknown")
    green_churn_rate = serializers.FloatField(
        source="green_churn", allow_null=True, help_text="The share in GOOD or EXCELLENT; null: too few to say."
    )


class GoodnessSerializer(serializers.Serializer):
    """Scores as they were written then, beside who churned after."""

    lifecycle = serializers.CharField(source="lifecycle.code", help_text="In which it counts as churn.")
    horizon_days = serializers.IntegerField()
    landmarks = serializers.ListField(
        child=serializers.DateField(), help_text="The days on which everybody who had not churned is looked at."
    )
    churned = serializers.IntegerField(help_text="Within the horizon after a landmark.")
    stayed = serializers.IntegerField()
    auc = serializers.FloatField(
        allow_null=True,
        help_text="How often, of one who churned and one who stayed, the one who churned had the lower score; "
        "0.5 is a coin. Null: too few to say.",
    )
    green_churn_rate = serializers.FloatField(
        allow_null=True, help_text="Of those who churned, the share that looked healthy as many days before."
    )
    deciles = DecileSerializer(many=True, help_text="The lowest scores first; empty: too few to say.")
    before_churn = BeforeChurnSerializer(source="before", many=True)
