"""Spec 1's ``StatusDashboard``."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


def _share(help_text: str) -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=f"Percent {help_text} Null: there were none.")


class TransitionSummarySerializer(serializers.Serializer):
    """Moves from one tag to another."""

    from_tag = serializers.CharField(allow_null=True, help_text="Null: had no tag.")
    to_tag = serializers.CharField()
    moves = serializers.IntegerField()
    automatic = serializers.IntegerField(help_text="Of these, made by rules without a person.")


class MetricSummarySerializer(serializers.Serializer):
    """What automation did in the range, and whether it was right, by what is known at ``as_of``."""

    moves_by_rules = serializers.IntegerField(help_text="Made by rules alone, or recommended by them and approved.")
    automatic = serializers.IntegerField(help_text="Made by rules alone.")
    automatic_share = _share("of the moves by rules.")
    reversed = serializers.IntegerField(help_text="Taken back, or put back by a person within 14 days.")
    reversal_rate = _share("of the moves by rules.")
    not_settled = serializers.IntegerField(help_text="Stand so far, but are not 14 days old.")
    approved = serializers.IntegerField(help_text="Recommendations approved in the range.")
    rejected = serializers.IntegerField(help_text="Recommendations rejected in the range.")
    rejection_rate = _share("of the recommendations decided.")
    median_review_hours = serializers.FloatField(allow_null=True, help_text="From recommendation to decision.")
    review_hours_n = serializers.IntegerField(help_text="Decisions whose time is known; that median is of these.")
    entered_risk = serializers.IntegerField(help_text="Moves into risk tags from outside risk.")
    median_days_to_detect = serializers.FloatField(
        allow_null=True, help_text="From the day the rule's wait was over to the move into risk, at most."
    )
    days_to_detect_n = serializers.IntegerField(help_text="Moves into risk whose rule waits; that median is of these.")
    median_days_silent = serializers.FloatField(
        allow_null=True, help_text="From the customer's last event to the move into risk."
    )
    days_silent_n = serializers.IntegerField(help_text="Moves into risk after an event; that median is of these.")
    recovered = serializers.IntegerField(help_text="Moves out of risk to learning or active tags.")
    left_risk = serializers.IntegerField(
        help_text="Moves out of risk, without those by which a person put back a rule's move within 14 days."
    )
    recovery_rate = _share("of the moves out of risk. Of learners, within 7 weeks: the KPI `recovery_rate`.")


class StatusDashboardSerializer(serializers.Serializer):
    """Where the customers that you see are in a lifecycle, and what automation does about it."""

    lifecycle = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()
    as_of = serializers.DateTimeField(help_text="What was known at this instant; at most an hour ago.")
    distribution: Any = serializers.DictField(
        child=serializers.IntegerField(), help_text="Customers by code of the tag, at the end of the range."
    )
    transitions_today = TransitionSummarySerializer(many=True, help_text="Moves since midnight, UTC.")
    at_risk_count = serializers.IntegerField(help_text="Customers in tags of risk, at the end of the range.")
    automation_effectiveness = MetricSummarySerializer()
