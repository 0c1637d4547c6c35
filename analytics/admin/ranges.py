"""Dashboards that tell of a range of days: the form's two days, and links to the usual ranges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from analytics.rules.periods import Period, last_days, what_is_wrong
from lifecycle.admin.pages import DayInput

PRESETS = (7, 30, 90)
USUAL = 30


class RangeForm(forms.Form):
    """``start`` and ``end``, in UTC. Cleaned, they are a ``Period`` as ``period``."""

    start = forms.DateField(label="From", widget=DayInput, error_messages={"invalid": "A day such as 2026-01-31."})
    end = forms.DateField(label="To", widget=DayInput, error_messages={"invalid": "A day such as 2026-01-31."})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "start" in cleaned and "end" in cleaned:
            if wrong := what_is_wrong(cleaned["start"], cleaned["end"], today=timezone.now().date()):
                self.add_error("start", wrong)
            else:
                cleaned["period"] = Period(cleaned["start"], cleaned["end"])
        return cleaned


@dataclass(frozen=True, slots=True)
class Preset:
    title: str
    url: str
    is_chosen: bool


def usual(today: date) -> dict[str, object]:
    """What the form asks for where the query says nothing."""
    period = last_days(USUAL, today=today)
    return {"start": str(period.start), "end": str(period.end)}


def presets(request: HttpRequest, chosen: Period, *, today: date) -> list[Preset]:
    """Links to the last days, with whatever else the query asks for."""
    made = []
    for number in PRESETS:
        period, query = last_days(number, today=today), request.GET.copy()
        query["start"], query["end"] = str(period.start), str(period.end)
        made.append(Preset(f"Last {number} days", f"?{query.urlencode()}", period == chosen))
    return made
