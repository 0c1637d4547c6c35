"""Customers: who they are, where they stand, what is known of them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle.models import Customer, CustomerStatus, DailyMetrics, MilestoneStatus, Trend
from lifecycle.rules.traits import PRODUCT_TAGS

from .fields import plain_all


class CurrentTagSerializer(serializers.Serializer):
    """The current tag in one lifecycle."""

    lifecycle = serializers.CharField(source="lifecycle.code")
    tag = serializers.CharField(
        source="tag.code", default=None, read_only=True, allow_null=True, help_text="Null while untagged."
    )
    name = serializers.CharField(source="tag.name", default=None, read_only=True, allow_null=True)
    category = serializers.CharField(source="tag.category", default=None, read_only=True, allow_null=True)
    applied_date = serializers.DateTimeField(
        source="entered_at", allow_null=True, help_text="Null until the first move."
    )


class CustomerSerializer(serializers.ModelSerializer):
    """A customer with its current tag in each lifecycle."""

    product_tag = serializers.ChoiceField(choices=tuple(PRODUCT_TAGS.items()), allow_null=True)
    status_tags = CurrentTagSerializer(source="statuses", many=True)

    class Meta:
        model = Customer
        fields: tuple[str, ...] = (
            "id", "external_id", "email", "name", "plan", "product_tag", "tier", "timezone", "created_at", "updated_at",
            "status_tags",
        )  # fmt: skip
        read_only_fields = fields


class StandingSerializer(CurrentTagSerializer):
    """The current tag in one lifecycle, with the facts that count from entering it."""

    facts = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(help_text="Metrics that depend on the current tag."))
    def get_facts(self, status: CustomerStatus) -> object:
        return plain_all(self.context["facts"].in_lifecycle.get(status.lifecycle_id, {}))


class MilestoneSerializer(serializers.Serializer):
    """A week of the curriculum: spec 1's ``MilestoneProgress``."""

    week = serializers.IntegerField()
    module_name = serializers.CharField()
    completion_status = serializers.ChoiceField(choices=MilestoneStatus.choices)
    score = serializers.FloatField(allow_null=True, help_text="Of the best assessment; null before the first.")
    completion_date = serializers.DateTimeField(allow_null=True)


class DaySerializer(serializers.ModelSerializer):
    """What a customer did on one UTC day, and what the day is worth: spec 2's ``daily_learning_metrics``."""

    assessment_avg_score = serializers.FloatField(allow_null=True)
    score_trend = serializers.ChoiceField(choices=Trend.choices, help_text="Against the seven days before.")

    class Meta:
        model = DailyMetrics
        fields = (
            "metric_date", "activities", "logins_count", "sessions_count", "total_session_minutes", "pages_viewed",
            "features_used", "lessons_started", "lessons_completed", "assessments_taken", "assessment_avg_score",
            "modules_completed", "assignments_submitted", "forum_posts", "comments_made", "questions_asked",
            "answers_given", "feedback_count", "engagement_score", "progress_score", "community_score",
            "overall_health_score", "score_trend", "risk_indicators",
        )  # fmt: skip
        read_only_fields = fields


class CustomerDetailSerializer(CustomerSerializer):
    """A customer with everything that rules can read."""

    status_tags = StandingSerializer(source="statuses", many=True)
    facts = serializers.SerializerMethodField()
    milestone_progress = serializers.SerializerMethodField()

    class Meta(CustomerSerializer.Meta):
        fields = (*CustomerSerializer.Meta.fields, "traits", "facts", "milestone_progress")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(help_text="Every other metric of the catalogue; null if not known."))
    def get_facts(self, customer: Customer) -> object:
        return plain_all(self.context["facts"].everywhere)

    @extend_schema_field(MilestoneSerializer(many=True))
    def get_milestone_progress(self, customer: Customer) -> object:
        return MilestoneSerializer(self.context["milestones"], many=True).data
