"""What is counted of a customer's day, and over which windows of days it is summed.

A day is a UTC day. Windows end with the last complete day: ``…_last_7d`` are the seven days before today.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .facts import COMMUNITY


class Kind(StrEnum):
    COUNT = "count"
    DISTINCT = "distinct"  # different values of a property
    SUM = "sum"  # of the values that the events carry


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of ``DailyMetrics``, fed by the events named; none named means every activity."""

    column: str
    kind: Kind
    events: tuple[str, ...] = ()
    property: str = ""  # DISTINCT only


@dataclass(frozen=True, slots=True)
class Window:
    """A sum over days: its name begins the columns of ``CollectedMetrics``, ``daily`` is added up."""

    name: str
    daily: str
    label: str
    events: tuple[str, ...]
    unit: str = ""
    is_decimal: bool = False


MEASURES = (
    Measure("activities", Kind.COUNT),
    Measure("logins_count", Kind.COUNT, ("login",)),
    Measure("pages_viewed", Kind.COUNT, ("page_view",)),
    Measure("features_used", Kind.DISTINCT, ("feature_use",), "feature_id"),
    Measure("lessons_started", Kind.COUNT, ("lesson_started",)),
    Measure("lessons_completed", Kind.COUNT, ("lesson_completed",)),
    Measure("assessments_taken", Kind.COUNT, ("assessment_completed",)),
    Measure("assessment_score_sum", Kind.SUM, ("assessment_completed",)),
    Measure("modules_completed", Kind.COUNT, ("module_completed",)),
    Measure("assignments_submitted", Kind.COUNT, ("assignment_submitted",)),
    Measure("forum_posts", Kind.COUNT, ("forum_post",)),
    Measure("comments_made", Kind.COUNT, ("comment",)),
    Measure("questions_asked", Kind.COUNT, ("question",)),
    Measure("answers_given", Kind.COUNT, ("answer",)),
    Measure("feedback_count", Kind.COUNT, ("feedback",)),
    Measure("sentiment_sum", Kind.SUM, ("feedback",)),
)

DAYS = (7, 14, 30)
LONGEST = max(DAYS)
WINDOWS = (
    Window("logins", "logins_count", "logins", ("login",)),
    Window("sessions", "sessions_count", "sessions", ()),
    Window("session_minutes", "total_session_minutes", "minutes in sessions", (), "minutes"),
    Window("lessons_started", "lessons_started", "lessons started", ("lesson_started",)),
    Window("lessons_completed", "lessons_completed", "lessons completed", ("lesson_completed",)),
    Window("modules_completed", "modules_completed", "modules completed", ("module_completed",)),
    Window("assessments_taken", "assessments_taken", "assessments taken", ("assessment_completed",)),
    Window("assessment_score_sum", "assessment_score_sum", "sum of the assessment scores", ("assessment_completed",),
           is_decimal=True),
    Window("assignments_submitted", "assignments_submitted", "assignments submitted", ("assignment_submitted",)),
    Window("community_engagement", "forum_posts + comments_made + questions_asked + answers_given",
           "contributions to the community", COMMUNITY),
    Window("feedback", "feedback_count", "pieces of feedback", ("feedback",)),
    Window("sentiment_sum", "sentiment_sum", "sum of the sentiments", ("feedback",), is_decimal=True),
)  # fmt: skip

# The mean of a score over the last seven days, in which a day without activity counts 0.
SCORES = ("engagement_score", "progress_score", "community_score", "overall_health_score")
SCORE_DAYS = 7


def window_column(name: str, days: int) -> str:
    return f"{name}_last_{days}d"
