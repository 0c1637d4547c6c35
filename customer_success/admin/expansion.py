"""Opportunities of expansion: what the figures of accounts say, and what people make of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from customer_success.engine import expansion as engine
from customer_success.models import CustomerTier, ExpansionOpportunity, ExpansionStatus
from customer_success.models.expansion import LIVE
from customer_success.queries.expansion import opportunities, pipeline
from customer_success.rules.expansion import NEXT
from lifecycle.admin.history import OfCustomers
from lifecycle.queries import customers_seen, in_portfolio

from .steps import ReasonForm, Step, step_page

_COLOURS = {
    "Open": "info", "Pursued": "warning", "Won": "success", "Lost": "danger", "Dismissed": "default",
    "Sign gone": "default",
}  # fmt: skip
_STEPS = {"pursue": "PURSUED", "win": "WON", "lose": "LOST", "dismiss": "DISMISSED"}


class WonForm(forms.Form):
    amount = forms.DecimalField(
        max_digits=19, decimal_places=2, min_value=Decimal("0.01"), label="Amount a year",
        widget=UnfoldAdminDecimalFieldWidget(),
    )  # fmt: skip
    note = forms.CharField(max_length=engine.MAX_REASON, required=False, widget=UnfoldAdminTextInputWidget())


class LiveFilter(DropdownFilter):
    """What is still to be won is shown first."""

    title = "status"
    parameter_name = "status"
    all_option = ["", "Open and pursued"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*ExpansionStatus.choices, ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(status=self.value()) if self.value() else queryset.filter(status__in=LIVE)


class ProbabilityFilter(DropdownFilter):
    title = "probability"
    parameter_name = "probability"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(least), f"{least}% and more") for least in (40, 60, 80)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {value for value, _ in self.lookups(request, None)}
        return queryset.filter(probability__gte=int(self.value())) if self.value() in wanted else queryset


class ManagerFilter(DropdownFilter):
    """The success managers whose customers the person sees."""

    title = "success manager"
    parameter_name = "csm"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        owners = customers_seen(request.user).filter(owner__isnull=False).values("owner")
        found = get_user_model().objects.filter(id__in=owners).order_by("username")
        return [(str(user.pk), user.get_full_name() or user.get_username()) for user in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {value for value, _ in self.lookup_choices}
        return queryset.filter(customer__owner=self.value()) if self.value() in wanted else queryset


@admin.register(ExpansionOpportunity)
class ExpansionOpportunityAdmin(OfCustomers):
    when_empty = "The figures of accounts are looked at every night; what they show stands here in the morning."
    list_display = ("kind", "customer_shown", "reason", "tiers", "revenue", "likely", "status_shown", "seen_on")
    list_filter = (LiveFilter, ("kind", ChoicesDropdownFilter), ManagerFilter, ProbabilityFilter)
    list_filter_submit = True
    list_before_template = "customer_success/admin/expansion_summary.html"
    ordering: Any = ("-probability", "-id")
    actions_detail = tuple(_STEPS)
    fieldsets = (
        (None, {"fields": ("customer_shown", "kind", "status_shown", "reason", "to_do")}),
        ("What it may bring", {"fields": ("tiers", "revenue", "likely", "last_review")}),
        ("What came of it", {"fields": ("outcome", "won_amount", "handled_by")}),
        ("Dates", {"fields": ("detected_at", "refreshed_at", "ended_at")}),
    )
    readonly_fields = ("customer_shown", "status_shown", "to_do", "tiers", "revenue", "likely", "last_review")

    class Media:
        css: ClassVar[Any] = {"all": ("customer_success/advocacy.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return in_portfolio(opportunities(), request.user).order_by(*self.ordering)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        seen = in_portfolio(ExpansionOpportunity.objects.all(), request.user)
        return super().changelist_view(request, {**(extra_context or {}), "pipeline": pipeline(seen)})

    @display(description="Tier")
    def tiers(self, row: ExpansionOpportunity) -> str:
        names = dict(CustomerTier.choices)
        now, then = (names.get(tier or "", tier or "") for tier in (row.current_tier, row.potential_tier))
        return f"{now or 'None'} → {then}" if then else now or "–"

    @display(description="Revenue a year")
    def revenue(self, row: ExpansionOpportunity) -> str:
        return "Not known" if row.estimated_revenue is None else f"{row.estimated_revenue:,.0f}"

    @display(description="Probability")
    def likely(self, row: ExpansionOpportunity) -> str:
        return f"{row.probability}%"

    @display(description="Status", label=_COLOURS)
    def status_shown(self, row: ExpansionOpportunity) -> str:
        return row.get_status_display()

    @display(description="Seen on")
    def seen_on(self, row: ExpansionOpportunity) -> str:
        return f"{row.detected_at:%-d %b %Y}"

    @display(description="Suggested actions")
    def to_do(self, row: ExpansionOpportunity) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((line,) for line in row.suggested_actions))

    @display(description="Last business review")
    def last_review(self, row: Any) -> str:
        return f"{row.last_review_date:%-d %b %Y}" if row.last_review_date else "None held"

    def has_work_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.change_expansionopportunity")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        row = self.get_object(request, object_id)
        open_ways = NEXT.get(row.status, ()) if row else ()
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if _STEPS[one.action_name.rpartition("_")[2]] in open_ways]

    @action(description="Pursue", icon="flag", permissions=["work"])
    def pursue(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        return self._step(
            request, row, heading=f"Pursue it at {row.customer}?", button="Pursue", done="You pursue it now.",
            points=("It stays until somebody says what came of it, even if its sign goes away.",),
            take=lambda said: engine.pursue(opportunity=row, by=request.user, now=timezone.now()),
        )  # fmt: skip

    @action(description="Won", icon="check", permissions=["work"])
    def win(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        return self._step(
            request, row, heading=f"Won at {row.customer}", button="Won", done="Won.", form=WonForm,
            take=lambda said: engine.win(opportunity=row, by=request.user, now=timezone.now(), **said),
        )  # fmt: skip

    @action(description="Lost", icon="close", permissions=["work"])
    def lose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        return self._step(
            request, row, heading=f"Lost at {row.customer}", button="Lost", done="Lost.", form=ReasonForm,
            take=lambda said: engine.lose(opportunity=row, by=request.user, now=timezone.now(), **said),
        )  # fmt: skip

    @action(description="Dismiss", icon="block", permissions=["work"])
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(request, object_id)
        return self._step(
            request, row, heading=f"Dismiss it at {row.customer}?", button="Dismiss",
            done="Dismissed for 90 days.", form=ReasonForm,
            points=("The same sign does not count at this customer for 90 days.",),
            take=lambda said: engine.dismiss(opportunity=row, by=request.user, now=timezone.now(), **said),
        )  # fmt: skip

    def _row(self, request: HttpRequest, object_id: str) -> ExpansionOpportunity:
        row: ExpansionOpportunity | None = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def _step(
        self, request: HttpRequest, row: ExpansionOpportunity, *, points: tuple[str, ...] = (), **step: Any
    ) -> HttpResponse:
        shown = (f"{row.get_kind_display()}: {row.reason}", *points)
        return step_page(self, request, row, Step(refused=engine.ExpansionNotAllowed, points=shown, **step))
