"""The page: a lifecycle and a range of days."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.admin.board import Asked, Said, board
from analytics.admin.cohort_charts import progression_chart
from analytics.admin.ranges import RangeBoard, RangeForm
from analytics.admin.words import NO_LIFECYCLE
from analytics.queries.status_tags import PREFERRED, About, days_of
from lifecycle.models import Lifecycle
from lifecycle.queries import lifecycles

from .automation import automation
from .cards import cards
from .places import distribution, flow, over_time
from .risk import risk
from .section import Section


class StatusTagsForm(RangeForm):
    lifecycle = forms.ModelChoiceField(
        Lifecycle.objects.filter(is_active=True), to_field_name="code", empty_label=None,
        widget=UnfoldAdminSelectWidget, error_messages={"required": NO_LIFECYCLE},
    )  # fmt: skip
    field_order = ("lifecycle", "start", "end")


@board
class StatusTags(RangeBoard):
    code = "status_tags"
    title = "Status tags"
    template = "analytics/admin/status_tags.html"
    form = StatusTagsForm

    def initial(self) -> dict[str, object]:
        codes = list(lifecycles().filter(is_active=True).values_list("code", flat=True))
        first = PREFERRED if PREFERRED in codes else next(iter(codes), None)
        return {**super().initial(), **({"lifecycle": first} if first else {})}

    def says(self, asked: Asked) -> Said:
        lifecycle, period = asked.about["lifecycle"], asked.about["period"]
        about = About(lifecycle, period, asked.owners, asked.now)
        days, moves, moves_before = days_of(about), about.ask("moves_flow"), about.ask("moves_flow", period.before)
        sections = [
            Section("where", "Where customers are", charts=[distribution(about, days), over_time(about, days)]),
            Section("moves", "How they moved", charts=[flow(about, moves.rows)]),
            Section("cohorts", "Cohorts", charts=[progression_chart(lifecycle, owners=asked.owners, now=asked.now)]),
            risk(about, moves.rows),
            automation(about, moves.rows),
        ]
        return Said(
            min(days.as_of, moves.as_of),
            cards=cards(about, days, moves.rows, moves_before.rows),
            charts=[chart for section in sections for chart in section.charts],
            more={"sections": sections},
        )
