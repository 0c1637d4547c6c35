"""What each report answers, and how: its columns, what is kept of it, and the text of its statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from analytics.rules.kpis import KPIS, Fold, Kpi
from analytics.sql import Report, reports

from .board import Asked, Board, Said, board

_KPIS = {kpi.report: kpi for kpi in KPIS}
_PARAMETER = re.compile(r"%\((\w+)\)s")


class SearchForm(forms.Form):
    q = forms.CharField(
        label="Search", required=False, max_length=100, widget=UnfoldAdminTextInputWidget(attrs={"type": "search"})
    )


@dataclass(frozen=True, slots=True)
class Definition:
    report: Report
    kpi: Kpi | None

    @property
    def title(self) -> str:
        return self.kpi.name if self.kpi else self.report.answers

    @property
    def columns(self) -> Sequence[str]:
        """As ``analytics.sql`` promises them; of others the statement tells."""
        if self.kpi:
            return ("customer_id", "value", "whole") if self.kpi.fold is Fold.RATIO else ("customer_id", "value")
        return ("part", "value", "n") if self.report.is_kept else ()

    @property
    def kept(self) -> str:
        return "each day" if self.kpi else self.report.kept

    @property
    def parameters(self) -> Sequence[str]:
        return tuple(dict.fromkeys(_PARAMETER.findall(self.report.statement)))

    def has(self, words: Sequence[str]) -> bool:
        about = f"{self.title} {self.report.name} {self.report.answers} {self.report.note}"
        text = f"{about} {self.kpi.definition if self.kpi else ''} {self.report.statement}".lower()
        return all(word in text for word in words)


@board
class Definitions(Board):
    code = "definitions"
    counts = False
    title = "Definitions"
    template = "analytics/admin/definitions.html"
    form = SearchForm

    def says(self, asked: Asked) -> Said:
        every = [Definition(report, _KPIS.get(report.name)) for report in reports().values()]
        found = [one for one in every if one.has(asked.about["q"].lower().split())]
        found.sort(key=lambda one: (one.kpi is None, one.title))
        return Said(asked.now, more={"definitions": found, "total": len(every)})
