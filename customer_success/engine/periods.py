"""Success metrics of periods that are over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from customer_success.models import PeriodType, SuccessMetrics
from customer_success.rules.periods import last_ended
from customer_success.sql.periods import WRITE_PERIOD
from lifecycle.rules.calendar import start_of


@transaction.atomic
def write_ended_periods(*, now: datetime) -> int:
    """Write the latest ended period of each type for every account, where it is not there; returns how many rows.

    Scores and active users are those at the time of writing, so it runs soon after midnight. Leads, savings and the
    times of support are not known here: people or other systems write them.
    """
    today, written = now.astimezone(UTC).date(), 0
    with connection.cursor() as cursor:
        for period_type in PeriodType.values:
            first, end = last_ended(period_type, today)
            period: dict[str, Any] = {"type": period_type, "first": first, "end": end, "days": (end - first).days}
            cursor.execute(WRITE_PERIOD, {**period, "starts": start_of(first), "ends": start_of(end), "now": now})
            written += cursor.rowcount
    return written


def record_metrics(*, metrics: SuccessMetrics, now: datetime) -> None:
    """Store what a person wrote of a period."""
    metrics.recorded_at = now
    metrics.save()
