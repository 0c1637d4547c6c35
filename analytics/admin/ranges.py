"""Dashboards that tell of a range of days: two days in the form, and links to the usual ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from analytics.rules.periods import Period, presets, usual_period, what_is_wrong
from lifecycle.admin.pages import DayInput

from .board import Board, Preset


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


class RangeBoard(Board):
    """It begins with the usual range; links lead to others and keep whatever else is asked for."""

    form = RangeForm

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        period = usual_period(timezone.now().date())
        return {**super().initial(request), "start": str(period.start), "end": str(period.end)}

    def presets(self, request: HttpRequest, about: dict[str, Any]) -> Sequence[Preset]:
        return [_preset(request, about.get("period"), one) for one in presets(timezone.now().date())]


def _preset(request: HttpRequest, chosen: Period | None, period: Period) -> Preset:
    query = request.GET.copy()
    query["start"], query["end"] = str(period.start), str(period.end)
    return Preset(f"Last {period.days} days", f"?{query.urlencode()}", period == chosen)
