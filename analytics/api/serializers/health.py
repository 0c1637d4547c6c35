"""Portfolio health and key insights, in spec 4's words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from analytics.queries.executive import TIER_FIGURES, Tier
from analytics.queries.health import Group, Overview
from analytics.queries.insights import Insights
from analytics.rules.few import FEWEST
from analytics.rules.insights import TOPICS, Insight

UNKNOWN = "unknown"
_FEW = f"Null: of fewer than {FEWEST} customers nothing is told."


def _figure(help_text: str = _FEW) -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=help_text)


def _count(help_text: str = "") -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, help_text=help_text)


class HealthDistributionSerializer(serializers.Serializer):
    excellent = _count()
    good = _count()
    fair = _count()
    poor = _count()


class PortfolioSerializer(serializers.Serializer):
    total_customers = _count("With a health score; closed accounts are left out.")
    health_distribution = HealthDistributionSerializer()
    average_health_score = _figure()
    trend_direction = serializers.ChoiceField(
        ["improving", "stable", "declining", "unknown"], help_text="5 points or more in a month make a trend."
    )
    trend_change = _figure("Points since a month before; null: not known.")


class HealthSegmentSerializer(serializers.Serializer):
    average_score = _figure()
    count = _count()


class SegmentsSerializer(serializers.Serializer):
    """By group; ``unknown``: of whom it is not known."""

    by_tier = serializers.DictField(child=HealthSegmentSerializer())
    by_plan = serializers.DictField(child=HealthSegmentSerializer())
    by_industry = serializers.DictField(child=HealthSegmentSerializer())
    by_company_size = serializers.DictField(
        child=HealthSegmentSerializer(),
        help_text="Trait company_size, else licensed users: small to 49, medium to 249, large to 999, enterprise.",
    )


class RisksSerializer(serializers.Serializer):
    at_risk_customers = _count("With fair or poor health.")
    churn_risk_customers = _count("With poor health.")
    expansion_opportunities = _count("Customers with good or excellent health and a live opportunity.")
    customers_with_alerts = _count("With a health alert that is neither over nor resolved.")
    revenue_at_risk = serializers.FloatField(
        help_text="Annual revenue of the customers at risk, as far as it is known."
    )
    support_backlog = serializers.IntegerField(allow_null=True, help_text="Null: no tickets are taken in.")


class TierPerformanceSerializer(serializers.Serializer):
    customer_count = _count("Accounts that have not churned.")
    average_health_score = _figure()
    retention_rate = _figure(f"Percent of the accounts of a year ago that have not churned since. {_FEW}")
    expansion_rate = _figure(f"Percent of the same accounts of which an opportunity was won since. {_FEW}")
    lifetime_value = _figure(f"Mean of those known. {_FEW}")


class HealthOverviewSerializer(serializers.Serializer):
    """Spec 4, "Executive Health Overview" and "tierPerformance"."""

    as_of = serializers.DateTimeField()
    portfolio_overview = PortfolioSerializer()
    segment_analysis = SegmentsSerializer()
    risk_indicators = RisksSerializer()
    key_insights = serializers.ListField(child=serializers.CharField())
    tier_performance = serializers.DictField(child=TierPerformanceSerializer())


class SideSerializer(serializers.Serializer):
    n = _count()
    value = serializers.FloatField(help_text="A mean score, or a share in percent.")


class InsightSerializer(serializers.Serializer):
    topic = serializers.ChoiceField([one.code for one in TOPICS])
    lifecycle = serializers.CharField(allow_blank=True, help_text="Empty: it is of none.")
    dimension = serializers.CharField()
    group = serializers.CharField()
    sentence = serializers.CharField()
    proof = serializers.CharField()
    of_group = SideSerializer()
    of_others = SideSerializer()
    difference = serializers.FloatField(help_text="In points, or percentage points.")
    interval = serializers.ListField(
        child=serializers.FloatField(), min_length=2, max_length=2, help_text="Of the difference, at 95%."
    )
    test = serializers.CharField()
    p_value = serializers.FloatField()
    p_adjusted = serializers.FloatField(help_text="For all comparisons, by Benjamini and Hochberg.")


class InsightsSerializer(serializers.Serializer):
    as_of = serializers.DateTimeField()
    compared = _count("How many comparisons were made.")
    insights = InsightSerializer(many=True)


def overview_told(found: Overview, by_tier: Sequence[Tier], noticed: Insights) -> dict[str, Any]:
    levels, risks = found.levels, found.risks
    return {
        "as_of": found.as_of,
        "portfolio_overview": {
            "total_customers": levels.total,
            "health_distribution": {level.lower(): number for level, number in levels.customers.items()},
            "average_health_score": _rounded(levels.score),
            "trend_direction": found.trend.lower(),
            "trend_change": _rounded(found.change),
        },
        "segment_analysis": {f"by_{name}": _segments(groups) for name, groups in found.groups.items()},
        "risk_indicators": {
            "at_risk_customers": risks["at_risk"].n,
            "churn_risk_customers": risks["churn_risk"].n,
            "expansion_opportunities": risks["expansion"].n,
            "customers_with_alerts": risks["alerts"].n,
            "revenue_at_risk": risks["at_risk"].revenue,
            "support_backlog": None,
        },
        "key_insights": [one.sentence for one in noticed.found],
        "tier_performance": {
            tier.code or UNKNOWN: {
                "customer_count": tier.customers,
                **{name: _rounded(tier.figures[name][0]) for name in TIER_FIGURES},
            }
            for tier in by_tier
        },
    }


def insights_told(found: Insights) -> dict[str, Any]:
    return {"as_of": found.as_of, "compared": found.compared, "insights": [_insight(one) for one in found.found]}


def _insight(one: Insight) -> dict[str, Any]:
    made, unit = one.comparison, one.comparison.unit
    return {
        "topic": made.topic.code, "lifecycle": made.lifecycle, "dimension": made.group.dimension,
        "group": made.group.part, "sentence": one.sentence, "proof": one.proof,
        "of_group": {"n": made.group.n, "value": made.group.mean * unit},
        "of_others": {"n": made.rest.n, "value": made.rest.mean * unit},
        "difference": made.difference * unit, "interval": [one.tested.low * unit, one.tested.high * unit],
        "test": one.tested.test, "p_value": one.tested.p, "p_adjusted": one.p_adjusted,
    }  # fmt: skip


def _segments(groups: Sequence[Group]) -> dict[str, dict[str, Any]]:
    return {one.part or UNKNOWN: {"average_score": _rounded(one.score), "count": one.n} for one in groups}


def _rounded(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 2)
