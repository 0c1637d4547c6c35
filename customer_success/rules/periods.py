"""Calendar periods, in UTC days."""

from __future__ import annotations

from datetime import date, timedelta

_MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}


def last_ended(period_type: str, today: date) -> tuple[date, date]:
    """The latest period that is over: its first day, and the day after its last. Weeks begin on Monday."""
    if period_type == "DAILY":
        return today - timedelta(days=1), today
    if period_type == "WEEKLY":
        end = today - timedelta(days=today.weekday())
        return end - timedelta(days=7), end
    months = _MONTHS[period_type]
    end = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    before = end.year * 12 + end.month - 1 - months
    return date(before // 12, before % 12 + 1, 1), end
