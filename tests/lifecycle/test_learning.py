"""What a day of learning is worth: the formulas, with the numbers of the implementation guide."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lifecycle.rules.learning import Day, Scores, risk_indicators, scores, sessions, trend

from .stage import NOW


def at(*minutes: float) -> list:
    return [NOW + timedelta(minutes=minute) for minute in minutes]


@pytest.mark.parametrize(
    ("instants", "expected"),
    [
        ([], (0, 0)),
        (at(0), (1, 0)),
        (at(0, 30), (1, 30)),
        (at(0, 30.001), (2, 0)),
        (at(0, 10, 50, 55), (2, 15)),
        (at(55, 0, 50, 10), (2, 15)),
        (at(0, 0.49), (1, 0)),
        (at(0, 0.5), (1, 1)),
        (at(0, 0), (1, 0)),
    ],
)
def test_a_gap_of_more_than_half_an_hour_starts_a_session(instants, expected):
    assert sessions(instants) == expected


@pytest.mark.parametrize(
    ("day", "engagement"),
    [
        (Day(), 0),
        (Day(sessions=1), 20),
        (Day(sessions=1, session_minutes=60), 35),
        (Day(sessions=1, session_minutes=120), 50),
        (Day(sessions=1, session_minutes=500), 50),
        (Day(sessions=1, session_minutes=2), 21),  # 20.5, halves go up
        (Day(features_used=3), 30),
        (Day(features_used=9), 50),
        (Day(sessions=9, session_minutes=120, features_used=5), 100),
    ],
)
def test_engagement(day, engagement):
    assert scores(day).engagement == engagement


@pytest.mark.parametrize(
    ("day", "progress"),
    [
        (Day(), 0),
        (Day(lessons_completed=2), 50),
        (Day(assessments_taken=1, assessment_avg_score=Decimal(75)), 43),  # 20 + 22.5, halves go up
        (Day(modules_completed=1), 15),
        (Day(lessons_completed=2, assessments_taken=1, assessment_avg_score=Decimal(80), modules_completed=1), 100),
    ],
)
def test_progress(day, progress):
    assert scores(day).progress == progress


@pytest.mark.parametrize(
    ("day", "community"),
    [
        (Day(forum_posts=1), 15),
        (Day(comments_made=1), 10),
        (Day(questions_asked=1), 20),
        (Day(answers_given=1), 25),
        (Day(forum_posts=1, comments_made=1, questions_asked=1, answers_given=1), 70),
        (Day(answers_given=5), 100),
    ],
)
def test_community(day, community):
    assert scores(day).community == community


def test_the_overall_score_weighs_the_three_before_they_are_rounded():
    # Engagement 20.5 and progress 42.5 are 8.2 and 17.0 of the overall score: 25.2, not 21 * 0.4 + 43 * 0.4 = 25.6.
    day = Day(sessions=1, session_minutes=2, assessments_taken=1, assessment_avg_score=Decimal(75))

    assert scores(day) == Scores(engagement=21, progress=43, community=0, overall=25)


@pytest.mark.parametrize(
    ("found", "activities", "expected"),
    [
        (Scores(30, 20, 1, 30), 3, []),
        (Scores(29, 20, 1, 30), 3, ["low_engagement"]),
        (Scores(30, 19, 1, 30), 3, ["learning_stagnation"]),
        (Scores(30, 20, 0, 30), 3, ["social_isolation"]),
        (Scores(30, 20, 1, 30), 2, ["activity_decline"]),
        (Scores(0, 0, 0, 0), 0, ["low_engagement", "learning_stagnation", "social_isolation", "activity_decline"]),
    ],
)
def test_risk_indicators(found, activities, expected):
    assert [indicator.type for indicator in risk_indicators(found, activities)] == expected


def test_risk_indicators_have_the_severity_of_the_guide():
    worst = risk_indicators(Scores(0, 0, 0, 0), 0)

    assert {one.type: one.severity for one in worst} == {
        "low_engagement": "high",
        "learning_stagnation": "medium",
        "social_isolation": "low",
        "activity_decline": "medium",
    }


@pytest.mark.parametrize(
    ("overall", "before", "expected"),
    [
        (50, [], "stable"),
        (50, [45], "stable"),
        (50, [44], "up"),
        (50, [55], "stable"),
        (50, [56], "down"),
        (50, [40, 50], "stable"),
        (50, [40, 49], "up"),
    ],
)
def test_a_trend_is_more_than_five_points_from_the_mean_before(overall, before, expected):
    assert trend(overall, before) == expected
