"""What all dashboards share: a form that asks, charts that answer, each with its table as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from analytics.engine.answers import SEES
from analytics.queries import are_to_come
from lifecycle.admin.pages import framed
from lifecycle.queries import owners_seen

from .charts import Chart
from .csv_files import csv_file

PERMISSION = SEES
FIRST = "executive"  # of the dashboards


@dataclass(frozen=True, slots=True)
class Asked:
    """Who looks, at what (the form's answers), when. ``owners``: whose customers; ``None``: everybody's."""

    request: HttpRequest
    owners: frozenset[int] | None
    now: datetime
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """A number that is looked at first. ``change``: against what it was, as it reads; ``is_good``: the change. ``see``:
    the title and address of a page that tells of the same otherwise. ``report``: whose definition is linked."""

    title: str
    value: str
    note: str = ""
    change: str = ""
    is_good: bool | None = None
    url: str = ""
    see: tuple[str, str] | None = None
    report: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a dashboard shows; ``more`` goes to its template. ``as_of``: of which instant the figures tell."""

    as_of: datetime
    cards: Sequence[Card] = ()
    charts: Sequence[Chart] = ()
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preset:
    """A link to the same dashboard, asked otherwise."""

    title: str
    url: str
    is_chosen: bool


class Board:
    """One dashboard. Its address is ``admin:analytics_snapshot_<code>``; ``form`` is bound to the query; its
    initial values hold where the query says nothing. ``of``: the code of the dashboard whose customers it lists; it
    lies below that one's path, which is how the menu marks it. ``counts``: whether it tells figures."""

    code: ClassVar[str]
    title: ClassVar[str]
    of: ClassVar[str] = ""
    counts: ClassVar[bool] = True
    template: ClassVar[str] = "analytics/admin/board.html"
    form: ClassVar[type[forms.Form]] = forms.Form

    def says(self, asked: Asked) -> Said:
        raise NotImplementedError

    def page(self, admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponseBase:
        if not self.may(request):
            raise PermissionDenied
        owners, now = owners_seen(request.user), timezone.now()
        if self.counts and are_to_come(owners):
            return framed(
                admin, request, "analytics/admin/to_come.html", title=self.title, original=None, trail=self.trail()
            )
        form = self.form({**self.initial(request), **request.GET.dict()})
        said: Said | None = None
        if form.is_valid():
            said = self.says(Asked(request, owners, now, form.cleaned_data))
            if wanted := request.GET.get("csv"):
                return self._csv(said, wanted)
        return framed(
            admin, request, self.template, title=self.title, original=None, form=form, said=said, board=self,
            presets=self.presets(request, form.cleaned_data), trail=self.trail(),
        )  # fmt: skip

    @property
    def path(self) -> str:
        return f"{(self.of or self.code).replace('_', '-')}/{'customers/' if self.of else ''}"

    def trail(self) -> list[dict[str, str]]:
        """The way here, as Unfold shows it: a title, and a link where it leads on."""
        above = [{"title": one.title, "link": address(one.code)} for one in BOARDS if one.code == self.of]
        return [{"title": "Dashboards", "link": address(FIRST)}, *above, {"title": self.title}]

    def presets(self, request: HttpRequest, about: dict[str, Any]) -> Sequence[Preset]:
        """Links to usual choices, of what is asked, as far as it can be."""
        return ()

    def may(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        return {name: one.initial for name, one in self.form.base_fields.items() if one.initial is not None}

    def _csv(self, said: Said, wanted: str) -> HttpResponse:
        chart = next((one for one in said.charts if one.key == wanted), None)
        if chart is None:
            raise Http404(f"There is no chart {wanted}.")
        return csv_file(f"{self.code}-{chart.key}", chart.columns, chart.rows, as_of=chart.as_of or said.as_of)


BOARDS: list[Board] = []


def address(code: str, **asked: object) -> str:
    """Of a dashboard, with what is asked of it."""
    return f"{reverse(f'admin:analytics_snapshot_{code}')}{'?' if asked else ''}{urlencode(asked)}"


def board(made: type[Board]) -> type[Board]:
    """Gives a dashboard its address; ``config.unfold`` has the menu."""
    BOARDS.append(made())
    return made
