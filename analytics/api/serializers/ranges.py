"""A range of days in the query."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from analytics.rules.periods import Period, last_days, what_is_wrong

USUAL = 30


class RangeSerializer(serializers.Serializer):
    """``start`` and ``end``, both counted."""

    start = serializers.DateField(
        required=False, help_text=f"The first day, in UTC; left out: {USUAL - 1} days before `end`."
    )
    end = serializers.DateField(required=False, help_text="The last day, in UTC; left out: today.")


def asked_period(query: Any, *, today: date) -> Period:
    """The range that a query asks for, or a ``ValidationError``."""
    asked = RangeSerializer(data=query)
    asked.is_valid(raise_exception=True)
    end = asked.validated_data.get("end", today)
    start = asked.validated_data.get("start")
    if start is None:
        wrong = what_is_wrong(end, end, today=today)
        period = None if wrong else last_days(USUAL, today=end)
    else:
        wrong = what_is_wrong(start, end, today=today)
        period = Period(start, end)
    if period is None or wrong:
        field = "end" if start is None else "start"
        raise ValidationError({field: [ErrorDetail(wrong or "", "invalid_range")]})
    return period
