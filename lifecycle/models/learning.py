"""What is collected of customers' days: the days themselves, their sums over windows, and milestones."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lifecycle.metrics.daily import DAYS, WINDOWS, window_column

from .customer import Customer


class Trend(models.TextChoices):
    UP = "up", "Up"
    DOWN = "down", "Down"
    STABLE = "stable", "Stable"


class DailyMetrics(models.Model):
    """What a customer did on one UTC day; days without an event have no row. Formulas: ``lifecycle.rules.learning``."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="days", db_index=False)
    metric_date = models.DateField()
    activities = models.IntegerField(default=0)
    logins_count = models.IntegerField(default=0)
    sessions_count = models.IntegerField(default=0)
    total_session_minutes = models.IntegerField(default=0)
    pages_viewed = models.IntegerField(default=0)
    features_used = models.IntegerField(default=0)
    lessons_started = models.IntegerField(default=0)
    lessons_completed = models.IntegerField(default=0)
    assessments_taken = models.IntegerField(default=0)
    assessment_score_sum = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    assessment_avg_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    modules_completed = models.IntegerField(default=0)
    assignments_submitted = models.IntegerField(default=0)
    forum_posts = models.IntegerField(default=0)
    comments_made = models.IntegerField(default=0)
    questions_asked = models.IntegerField(default=0)
    answers_given = models.IntegerField(default=0)
    feedback_count = models.IntegerField(default=0)
    sentiment_sum = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    engagement_score = models.IntegerField()
    progress_score = models.IntegerField()
    community_score = models.IntegerField()
    overall_health_score = models.IntegerField()
    score_trend = models.CharField(max_length=10, choices=Trend, default=Trend.STABLE)
    risk_indicators = ArrayField(models.CharField(max_length=30), default=list)

    class Meta:
        ordering = ("-metric_date",)
        verbose_name_plural = "daily metrics"
        constraints = (models.UniqueConstraint(fields=("customer", "metric_date"), name="daily_metrics_unique"),)
        indexes = (models.Index(fields=("metric_date", "customer"), name="daily_metrics_date"),)

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.metric_date}"


class CollectedMetrics(models.Model):
    """One row a customer with any day: what its days add up to, through the last complete day.

    Beside the fields below, one for each window of ``lifecycle.metrics.daily``, such as ``logins_last_7d``.
    """

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="collected")
    engagement_score = models.IntegerField(default=0, db_default=0)
    progress_score = models.IntegerField(default=0, db_default=0)
    community_score = models.IntegerField(default=0, db_default=0)
    overall_health_score = models.IntegerField(default=0, db_default=0)
    risk_indicator_count = models.IntegerField(
        default=0, db_default=0, help_text="Of the latest day with activity in the last 7."
    )
    milestones_completed = models.IntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "collected metrics"

    def __str__(self) -> str:
        return f"collected metrics of {self.customer_id}"


for _window in WINDOWS:
    for _days in DAYS:
        CollectedMetrics.add_to_class(
            window_column(_window.name, _days),
            models.DecimalField(max_digits=19, decimal_places=4, default=0, db_default=0)
            if _window.is_decimal
            else models.IntegerField(default=0, db_default=0),
        )


class MilestoneStatus(models.TextChoices):
    COMPLETED = "completed", "Completed"
    IN_PROGRESS = "in_progress", "In progress"
    NOT_STARTED = "not_started", "Not started"


class MilestoneProgress(models.Model):
    """How far a customer is in one week of the curriculum; weeks that were not started have no row."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="milestones", db_index=False)
    week = models.PositiveSmallIntegerField()
    completion_status = models.CharField(max_length=12, choices=MilestoneStatus)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("week",)
        verbose_name_plural = "milestone progress"
        constraints = (models.UniqueConstraint(fields=("customer", "week"), name="milestone_unique"),)

    def __str__(self) -> str:
        return f"{self.customer_id}, week {self.week}: {self.completion_status}"


class Collection(models.Model):
    """How far collecting has come; one row. Events after ``last_event_id`` are not in any day yet."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_event_id = models.BigIntegerField(default=0)
    through = models.DateField(null=True, help_text="The last day that the windows include.")
    backfilling = models.JSONField(null=True, help_text="The days of a backfill that was not finished.")

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="collection_one_row"),)

    def __str__(self) -> str:
        return f"through {self.through}"
