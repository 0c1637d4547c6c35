"""Business reviews as they are read and written."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customer_success.models import BusinessReview, BusinessReviewType, ReviewStatus, TaskState
from customer_success.models.review import MAX_LINE
from customer_success.rules.review import Goal, Metric
from lifecycle.api.serializers.fields import Instant, StrictSerializer, Text, Whole

from .fields import Username

MOST_LINES, MOST_POINTS, MAX_FEEDBACK = 50, 60, 5000


class Figure(serializers.DecimalField):
    """A JSON number that is no money: it is shown and drawn, not added up."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_digits=19, decimal_places=4, **more)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str | bool):
            self.fail("invalid")
        return float(super().to_internal_value(data))

    def to_representation(self, value: Any) -> Any:
        return value


def lines(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=Text(max_length=MAX_LINE), max_length=MOST_LINES, required=False, help_text=help_text
    )


class ReviewMetricSerializer(StrictSerializer):
    """A figure before the period under review and in it."""

    name = Text(max_length=120)
    before = Figure(allow_null=True, required=False, default=None)
    now = Figure(allow_null=True, required=False, default=None)
    change = Figure(allow_null=True, read_only=True)
    unit = Text(max_length=20, allow_blank=True, required=False, default="")
    points = serializers.ListField(
        child=Figure(), max_length=MOST_POINTS, required=False, default=list, help_text="Its way through the period."
    )


class ReviewGoalSerializer(StrictSerializer):
    """A figure on its way from a baseline to a target."""

    name = Text(max_length=120)
    baseline = Figure(allow_null=True, required=False, default=None)
    target = Figure(allow_null=True, required=False, default=None)
    current = Figure(allow_null=True, required=False, default=None)
    unit = Text(max_length=20, allow_blank=True, required=False, default="")
    progress = serializers.IntegerField(allow_null=True, read_only=True, help_text="In percent, 0 to 100.")


class ActionItemSerializer(StrictSerializer):
    """What somebody promised; it becomes a task."""

    text = Text(max_length=MAX_LINE)
    due_on = serializers.DateField()
    owner = Username(default=None, help_text="A user's name. Empty: whoever looks after the customer.")


class PromiseSerializer(serializers.Serializer):
    """An action item with the state of its task."""

    id = serializers.IntegerField(source="item.id")
    text = serializers.CharField(source="item.text")
    due_on = serializers.DateField(source="item.due_on")
    owner = serializers.CharField(source="item.owner.username", default=None, read_only=True, allow_null=True)
    task = serializers.IntegerField(source="task.id", default=None, read_only=True, allow_null=True)
    task_state = serializers.ChoiceField(
        TaskState.choices, source="state", allow_null=True, help_text="Null: the task was deleted."
    )


class ReviewSerializer(serializers.Serializer):
    """A business review in the order of the conversation."""

    id = serializers.IntegerField()
    customer = serializers.IntegerField(source="customer_id", help_text="The numeric id of the customer.")
    type = serializers.ChoiceField(BusinessReviewType.choices)
    status = serializers.ChoiceField(ReviewStatus.choices)
    scheduled_for = serializers.DateTimeField()
    held_at = serializers.DateTimeField(allow_null=True)
    owner = serializers.CharField(
        source="leader.username", default=None, read_only=True, allow_null=True, help_text="Who leads it."
    )
    attendees = serializers.ListField(child=serializers.CharField())
    agenda = serializers.ListField(child=serializers.CharField())
    achievements = serializers.ListField(child=serializers.CharField())
    challenges = serializers.ListField(child=serializers.CharField())
    metrics_review = ReviewMetricSerializer(many=True)
    goals_progress = ReviewGoalSerializer(many=True)
    decisions = serializers.ListField(child=serializers.CharField())
    action_items = serializers.SerializerMethodField()
    next_steps = serializers.ListField(child=serializers.CharField())
    overall_rating = serializers.IntegerField(allow_null=True, help_text="The customer's, 1 to 5.")
    feedback = serializers.CharField()
    follow_up_on = serializers.DateField(allow_null=True)
    prepared_at = serializers.DateTimeField(allow_null=True)
    prepared_since = serializers.DateTimeField(allow_null=True, help_text="Where the period under review begins.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(PromiseSerializer(many=True))
    def get_action_items(self, review: BusinessReview) -> Any:
        return PromiseSerializer(self.context["promises"][review.id], many=True).data


class ReviewWordsSerializer(StrictSerializer):
    """What people write of a review."""

    owner = Username(help_text="Who leads it, a user's name. Null: whoever looks after the customer.")
    attendees = lines("Who takes part.")
    agenda = lines("What is spoken about.")
    achievements = lines("What was reached.")
    challenges = lines("What stands in the way.")
    metrics_review = serializers.ListField(child=ReviewMetricSerializer(), max_length=MOST_LINES, required=False)
    goals_progress = serializers.ListField(child=ReviewGoalSerializer(), max_length=MOST_LINES, required=False)
    decisions = lines("What was decided.")
    next_steps = lines("What comes next.")
    overall_rating = Whole(min_value=1, max_value=5, allow_null=True, required=False, help_text="The customer's.")
    feedback = Text(max_length=MAX_FEEDBACK, allow_blank=True, required=False)

    def validate_metrics_review(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [Metric(**{**row, "points": tuple(row["points"])}).row() for row in _once_each(rows)]

    def validate_goals_progress(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [Goal(**row).row() for row in _once_each(rows)]


class NewReviewSerializer(ReviewWordsSerializer):
    type = serializers.ChoiceField(BusinessReviewType.choices)
    scheduled_for = Instant(help_text="An instant with its zone, within five years.")


class ReviewChangeSerializer(ReviewWordsSerializer):
    """What is left out stays. With `status` HELD the review is held, and its action items become tasks."""

    type = serializers.ChoiceField(BusinessReviewType.choices, required=False)
    scheduled_for = Instant(required=False, help_text="Another time; a missed review is scheduled again.")
    status = serializers.ChoiceField(ReviewStatus.choices, required=False)
    held_at = Instant(required=False, allow_null=True, help_text="With `status` HELD; left out: now.")
    action_items = serializers.ListField(
        child=ActionItemSerializer(), max_length=MOST_LINES, required=False, help_text="With HELD."
    )
    follow_up_on = serializers.DateField(required=False, allow_null=True, help_text="With HELD; it becomes a task.")


def _once_each(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [row["name"] for row in rows]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise serializers.ValidationError(f"“{twice}” is there twice.")
    return rows
