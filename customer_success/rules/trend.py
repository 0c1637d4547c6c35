"""Where a health score goes: against the score in force 30 days before, or else the earliest that is 7 days old.

Only scores of one scorecard are compared, and those that were told as a whole with any; else the trend is not known.
"""

from __future__ import annotations

from decimal import Decimal

DAYS, AT_LEAST_DAYS = 30, 7
POINTS = 5


def trend(score: int | Decimal, before: int | Decimal | None) -> str:
    """``POINTS`` up or down make a trend; a code of ``HealthTrend``."""
    if before is None:
        return "UNKNOWN"
    if score - before >= POINTS:
        return "IMPROVING"
    return "DECLINING" if before - score >= POINTS else "STABLE"
