"""Key figures: what each should reach, where it stands, and the form by which people change its target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from unfold.admin import ModelAdmin

from analytics.engine.targets import set_target
from analytics.models import KpiTarget
from analytics.queries import KpiStanding, kpi_standings
from analytics.rules.few import FEWEST
from analytics.rules.kpis import UNMEASURED, Fold, Kpi, Standing, Unmeasured, problem_with
from lifecycle.admin.autocomplete import Autocompleted

from .board import Asked, Board, Said, address, board
from .charts import Chart
from .sparks import Spark, spark
from .words import NO_KPIS, NONE, figure, unit_name

WORDS = {
    Standing.REACHED: ("Reached", "green"),
    Standing.NEAR: ("Near", "yellow"),
    Standing.MISSED: ("Missed", "red"),
}

# Where the same is told of other spans.
ELSEWHERE = {"nrr": ("Of a month or quarter", "revenue")}


@dataclass(frozen=True, slots=True)
class Row:
    """A key figure as it reads."""

    said: KpiStanding
    value: str
    target: str
    word: str
    colour: str
    change: str
    note: str
    behind: str
    edit: str
    spark: Spark | None

    @property
    def kpi(self) -> Kpi:
        return self.said.kpi

    @property
    def see(self) -> tuple[str, str] | None:
        """The title and address of a page that tells of the same otherwise."""
        title, code = ELSEWHERE.get(self.kpi.code, ("", ""))
        return (title, address(code)) if code else None


@dataclass(frozen=True, slots=True)
class Area:
    name: str
    rows: Sequence[Row]
    unmeasured: Sequence[Unmeasured]


@board
class Kpis(Board):
    code = "kpis"
    title = "KPIs"
    template = "analytics/admin/kpis.html"

    def says(self, asked: Asked) -> Said:
        said = kpi_standings(owners=asked.owners, now=asked.now)
        rows = [_row(one) for one in said]
        about = {"areas": list(_areas(rows)), "may_edit": asked.request.user.has_perm("analytics.change_kpitarget")}
        as_of = max((one.as_of for one in said), default=asked.now)
        return Said(
            as_of,
            charts=[_table(rows)],
            more={**about, "is_of_everybody": asked.owners is None, "none": "" if rows else NO_KPIS},
        )


def _areas(rows: Iterable[Row]) -> Iterable[Area]:
    by_name = {name: list(some) for name, some in groupby(rows, key=lambda row: row.kpi.area)}
    for name in dict.fromkeys((*by_name, *(one.area for one in UNMEASURED))):
        yield Area(name, by_name.get(name, []), [one for one in UNMEASURED if one.area == name])


def _row(said: KpiStanding) -> Row:
    kpi, target = said.kpi, said.target.target
    word, colour = word_of(said)
    return Row(
        said, value_of(said), f"{kpi.direction} {figure(target, kpi.unit)}" if target is not None else "none",
        word, colour, _change(said), f"± {said.margin:.1f} at 95%" if said.margin is not None else "",
        behind_url(kpi, said), reverse("admin:analytics_kpitarget_change", args=[said.target.pk]),
        None if _is_too_few(said) else spark(said.days, target=target),
    )  # fmt: skip


def word_of(said: KpiStanding) -> tuple[str, str]:
    """Where it stands, and in which colour."""
    return WORDS.get(said.standing, (_not_judged(said), "grey"))


def value_of(said: KpiStanding) -> str:
    """A figure of too few customers is told as their number."""
    if said.value is None:
        return NONE
    if not _is_too_few(said):
        return figure(said.value, said.kpi.unit)
    if said.kpi.fold is Fold.SHARE:
        return f"{round(said.value * said.n / 100)} of {said.n}"
    return NONE


def behind_url(kpi: Kpi, said: KpiStanding) -> str:
    return address("behind", report=kpi.report, as_of=said.as_of.isoformat())


def _not_judged(said: KpiStanding) -> str:
    if said.target.target is None:
        return "No target"
    if said.value is None:
        return "No data"
    return "Too few" if _is_too_few(said) else "Not judged"


def _is_too_few(said: KpiStanding) -> bool:
    return said.n < FEWEST and said.kpi.fold is not Fold.SUM


def _change(said: KpiStanding) -> str:
    if _is_too_few(said):
        return ""
    if said.change is None:
        return "no earlier figure"
    unit = {"%": "points", "of 5": "", "of 7": ""}.get(said.kpi.unit, said.kpi.unit)
    return f"{'+' if round(said.change, 1) > 0 else ''}{figure(said.change, unit)}"


def _table(rows: Sequence[Row]) -> Chart:
    """For the file."""
    return Chart(
        key="kpis",
        title="KPIs",
        summary="",
        columns=(
            "Area", "KPI", "Definition", "Unit", "Value", "Customers", "A month before", "Target", "Status", "Owner",
            "Source", "As of",
        ),
        rows=[
            (
                row.kpi.area, row.kpi.name, row.kpi.definition, unit_name(row.kpi.unit), row.said.value, row.said.n,
                row.said.before, row.said.target.target, row.word, str(row.said.target.owner or ""), row.kpi.source,
                row.said.as_of.isoformat(timespec="seconds"),
            )
            for row in rows
        ],
    )  # fmt: skip


class KpiTargetForm(forms.ModelForm):
    """``seen`` says which target and owner the person looked at."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = f"{self.instance.target} {self.instance.owner_id}"
        if self.instance.target is not None:
            self.initial["target"] = f"{self.instance.target.normalize():f}"  # 70, not 70.0000

    def clean_target(self) -> Decimal | None:
        target: Decimal | None = self.cleaned_data["target"]
        if self.instance.kpi and (problem := problem_with(self.instance.kpi, target)):
            raise forms.ValidationError(problem)
        return target

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("seen") and cleaned["seen"] != self.initial["seen"]:
            raise forms.ValidationError("Somebody has changed the target meanwhile; look again before you decide.")
        return cleaned


@admin.register(KpiTarget)
class KpiTargetAdmin(Autocompleted, ModelAdmin):
    form = KpiTargetForm
    list_display = ("kpi_name", "area", "target_shown", "owner")
    list_select_related = ("owner",)
    fields = ("kpi_name", "definition", "unit", "direction", "source", "target", "owner", "seen")
    readonly_fields = ("kpi_name", "definition", "unit", "direction", "source")
    autocomplete_fields = ("owner",)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> KpiTarget | None:
        """Who saves waits for whoever saves just now, and is then told of it."""
        if request.method == "POST":
            KpiTarget.objects.select_for_update(no_key=True).filter(pk=object_id).first()
        return super().get_object(request, object_id, from_field)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        return self.fields if self.has_change_permission(request, obj) else self.fields[:-1]

    @admin.display(description="KPI")
    def kpi_name(self, target: KpiTarget) -> str:
        return str(target)

    @admin.display(description="area")
    def area(self, target: KpiTarget) -> str:
        return target.kpi.area if target.kpi else ""

    @admin.display(description="target", ordering="target")
    def target_shown(self, target: KpiTarget) -> str:
        if target.target is None or not target.kpi:
            return "none"
        return f"{target.kpi.direction} {figure(target.target, target.kpi.unit)}"

    @admin.display(description="definition")
    def definition(self, target: KpiTarget) -> str:
        return target.kpi.definition if target.kpi else ""

    @admin.display(description="unit")
    def unit(self, target: KpiTarget) -> str:
        if not target.kpi:
            return ""
        low, high = target.kpi.bounds
        return f"{unit_name(target.kpi.unit) or 'a number'}, from {low:,} to {high:,}"

    @admin.display(description="direction")
    def direction(self, target: KpiTarget) -> str:
        return "Lower is better" if target.kpi and target.kpi.is_lower_better else "Higher is better"

    @admin.display(description="source")
    def source(self, target: KpiTarget) -> str:
        return target.kpi.source if target.kpi else ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: KpiTarget, form: forms.ModelForm, change: bool) -> None:
        set_target(obj, target=obj.target, owner=obj.owner)
