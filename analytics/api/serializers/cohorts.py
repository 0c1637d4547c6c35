"""How cohorts went."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.queries.cohorts import Progress
from analytics.queries.survival import Curve


class NamedSerializer(serializers.Serializer):
    """A cohort."""

    name = serializers.CharField(source="cohort.name")
    value = serializers.CharField(
        source="cohort.value", help_text="Such as 2026-03; empty for those of other values, and of none."
    )
    customers = serializers.IntegerField()


class ProgressSerializer(NamedSerializer):
    """How many customers of a cohort were in each status tag."""

    months = serializers.SerializerMethodField(
        help_text="By month since enrollment, as far as months are over: customers by code of the tag; `none`: no tag."
    )
    now = serializers.SerializerMethodField(help_text="Customers by code of the tag.")

    def get_months(self, one: Progress) -> list[dict[str, int]]:
        return [self._by_code(month) for month in one.months]

    def get_now(self, one: Progress) -> dict[str, int]:
        return self._by_code(one.now)

    def _by_code(self, counts: Any) -> dict[str, int]:
        return {self.context["codes"].get(tag, "none"): number for tag, number in counts.items()}


class RetainedSerializer(serializers.Serializer):
    """A month after the first one with activity."""

    customers = serializers.IntegerField(help_text="For whom the month is over.")
    classic = serializers.IntegerField(help_text="Active in the month.")
    rolling = serializers.IntegerField(help_text="Active in the month or later.")


class RetentionSerializer(NamedSerializer):
    """Who stayed, of those who were active first in the same month or have the same value."""

    months = RetainedSerializer(many=True)


class CurveSerializer(NamedSerializer):
    """How long it took to get to the target (Kaplan–Meier)."""

    reached = serializers.IntegerField()
    median_days = serializers.IntegerField(
        source="median", allow_null=True, help_text="Null: fewer than half got there, or fewer than 5 customers."
    )
    median_low = serializers.IntegerField(allow_null=True, help_text="From here, with 95 % confidence.")
    median_high = serializers.IntegerField(allow_null=True)
    curve = serializers.SerializerMethodField(
        help_text="Day, share that got there by then (0 to 1), and its 95 % interval. Empty: fewer than 5 customers."
    )

    def get_curve(self, one: Curve) -> list[list[float]]:
        return [list(point) for point in one.points]


class AgainstSerializer(serializers.Serializer):
    """A cohort beside all others."""

    name = serializers.CharField()
    reached = serializers.IntegerField()
    expected = serializers.FloatField(help_text="How many would have got there if all cohorts were alike.")
    p = serializers.FloatField(help_text="Of the log-rank test against all others, times the number of cohorts.")
    is_exact = serializers.BooleanField(
        help_text="The exact test: fewer than 5 of the cohort, or of the others, were expected."
    )
    is_few = serializers.BooleanField(
        help_text="Fewer than 5 got there, and fewer were expected: it is never the worst."
    )


class DifferencesSerializer(serializers.Serializer):
    """Whether cohorts differ, by the log-rank test."""

    p = serializers.FloatField(help_text="Where one of them has an exact test: the smallest of their own.")
    each = AgainstSerializer(many=True)


class CohortsSerializer(serializers.Serializer):
    """Cohorts of a lifecycle: how they move, who stays, how long they take to the target."""

    as_of = serializers.DateTimeField(help_text="Of a history that ended, its end.")
    lifecycle = serializers.CharField()
    target = serializers.CharField()
    progress = ProgressSerializer(many=True)
    retention = RetentionSerializer(many=True)
    reaching = CurveSerializer(many=True)
    differences = DifferencesSerializer(allow_null=True, help_text="Null: there is nothing to compare.")
    worst = AgainstSerializer(allow_null=True, help_text="The cohort that does worst, if it stands a test.")
