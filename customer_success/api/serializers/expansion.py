"""Opportunities of expansion (spec 3, "Opportunity Details")."""

from __future__ import annotations

from rest_framework import serializers

from customer_success.models import ExpansionOpportunity


class ExpansionOpportunitySerializer(serializers.ModelSerializer):
    customer = serializers.IntegerField(source="customer_id")
    customer_name = serializers.CharField(source="customer.__str__")
    csm = serializers.IntegerField(source="customer.owner_id", allow_null=True, help_text="Id of the success manager.")
    current_tier = serializers.CharField(allow_null=True)
    potential_tier = serializers.CharField(allow_null=True, help_text="Null: there is no higher one.")
    suggested_actions = serializers.ListField(child=serializers.CharField())
    last_review_date = serializers.DateField(
        allow_null=True, help_text="Of the latest business review that was held; null if there was none."
    )

    class Meta:
        model = ExpansionOpportunity
        fields = (
            "id", "customer", "customer_name", "csm", "kind", "status", "current_tier", "potential_tier", "reason",
            "estimated_revenue", "probability", "suggested_actions", "last_review_date", "detected_at", "ended_at",
            "outcome", "won_amount",
        )  # fmt: skip
        read_only_fields = fields
