"""Retention and revenue: what of the revenue stayed, how it moved, who brings it and what is due for renewal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.queries import revenue as queries
from analytics.queries.revenue import Looked
from analytics.rules.revenue import Basis, Movement, Revenue, Split, Unit, annual, named

from . import revenue_charts as charts
from .board import Asked, Board, Card, Said, address, board
from .revenue_words import moved_list, percent, points, signed
from .words import NONE, money

MAY_NAME = "lifecycle.view_customer"
SHOWN = 100  # of the contracts due; the file has all


class RevenueForm(forms.Form):
    basis = forms.TypedChoiceField(
        label="By", choices=(("contracts", "Contracts (MRR)"), ("orders", "Orders")), coerce=Basis, initial="contracts",
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    unit = forms.TypedChoiceField(
        label="Per", choices=[(str(one), one.capitalize()) for one in Unit], coerce=Unit, initial="month",
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    split = forms.TypedChoiceField(
        label="Compared by", choices=[(str(one), one.capitalize()) for one in Split], coerce=Split, initial="tier",
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip


@board
class RevenueBoard(Board):
    code = "revenue"
    title = "Retention and revenue"
    form = RevenueForm

    def says(self, asked: Asked) -> Said:
        looked = Looked(asked.about["basis"], asked.about["unit"], asked.owners, asked.now)
        told = queries.revenue(looked)
        parts = queries.revenue_by(looked, asked.about["split"])
        shown = [
            charts.movements(looked, told.rows),
            charts.retention(looked, told.rows),
            charts.parts(looked, asked.about["split"], parts.rows),
        ]
        as_of = [told.as_of, parts.as_of]
        if asked.request.user.has_perm(MAY_NAME):
            largest = queries.largest(looked)
            levels = queries.renewals_by_health(owners=asked.owners, now=asked.now)
            most = None if "csv" in asked.request.GET else SHOWN
            due = queries.renewals(owners=asked.owners, now=asked.now, most=most)
            shown += [charts.largest(looked, largest.rows), charts.renewals(levels.rows, due.rows)]
            as_of += [largest.as_of, levels.as_of, due.as_of]
        return Said(min(as_of), cards=_cards(looked, told.rows), charts=shown)


def _cards(looked: Looked, rows: Sequence[Revenue]) -> list[Card]:
    if not rows:
        return []
    last, before = rows[-1], rows[-2] if len(rows) > 1 else None
    lost, period = last.of(Movement.CHURN).customers, named(last.period, looked.unit)
    left = f"{lost:,} of {last.customers_before:,} customers left: logo churn {percent(last.logo_churn)}"
    left += _yearly(last, looked.unit)
    behind, churned = (moved_list(looked, last.period, one) for one in (None, Movement.CHURN))
    net = _rate(
        f"Net revenue retention in a {looked.unit}", "nrr", last, before, url=behind,
        note=f"In {period}; net revenue churn {percent(last.net_churn)}",
    )  # fmt: skip
    if looked.basis is Basis.CONTRACTS:
        net = replace(net, see=("KPI: of the last 365 days", f"{address('kpis')}#nrr"))
    return [
        _total(looked, last),
        _rate(f"Gross revenue retention in a {looked.unit}", "grr", last, before, url=behind,
              note=f"In {period}; gross revenue churn {percent(last.gross_churn)}"),
        net,
        _rate(f"Logo retention in a {looked.unit}", "logo_retention", last, before, note=left, url=churned),
    ]  # fmt: skip


def _total(looked: Looked, last: Revenue) -> Card:
    """With what reconciles it."""
    name = "MRR at the end of" if looked.basis is Basis.CONTRACTS else "Orders in"
    return Card(
        f"{name} {named(last.period, looked.unit)}",
        money(last.end),
        note=f"{last.customers:,} customer{'' if last.customers == 1 else 's'}. Before: {money(last.start)}; "
        f"movements {signed(last.change)}; difference {money(last.difference)}",
        change=signed(last.end - last.start),
        is_good=_better(last.end, last.start),
        url=moved_list(looked, last.period),
        report="movement_totals",
    )


def _rate(title: str, field: str, last: Revenue, before: Revenue | None, *, note: str, url: str) -> Card:
    """Of fewer than five customers a count is all that is said."""
    if last.is_few:
        stayed = last.customers_before - last.of(Movement.CHURN).customers
        few = f"Stayed: {stayed:,} of {last.customers_before:,}, too few for a rate."
        note = few if last.customers_before else "Nobody was there before."
        return Card(title, NONE, note=note, url=url, report="movement_totals")
    value = getattr(last, field)
    past = None if before is None or before.is_few else getattr(before, field)
    return Card(title, percent(value), note, points(value, past), _better(value, past), url, report="movement_totals")


def _better(value: Decimal, before: Decimal | None) -> bool | None:
    return None if before is None or value == before else value > before


def _yearly(last: Revenue, unit: Unit) -> str:
    return "" if unit is Unit.YEAR else f", {percent(annual(last.logo_churn, unit))} a year"
