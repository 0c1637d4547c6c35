"""The page: a lifecycle and a range of days."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.admin.board import Asked, Board, Said, board
from analytics.admin.charts import Chart
from analytics.admin.ranges import RangeForm, presets, usual
from analytics.admin.words import NO_LIFECYCLE
from analytics.queries.status_tags import About, days_of
from lifecycle.models import Lifecycle
from lifecycle.queries import lifecycles

from .automation import automation
from .cards import cards
from .places import distribution, flow, over_time
from .risk import risk
from .section import Section

PREFERRED = "learning"


class StatusTagsForm(RangeForm):
    lifecycle = forms.ModelChoiceField(
        Lifecycle.objects.filter(is_active=True), to_field_name="code", empty_label=None,
        widget=UnfoldAdminSelectWidget, error_messages={"required": NO_LIFECYCLE},
    )  # fmt: skip
    field_order = ("lifecycle", "start", "end")


@board
class StatusTags(Board):
    code = "status_tags"
    title = "Status tags"
    template = "analytics/admin/status_tags.html"
    form = StatusTagsForm

    def initial(self) -> dict[str, object]:
        codes = list(lifecycles().filter(is_active=True).values_list("code", flat=True))
        first = PREFERRED if PREFERRED in codes else next(iter(codes), None)
        return {**({"lifecycle": first} if first else {}), **usual(timezone.now().date())}

    def says(self, asked: Asked) -> Said:
        lifecycle, period = asked.about["lifecycle"], asked.about["period"]
        about = About(lifecycle, period, asked.owners, asked.now)
        days, moves, moves_before = days_of(about), about.ask("moves_flow"), about.ask("moves_flow", period.before)
        sections = [
            Section("where", "Where customers are", charts=[distribution(about, days), over_time(about, days)]),
            Section("moves", "How they moved", charts=[flow(about, moves.rows)]),
            Section("cohorts", "Cohorts", charts=cohorts(about)),
            risk(about, moves.rows),
            automation(about, moves.rows),
        ]
        return Said(
            min(days.as_of, moves.as_of),
            cards=cards(about, days, moves.rows, moves_before.rows),
            charts=[chart for section in sections for chart in section.charts],
            more={
                "sections": [section for section in sections if section.charts],
                "presets": presets(asked.request, period, today=asked.now.date()),
            },
        )


def cohorts(about: About) -> list[Chart]:
    """The place of the cohort table: how customers of each month of enrollment progressed (progression_chart)."""
    return []
