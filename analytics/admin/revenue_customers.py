"""The customers behind revenue and its movements, with amounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from analytics.queries.revenue import Looked, moved_customers
from analytics.rules.revenue import Movement, Split, last_period, named, start_of
from lifecycle.admin.pages import DayInput
from lifecycle.rules.traits import TIERS

from .board import Asked, Board, Said, board
from .charts import Chart
from .revenue import MAY_NAME, RevenueForm
from .revenue_words import signed
from .words import customer_page, in_money, number_of

SHOWN = 100
EARLIEST = 1970
ANY = [("", "All")]


class CustomersForm(RevenueForm):
    """``period``: any day of it; left out: the last that is over."""

    field_order = ("basis", "unit", "period", "movement", "split", "part")
    period = forms.DateField(
        label="A day of the period", required=False, widget=DayInput, help_text="Empty: the last that is over."
    )
    movement = forms.TypedChoiceField(
        required=False, choices=[*ANY, *((str(one), one.capitalize()) for one in Movement)], coerce=Movement,
        empty_value=None, widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    split = forms.TypedChoiceField(
        label="Only a part, by", required=False, choices=[*ANY, *((str(one), one.capitalize()) for one in Split)],
        coerce=Split, empty_value=None, widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    part = forms.CharField(
        label="Which part", required=False, widget=UnfoldAdminTextInputWidget, help_text="Empty: those without one."
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        day, unit = data.get("period"), data.get("unit")
        if unit is None:
            return data
        last = last_period(timezone.now().date(), unit)
        data["period"] = start_of(day, unit) if day else last
        if data["period"].year < EARLIEST or data["period"] > last:
            self.add_error("period", f"Choose a day from {EARLIEST} to the end of {named(last, unit)}.")
        return data


@board
class RevenueCustomers(Board):
    code = "revenue_customers"
    of = "revenue"
    title = "Customers behind the revenue"
    form = CustomersForm

    def page(self, admin: ModelAdmin[Any], request: HttpRequest) -> HttpResponseBase:
        if not request.user.has_perm(MAY_NAME):
            raise PermissionDenied
        return super().page(admin, request)

    def says(self, asked: Asked) -> Said:
        about = asked.about
        looked = Looked(about["basis"], about["unit"], asked.owners, asked.now)
        told = moved_customers(
            looked,
            about["period"],
            movement=about["movement"],
            split=about["split"],
            part=about["part"] if about["split"] else None,
            most=None if "csv" in asked.request.GET else SHOWN,
        )
        return Said(told.as_of, charts=[_list(looked, about, told.rows)])


def _list(looked: Looked, about: dict[str, Any], rows: Any) -> Chart:
    number = rows[0].customers if rows else 0
    more = f" The table has the {len(rows)} largest changes; the file has all." if len(rows) < number else ""
    return Chart(
        key="customers",
        title=f"{(about['movement'] or 'all movements').capitalize()} in {named(about['period'], looked.unit)}",
        summary=_summary(rows[0]) + more if rows else "",
        columns=("Customer", "Id", "Tier", "Plan", "Industry", "Movement", in_money("Before"), in_money("After"),
                 in_money("Change")),
        texts=6,
        rows=[
            (row.name, row.external_id, TIERS.get(row.tier, ""), row.plan or "", row.industry or "",
             row.movement.capitalize(), row.before, row.after, row.change)
            for row in rows
        ],
        links=[customer_page(row.customer_id) for row in rows],
        report="movement_customers",
        when_empty="Nobody moved so in this period.",
        is_list=True,
        is_wide=True,
    )  # fmt: skip


def _summary(row: Any) -> str:
    """So that the list can be held against the numbers of customers before and after the period."""
    customers = number_of(row.customers, "customer")
    sides = f"{row.before_it:,} with revenue before and {row.after_it:,} after"
    return f"{customers}, {sides}: {signed(row.changed)} in all."
