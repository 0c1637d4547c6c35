"""The page: a lifecycle and a range of days."""

from __future__ import annotations

from analytics.admin.board import Asked, Said, board
from analytics.admin.cohort_charts import progression_chart
from analytics.queries.status_tags import days_of

from .automation import automation
from .cards import cards
from .lifecycles import LifecycleBoard
from .places import distribution, flow, over_time
from .risk import risk
from .section import Section


@board
class StatusTags(LifecycleBoard):
    code = "status_tags"
    title = "Status tags"

    def says(self, asked: Asked) -> Said:
        about = self.about(asked)
        days, moves = days_of(about), about.ask("moves_flow")
        sections = [
            Section("where", "Where customers are", charts=[distribution(about, days), over_time(about, days)]),
            Section("moves", "How they moved", charts=[flow(about, moves.rows)]),
            Section(
                "cohorts", "Cohorts", charts=[progression_chart(about.lifecycle, owners=asked.owners, now=asked.now)]
            ),
            risk(about, moves.rows),
            automation(about),
        ]
        return self.said(min(days.as_of, moves.as_of), sections, cards(about, days))
