"""What a day of learning is worth: the scores, the trend and the risk indicators of a customer's day.

Formulas: implementation guide of the status tags, ``LearningMetricsCollector``. Scores are 0 to 100 and
rounded half up. ``lifecycle.sql.daily`` computes the same for many customers at once; a property test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

# A longer gap between two events starts a new session.
SESSION_GAP = timedelta(minutes=30)
# The overall score of a day goes up or down if it is further than this from the mean of the seven days before.
TREND_MARGIN = Decimal(5)


@dataclass(frozen=True, slots=True)
class Day:
    """What a customer did on one UTC day. ``activities`` counts everything the customer did."""

    sessions: int = 0
    session_minutes: int = 0
    pages_viewed: int = 0
    features_used: int = 0
    lessons_completed: int = 0
    assessments_taken: int = 0
    assessment_avg_score: Decimal | None = None
    modules_completed: int = 0
    forum_posts: int = 0
    comments_made: int = 0
    questions_asked: int = 0
    answers_given: int = 0
    activities: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    engagement: int
    progress: int
    community: int
    overall: int


@dataclass(frozen=True, slots=True)
class RiskIndicator:
    """A sign that a day was poor: ``type`` and ``severity`` as the guide names them."""

    type: str
    severity: str
    description: str


RISK_INDICATORS = (
    RiskIndicator("low_engagement", "high", "Very low daily engagement"),
    RiskIndicator("learning_stagnation", "medium", "Limited learning progress"),
    RiskIndicator("social_isolation", "low", "No community participation"),
    RiskIndicator("activity_decline", "medium", "Significant activity decline"),
)


def sessions(instants: Iterable[datetime]) -> tuple[int, int]:
    """Number of sessions, and minutes from the first to the last event of each, in all, rounded half up."""
    count, spent, last = 0, timedelta(), None
    for at in sorted(instants):
        if last is None or at - last > SESSION_GAP:
            count += 1
        else:
            spent += at - last
        last = at
    return count, rounded(Decimal(spent // timedelta(microseconds=1)) / 60_000_000)


def scores(day: Day) -> Scores:
    engagement = _capped(
        Decimal(day.sessions * 20) + Decimal(min(day.session_minutes, 120)) / 120 * 30 + min(day.features_used, 5) * 10
    )
    progress = _capped(
        Decimal(day.lessons_completed * 25 + day.assessments_taken * 20 + day.modules_completed * 15)
        + (day.assessment_avg_score or 0) * Decimal("0.3")
    )
    community = _capped(
        Decimal(day.forum_posts * 15 + day.comments_made * 10 + day.questions_asked * 20 + day.answers_given * 25)
    )
    overall = engagement * Decimal("0.4") + progress * Decimal("0.4") + community * Decimal("0.2")
    return Scores(rounded(engagement), rounded(progress), rounded(community), rounded(overall))


def risk_indicators(scores: Scores, activities: int) -> tuple[RiskIndicator, ...]:
    found = {
        "low_engagement": scores.engagement < 30,
        "learning_stagnation": scores.progress < 20,
        "social_isolation": scores.community == 0,
        "activity_decline": activities < 3,
    }
    return tuple(indicator for indicator in RISK_INDICATORS if found[indicator.type])


def trend(overall: int, before: Iterable[int]) -> str:
    """``up``, ``down`` or ``stable`` against the mean of the scores of the days before; nothing before is stable."""
    earlier = list(before)
    if not earlier:
        return "stable"
    change = overall - Decimal(sum(earlier)) / len(earlier)
    return "up" if change > TREND_MARGIN else "down" if change < -TREND_MARGIN else "stable"


def rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def _capped(score: Decimal) -> Decimal:
    return min(Decimal(100), score)
