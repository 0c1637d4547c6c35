"""How customers are doing: the list, and one customer's score taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from customer_success.models import CustomerHealth, HealthOverride, Scorecard
from customer_success.queries.accounts import closed
from customer_success.queries.health import HealthExplanation, PartChange, explain_health
from customer_success.queries.health_page import ShownDimension, bands_of, history, label_of, taken_apart, unit_of
from customer_success.queries.my_day import DECLINING, UNWELL
from customer_success.templatetags.health import level_label, trend_arrow
from lifecycle.admin.history import OfCustomers
from lifecycle.admin.pages import framed
from lifecycle.admin.portfolio import CustomerOwnerFilter
from lifecycle.templatetags.wording import customer_link

from .overrides import MAY, override_page, take_back_page

WIDTH, HEIGHT = 640.0, 160.0  # of the history's picture; its sides are days and 0 to 100


class ScorecardFilter(DropdownFilter):
    title = "scorecard"
    parameter_name = "scorecard"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Scorecard.objects.values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[CustomerHealth]) -> QuerySet[CustomerHealth]:
        return queryset.filter(version__scorecard__code=self.value()) if self.value() else queryset


class CareFilter(DropdownFilter):
    """As the card "At risk" of My day has it."""

    title = "care"
    parameter_name = "care"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("needed", "Poor, fair or declining")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CustomerHealth]) -> QuerySet[CustomerHealth]:
        if self.value() != "needed":
            return queryset
        return queryset.filter(UNWELL | DECLINING).exclude(closed("customer_id"))


class OverriddenFilter(DropdownFilter):
    title = "overridden"
    parameter_name = "overridden"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "By a person"), ("no", "As computed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CustomerHealth]) -> QuerySet[CustomerHealth]:
        overridden = HealthOverride.objects.filter(ended_at=None).values("customer")
        match self.value():
            case "yes":
                return queryset.filter(customer__in=overridden)
            case "no":
                return queryset.exclude(customer__in=overridden)
            case _:
                return queryset


@dataclass(frozen=True, slots=True)
class Slice:
    """A dimension in the bar of a score; ``share`` in percent of the bar."""

    name: str
    colour: str
    points: Any
    share: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Scores as steps in a picture of ``WIDTH`` by ``HEIGHT``; ``bands``: level, top and height of each."""

    line: str
    bands: tuple[tuple[str, float, float], ...]
    first: date
    last: date


@admin.register(CustomerHealth)
class CustomerHealthAdmin(OfCustomers):
    when_empty = "Once a scorecard is published, everybody it applies to is scored every day, and stands here."
    list_display = ("customer_shown", "score_shown", "level_shown", "trend_shown", "owner_shown", "missing", "day")
    list_display_links: Any = ("customer_shown",)
    list_filter = (
        ("level", ChoicesDropdownFilter), ("trend", ChoicesDropdownFilter), CareFilter, ScorecardFilter,
        OverriddenFilter, CustomerOwnerFilter,
    )  # fmt: skip
    list_filter_submit = True
    list_before_template = "customer_success/admin/_closed_too.html"
    list_select_related: Any = ("customer", "customer__owner")
    ordering: Any = ("score", "customer_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustomerHealth]:
        overridden = HealthOverride.objects.filter(customer=OuterRef("customer"), ended_at=None).values("score")
        return super().get_queryset(request).annotate(overridden=Subquery(overridden))

    @display(description="Customer")
    def customer_shown(self, health: CustomerHealth) -> str:
        return str(health.customer)

    @display(description="Score")
    def score_shown(self, health: Any) -> str:
        return f"{health.score} (by a person)" if health.overridden is not None else str(health.score)

    @display(description="Level")
    def level_shown(self, health: CustomerHealth) -> SafeString:
        return level_label(health.level)

    @display(description="Trend")
    def trend_shown(self, health: CustomerHealth) -> SafeString:
        return trend_arrow(health.trend, health.change)

    @display(description="Success manager")
    def owner_shown(self, health: CustomerHealth) -> str:
        return str(health.customer.owner or "Nobody")

    @display(description="Inputs missing")
    def missing(self, health: CustomerHealth) -> str:
        number = sum(value is None for value in health.values.values())
        return f"{number} of {len(health.values)}" if number else ""

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(page),
                name=f"customer_success_customerhealth_{name}",
            )
            for name, page in (("override", self.override), ("take_back", self.take_back))
        ]
        return [*pages, *super().get_urls()]

    def override(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return override_page(self, request, self._found(request, object_id), now=timezone.now())

    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return take_back_page(self, request, self._found(request, object_id), now=timezone.now())

    def _found(self, request: HttpRequest, object_id: str) -> CustomerHealth:
        health = self.get_object(request, object_id)
        if health is None or not self.has_view_permission(request):
            raise Http404
        return health

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        health = self.get_object(request, object_id)
        if health is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        now = timezone.now()
        explained = explain_health(health.customer)
        dimensions = taken_apart(explained.parts, explained.dimensions, explained.names) if explained else ()
        overrides = HealthOverride.objects.filter(customer=health.customer_id).select_related("by", "ended_by")
        return framed(
            self, request, "customer_success/admin/health.html", title=f"Health of {health.customer}", original=health,
            health=health, explained=explained, slices=_slices(dimensions), chart=_chart(health, now),
            dimensions=dimensions, changes=_changes(explained) if explained else [], overrides=overrides[:10],
            missing=sum(row.is_missing for one in dimensions for row in one.parts),
            alerts=health.customer.health_alerts.filter(ended_at=None), customer=customer_link(health.customer),
            may_override=request.user.has_perm(MAY), width=WIDTH, height=HEIGHT,
            alerts_url=reverse("admin:customer_success_healthalert_changelist"),
        )  # fmt: skip


def _changes(explained: HealthExplanation) -> list[tuple[PartChange, str, str]]:
    """What gives more or less than before, the most first: the change, the input and its unit."""
    ordered = sorted(explained.changes, key=lambda one: abs(one.points), reverse=True)
    return [(one, label_of(one.metric, explained.names), unit_of(one.metric)) for one in ordered]


_COLOURS = ("blue", "violet", "teal", "pink", "yellow", "green", "orange", "grey")


def _slices(dimensions: Sequence[ShownDimension]) -> list[Slice]:
    """What each dimension gives to the score, side by side on a scale from 0 to 100."""
    return [
        Slice(one.name, _COLOURS[place % len(_COLOURS)], one.contribution, float(one.contribution))
        for place, one in enumerate(dimensions)
    ]


def _chart(health: CustomerHealth, now: datetime) -> Chart | None:
    rows = history(health)
    if not rows:
        return None
    first, last = rows[0][0], max(now.date(), rows[-1][0])
    days = max((last - first) / timedelta(days=1), 1)
    starts = [((day - first).days / days * WIDTH, score) for day, score in rows]
    ends = [*(x for x, _ in starts[1:]), WIDTH]
    points = [point for (x, score), end in zip(starts, ends, strict=True) for point in ((x, score), (end, score))]
    line = " ".join(f"{x:.1f},{HEIGHT - score / 100 * HEIGHT:.1f}" for x, score in points)
    return Chart(line, tuple(_zones(bands_of(health.version))), first, last)


def _zones(bands: Sequence[tuple[str, int]]) -> list[tuple[str, float, float]]:
    zones, top = [], 100
    for level, start in bands:
        zones.append((level, (100 - top) / 100 * HEIGHT, (top - start) / 100 * HEIGHT))
        top = start
    return zones
