"""Portfolios: who looks after whom, how much of their time it takes, and customers that change hands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from customer_success import queries
from customer_success.engine.portfolio import MAX_NOTE, AssignmentRefused, assign, balance
from customer_success.models import CustomerTier, Handover
from customer_success.queries import Capacity, Portfolio
from lifecycle.admin.customers import CustomerAdmin
from lifecycle.admin.fields import Line
from lifecycle.admin.history import OfCustomers
from lifecycle.admin.pages import framed, some_of
from lifecycle.models import Customer
from lifecycle.queries import customers_seen, sees_everybody

MOST_AT_ONCE = 1_000
SHOWN = 5
_PAGE = "admin:customer_success_handover_portfolios"
_CUSTOMERS = "admin:lifecycle_customer_changelist"


def may_assign(request: HttpRequest) -> bool:
    return request.user.has_perm("lifecycle.assign_customer")


def may_balance(request: HttpRequest) -> bool:
    """Accounts of nobody are seen by those alone who see everybody."""
    return may_assign(request) and sees_everybody(request.user)


class NoteForm(forms.Form):
    note = Line(max_length=MAX_NOTE, help_text="What the next success manager has to know. It stays with the customer.")


class HandOverForm(NoteForm):
    field_order = ("to", "note")
    to = forms.ModelChoiceField(
        Handover.objects.none(), empty_label="Choose a success manager", widget=UnfoldAdminSelectWidget(),
        help_text="Open tasks of the one before go along.",
    )  # fmt: skip

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = queries.managers(by)  # type: ignore[attr-defined]  # a field of choices


@dataclass(frozen=True, slots=True)
class Row:
    """A manager's line: numbers of accounts in the order of the tiers, and the bar of the load."""

    portfolio: Portfolio
    numbers: tuple[int, ...]
    new: int = 0

    @property
    def percent(self) -> int:
        return round(self.portfolio.load * 100)

    @property
    def width(self) -> int:
        return min(self.percent, 100)

    @property
    def look(self) -> str:
        if self.portfolio.load > 1:
            return "red"
        return "orange" if self.percent >= 85 else "green"


@admin.register(Handover)
class HandoverAdmin(OfCustomers):
    when_empty = "Customers change hands on the page Portfolios, or from the list of customers."
    list_display = ("at", "customer_shown", "from_owner", "to_owner", "note", "by")
    list_select_related = ("customer", "from_owner", "to_owner", "by")
    fields = ("customer_shown", "from_owner", "to_owner", "note", "by", "at")
    readonly_fields = ("customer_shown",)
    actions_list = ("portfolios",)

    class Media:
        css = {"all": ("customer_success/portfolio.css",)}

    def get_urls(self) -> list[URLPattern]:
        here = [
            path("balance/", self.admin_site.admin_view(self.balance), name="customer_success_handover_balance"),
            path("<int:customer>/hand-over/", self.admin_site.admin_view(self.hand_over),
                 name="customer_success_handover_hand_over"),
        ]  # fmt: skip
        return [*here, *super().get_urls()]

    @action(description="Portfolios", icon="diversity_1")
    def portfolios(self, request: HttpRequest) -> HttpResponse:
        """Each manager with accounts by tier and the load."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = queries.capacity_of(request.user)
        return framed(
            self, request, "customer_success/admin/portfolios.html", title="Portfolios", original=None,
            rows=_rows(found.portfolios), tiers=_tiers(found), capacity=found,
            may_balance=may_balance(request), sees_everybody=sees_everybody(request.user), media=self.media,
        )  # fmt: skip

    def balance(self, request: HttpRequest) -> HttpResponse:
        """Who would take the unassigned accounts; then they do."""
        if not may_balance(request):
            raise PermissionDenied
        return balance_page(self, request, now=timezone.now())

    def hand_over(self, request: HttpRequest, customer: int) -> HttpResponse:
        """One customer."""
        if not may_assign(request):
            raise PermissionDenied
        found = customers_seen(request.user).filter(id=customer)
        if not found:
            return self._get_obj_does_not_exist_redirect(request, Customer._meta, str(customer))
        way_back = reverse("admin:lifecycle_customer_change", args=[customer])
        return hand_over_page(self, request, list(found), way_back=way_back, now=timezone.now())

    @display(description="When")
    def at(self, handover: Handover) -> str:
        return f"{handover.at:%-d %b %Y, %H:%M}"


@action(description="Hand over", permissions=["assign"])
def hand_over_selected(
    customer_admin: CustomerAdmin, request: HttpRequest, queryset: QuerySet[Customer]
) -> HttpResponse | None:
    """In the list of customers: many at once."""
    found = list(queryset.order_by("id")[: MOST_AT_ONCE + 1])
    if len(found) > MOST_AT_ONCE:
        messages.error(request, f"Hand over {MOST_AT_ONCE:,} customers at most at once.")
        return None
    hidden = [("action", "hand_over_selected"), *(("_selected_action", one.id) for one in found)]
    return hand_over_page(
        customer_admin, request, found, way_back=reverse(_CUSTOMERS), now=timezone.now(), hidden=hidden
    )


CustomerAdmin.actions = [*CustomerAdmin.actions, hand_over_selected]


def hand_over_page(
    model_admin: Any,
    request: HttpRequest,
    customers: Collection[Customer],
    *,
    way_back: str,
    now: datetime,
    hidden: Iterable[tuple[str, object]] = (),
) -> HttpResponse:
    """Ask to whom, and do it."""
    form = HandOverForm(request.POST if "confirm" in request.POST else None, by=request.user)
    if form.is_valid():
        to, note = form.cleaned_data["to"], form.cleaned_data["note"]
        try:
            number = assign(customers=[one.id for one in customers], to=to, note=note, by=request.user, now=now)
        except AssignmentRefused as error:
            form.add_error(None, str(error))
        else:
            if number:
                messages.success(request, f"{_counted(number)} in the portfolio of {to} now.")
            else:
                messages.info(request, f"They are in the portfolio of {to} already.")
            return HttpResponseRedirect(way_back)
    names = [str(one) for one in list(customers)[:SHOWN]]
    one = len(customers) == 1
    heading = f"Hand over {names[0]}" if one else f"Hand over {len(customers):,} customers"
    points = (
        [f"Now looked after by {next(iter(customers)).owner or 'nobody'}."] if one else [some_of(names, len(customers))]
    )
    return framed(
        model_admin, request, "lifecycle/admin/form.html", title="Hand over", original=None, heading=heading, form=form,
        points=points, button="Hand over", hidden=hidden, cancel_url=way_back,
    )  # fmt: skip


def balance_page(model_admin: HandoverAdmin, request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Show who would take what; the answer names the proposal that was shown."""
    found = queries.capacity_of(request.user)
    among = _chosen(request, found)
    form = NoteForm(request.POST or None, initial={"note": "Given out by free capacity."})
    if form.is_valid():
        try:
            number = balance(
                among=among, expected=request.POST.get("seen", ""), note=form.cleaned_data["note"], by=request.user,
                now=now,
            )  # fmt: skip
        except AssignmentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{_counted(number)} given out.")
            return HttpResponseRedirect(reverse(_PAGE))
    proposed = queries.proposal(found, among)
    after = queries.after(found, proposed)
    return framed(
        model_admin, request, "customer_success/admin/balance.html", title="Give out accounts", original=None,
        media=model_admin.media, form=form, rows=_rows(found.portfolios), among=among,
        after=_rows(after, proposed.accounts), is_too_much=any(one.load > 1 for one in after), tiers=_tiers(found),
        proposed=proposed, capacity=found, cancel_url=reverse(_PAGE),
    )  # fmt: skip


def _chosen(request: HttpRequest, found: Capacity) -> set[int]:
    """The managers that are ticked; at first all who lead no team."""
    asked = request.POST if request.method == "POST" else request.GET
    if "among" not in asked and "choose" not in asked:
        return {one.manager.pk for one in found.portfolios if not one.leads}
    ticked = set(asked.getlist("among"))
    return {one.manager.pk for one in found.portfolios if str(one.manager.pk) in ticked}


def _tiers(found: Capacity) -> list[tuple[str, str, str, int]]:
    """Each tier by name, with its ratio and its unassigned accounts; accounts without a tier last."""
    ratios = {tier: f"1:{ratio}" if ratio else "automatic" for tier, ratio in found.ratios.items()}
    return [
        (str(label), ratios.get(tier or "", "no ratio"), tier or "", found.unassigned.get(tier, 0))
        for tier, label in (*CustomerTier.choices, (None, "No tier"))
    ]


def _rows(portfolios: Iterable[Portfolio], new: Any = None) -> list[Row]:
    tiers = (*CustomerTier.values, None)
    return [
        Row(one, tuple(one.accounts.get(tier, 0) for tier in tiers), len((new or {}).get(one.manager.pk, ())))
        for one in portfolios
    ]


def _counted(number: int) -> str:
    return "1 customer is" if number == 1 else f"{number:,} customers are"
