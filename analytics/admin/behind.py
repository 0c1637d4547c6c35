"""The customers behind a key figure, as of the instant of which it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.queries import all_behind, customers_behind, kpi_standing
from analytics.queries.behind import PAGE
from analytics.queries.kept import NotKept, only_known
from analytics.rules.kpis import KPIS, Fold, Kpi
from lifecycle.queries import owners_seen

from .as_of import AsOfForm
from .board import Asked, Board, Said, board
from .csv_files import csv_stream
from .kpis import value_of
from .words import customer_page, figure

_BY_REPORT = {kpi.report: kpi for kpi in KPIS}
_ONLY = (("", "All"), ("counted", "Counted"), ("not_counted", "Not counted"))


class BehindForm(AsOfForm):
    report = forms.ChoiceField(
        label="Key figure", choices=[(kpi.report, kpi.name) for kpi in KPIS], widget=UnfoldAdminSelectWidget
    )
    only = forms.ChoiceField(label="Show", choices=_ONLY, required=False, widget=UnfoldAdminSelectWidget)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        kpi = _BY_REPORT.get(asked.get("report", ""))
        if kpi and kpi.fold is not Fold.SHARE and asked.get("only"):
            raise forms.ValidationError(f"{kpi.name} is no share: all its customers count, each with its value.")
        return asked


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    url: str
    value: str


@board
class Behind(Board):
    code = "behind"
    of = "kpis"
    title = "Customers behind a figure"
    template = "analytics/admin/behind.html"
    form = BehindForm

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        return {"report": KPIS[0].report}

    def says(self, asked: Asked) -> Said:
        kpi, only = _BY_REPORT[asked.about["report"]], asked.about["only"]
        as_of = asked.about["as_of"] or asked.now
        rows = customers_behind(
            kpi, owners=asked.owners, as_of=as_of, only=only, after=asked.about["after"] or 0, limit=PAGE + 1
        )
        shown = rows[:PAGE]
        query = {"report": kpi.report, "only": only, "as_of": as_of.isoformat()}
        more: dict[str, Any] = {
            "kpi": kpi, "lines": [_line(kpi, row) for row in shown], "first": urlencode(query),
            "next": urlencode({**query, "after": shown[-1].id}) if len(rows) > PAGE else "",
            "is_later": bool(asked.about["after"]), "figure": _figure(kpi, asked, as_of),
            "file": urlencode({**query, "csv": "customers"}),
        }  # fmt: skip
        return Said(as_of, more=more)

    def page(self, admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponseBase:
        """The file is of all pages, sent as it is read."""
        form = BehindForm({**self.initial(request), **request.GET.dict()})
        if request.GET.get("csv") == "customers" and self.may(request) and form.is_valid():
            return _file(form.cleaned_data, owners_seen(request.user), timezone.now())
        return super().page(admin, request)


def _figure(kpi: Kpi, asked: Asked, as_of: datetime) -> str:
    """That the customers make up, with their number; nothing where it is told of another instant, or on later pages.
    What is kept is of now, so nothing is kept by who asks about the past."""
    try:
        with only_known():
            said = None if asked.about["after"] else kpi_standing(kpi.code, owners=asked.owners, now=as_of)
    except NotKept:
        return ""
    if said is None or said.as_of != as_of:
        return ""
    return f"{value_of(said)} (n = {said.n:,})"


def _line(kpi: Kpi, row: Any) -> Line:
    return Line(row.name, customer_page(row.id), _said(kpi, row))


def _said(kpi: Kpi, row: Any) -> str:
    if kpi.fold is Fold.SHARE:
        return "Counted" if row.value else "Not counted"
    if kpi.fold is Fold.RATIO:
        return f"{figure(row.value, '')} of {figure(row.whole, '')}"
    if kpi.fold is Fold.NPS:
        kind = "promoter" if row.value >= 9 else "detractor" if row.value <= 6 else "passive"
        return f"{figure(row.value, '')}, {kind}"
    return figure(row.value, kpi.unit)


def _file(about: dict[str, Any], owners: frozenset[int] | None, now: datetime) -> HttpResponseBase:
    kpi = _BY_REPORT[about["report"]]
    as_of = about["as_of"] or now
    columns = ("Customer", "Name", "Value", "Of") if kpi.fold is Fold.RATIO else ("Customer", "Name", "Value")

    def rows() -> Iterator[Sequence[Any]]:
        for row in all_behind(kpi, owners=owners, as_of=as_of, only=about["only"]):
            yield (row.external_id, row.name, row.value, *([row.whole] if kpi.fold is Fold.RATIO else []))

    return csv_stream(kpi.report, columns, rows(), as_of=as_of)
