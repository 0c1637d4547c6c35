"""The charts of retention and revenue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from analytics.queries.revenue import LARGEST, RENEWAL_DAYS, Looked
from analytics.rules.revenue import MOVEMENTS, ZERO, Basis, Revenue, Split, named, share
from customer_success.models import HealthLevel
from customer_success.templatetags.health import COLOURS as LEVEL_COLOURS
from lifecycle.rules.traits import TIERS

from .charts import Chart, bars, lines, lying, stacked
from .revenue_words import in_percent, moved_list, percent, signed
from .words import customer_page, in_money, money, money_axis, number_of

COLOURS = ("tn:blue", "tn:teal", "tn:green", "tn:orange", "tn:red")  # as MOVEMENTS
LEVELS = {**{str(level): f"tn:{colour}" for level, colour in LEVEL_COLOURS.items()}, "": "tn:grey"}
OVER_TIME = {"xaxis": {"type": "category"}}
NO_REVENUE = {
    Basis.CONTRACTS: "No account has had annual revenue at the end of a period that is over. Orders may tell more.",
    Basis.ORDERS: "Nobody ordered in a period that is over.",
}


def movements(looked: Looked, rows: Sequence[Revenue]) -> Chart:
    """With the proof that they add up: start, movements, end, and what is left over, which is nothing."""
    names = [named(one.period, looked.unit) for one in rows]
    return Chart(
        key="movements",
        title="Revenue movements",
        summary=_movements_said(looked, rows),
        columns=(
            "Period",
            *map(in_money, ("Start", *map(str.capitalize, MOVEMENTS), "Sum of movements", "End", "Difference")),
        ),
        rows=[
            (name, one.start, *(one.of(each).change for each in MOVEMENTS), one.change, one.end, one.difference)
            for name, one in zip(names, rows, strict=True)
        ],
        links=[moved_list(looked, one.period) for one in rows],
        traces=stacked(
            names,
            {each.capitalize(): [one.of(each).change for one in rows] for each in MOVEMENTS},
            COLOURS,
            are_bars=True,
        )
        if any(one.of(each).change for one in rows for each in MOVEMENTS)
        else [],
        layout={"barmode": "relative", **OVER_TIME, "yaxis": money_axis()},
        report="movement_totals",
        when_empty=_movements_said(looked, rows) or NO_REVENUE[looked.basis],
        is_wide=True,
    )


def _movements_said(looked: Looked, rows: Sequence[Revenue]) -> str:
    if not rows:
        return ""
    last = rows[-1]
    told = ", ".join(f"{each} {signed(last.of(each).change)}" for each in MOVEMENTS if last.of(each).customers)
    wrong = [named(one.period, looked.unit) for one in rows if one.difference]
    proof = f"They do not add up in {', '.join(wrong)}." if wrong else (
        f"In all {len(rows)} periods the movements add up to the change of revenue; the difference is 0."
    )  # fmt: skip
    return (
        f"In {named(last.period, looked.unit)} revenue went from {money(last.start)} to {money(last.end)}: "
        f"{told or 'nothing moved'}. {proof}"
    )


def retention(looked: Looked, rows: Sequence[Revenue]) -> Chart:
    """Rates of fewer than five customers are gaps."""
    judged = [one for one in rows if not one.is_few and one.start]
    names = [named(one.period, looked.unit) for one in rows]
    rates = {
        name: [None if one.is_few else in_percent(getattr(one, field)) or None for one in rows]
        for name, field in (("NRR", "nrr"), ("GRR", "grr"), ("Logo retention", "logo_retention"))
    }
    return Chart(
        key="retention",
        title="What stayed of the period before, %",
        summary=_retention_said(looked, judged),
        columns=("Period", "Customers before", "GRR %", "NRR %", "Logo retention %", "Logo churn %",
                 "Gross revenue churn %", "Net revenue churn %"),
        rows=[(name, one.customers_before, *_rates(one)) for name, one in zip(names, rows, strict=True)],
        links=[moved_list(looked, one.period) for one in rows],
        traces=_retention_lines(names, rates) if judged else [],
        layout={"xaxis": {**OVER_TIME["xaxis"], "range": [-0.4, len(rows) - 0.6]}, "yaxis": {"ticksuffix": "%"}},
        report="movement_totals",
        when_empty="No period had five customers before it, which rates need.",
    )  # fmt: skip


def _retention_lines(names: Sequence[str], rates: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Net retention is broad, so that it shows below gross retention where nobody grew."""
    net, *others = lines(names, rates, ("tn:violet", "tn:blue", "tn:orange"))
    return [{**net, "line": {**net["line"], "width": 5}}, *others]


def _retention_said(looked: Looked, judged: Sequence[Revenue]) -> str:
    if not judged:
        return ""
    last, worst = judged[-1], min(judged, key=lambda one: one.grr or ZERO)
    return (
        f"In {named(last.period, looked.unit)} GRR was {percent(last.grr)}, NRR {percent(last.nrr)} and logo retention "
        f"{percent(last.logo_retention)}. GRR was lowest in {named(worst.period, looked.unit)}: {percent(worst.grr)}."
    )


def parts(looked: Looked, split: Split, rows: Sequence[tuple[str, Revenue]]) -> Chart:
    """The last period by what customers are today."""
    judged = [(_part(part, split), one) for part, one in rows if not one.is_few and one.nrr is not None]
    return Chart(
        key="parts",
        title=f"Net revenue retention by {split}, {named(looked.last, looked.unit)}, %",
        summary=_parts_said(split, judged),
        columns=(split.capitalize(), "Customers before", in_money("Start"), in_money("End"), "GRR %", "NRR %",
                 "Logo retention %", "Logo churn %", "Gross revenue churn %", "Net revenue churn %"),
        rows=[
            (_part(part, split), one.customers_before, one.start, one.end, *_rates(one)) for part, one in rows
        ],
        links=[moved_list(looked, looked.last, split=split, part=part) for part, _ in rows],
        traces=bars([name for name, _ in judged], [in_percent(one.nrr) for _, one in judged]) if judged else [],
        layout={"xaxis": {"ticksuffix": "%"}},
        height=lying(len(judged)),
        report="movement_totals",
        when_empty=f"No {split} had five customers before this period, which rates need.",
    )  # fmt: skip


def _parts_said(split: Split, judged: Sequence[tuple[str, Revenue]]) -> str:
    told = [f"{name}, {percent(one.nrr)}" for name, one in sorted(judged, key=lambda one: -(one[1].nrr or ZERO))]
    if not told:
        return ""
    range_ = f"Highest: {told[0]}; lowest: {told[-1]}." if len(told) > 1 else f"{told[0]}."
    return f"{range_} Customers count with the {split} that they have now."


def _part(part: str, split: Split) -> str:
    return TIERS.get(part, part) or f"Without {split}"


def _rates(one: Revenue) -> Sequence[Any]:
    """None of too few customers."""
    rates = (one.grr, one.nrr, one.logo_retention, one.logo_churn, one.gross_churn, one.net_churn)
    return [in_percent(None if one.is_few else rate) for rate in rates]


def largest(looked: Looked, rows: Sequence[Any]) -> Chart:
    total = rows[0].total if rows else ZERO
    named_, amounts = [row.name for row in rows], [row.amount for row in rows]
    part = percent(share(sum(amounts, ZERO), total))
    return Chart(
        key="largest",
        title=f"Concentration: the {LARGEST} largest",
        summary=f"Of the revenue of {named(looked.last, looked.unit)}, {part} comes from {len(rows)} of "
        f"{number_of(rows[0].customers, 'customer')}: {money(sum(amounts, ZERO))} of {money(total)}." if rows else "",
        columns=("Customer", in_money("Revenue"), "Share %"),
        rows=[(row.name, row.amount, in_percent(share(row.amount, total))) for row in rows],
        links=[customer_page(row.customer_id) for row in rows],
        traces=bars(named_, amounts) if rows else [],
        layout={"xaxis": money_axis(), "yaxis": {"type": "category"}},
        height=lying(len(rows)),
        report="revenue_largest",
        when_empty=NO_REVENUE[looked.basis],
    )  # fmt: skip


def renewals(levels: Sequence[Any], due: Sequence[Any]) -> Chart:
    """How much is due by health; the table names the contracts."""
    customers = sum(row.customers for row in levels)
    found = {row.level: row for row in levels}
    order = [level for level in LEVELS if level in found]
    revenue = sum((row.annual_revenue for row in levels), Decimal(0))
    poorly = sum((found[level].annual_revenue for level in ("FAIR", "POOR") if level in found), Decimal(0))
    more = f" The table has the first {len(due):,}; the file has all." if len(due) < customers else ""
    return Chart(
        key="renewals",
        title=f"Renewals due in the next {RENEWAL_DAYS} days, by health",
        summary=f"{number_of(customers, 'contract')} with {money(revenue)} a year due, {money(poorly)} of it with "
        f"customers in fair or poor health.{more}" if customers else "",
        columns=("Customer", "Success manager", "Health", "Due on", "Score", in_money("Annual revenue")),
        texts=4,
        rows=[
            (
                row.name, row.owner or "Nobody", _level(row.level), str(row.renewal_on), _blank(row.score),
                _blank(row.annual_revenue),
            )
            for row in due
        ],
        links=[customer_page(row.customer_id) for row in due],
        traces=bars(
            [_level(level) for level in order], [found[level].annual_revenue for level in order],
            [LEVELS[level] for level in order],
        )
        if customers
        else [],
        layout={"xaxis": money_axis()},
        height=lying(len(order)),
        report="renewals_due",
        when_empty=f"No contract is due in the next {RENEWAL_DAYS} days.",
    )  # fmt: skip


def _level(level: str) -> str:
    return str(HealthLevel(level).label) if level else "Not scored"


def _blank(value: Any) -> Any:
    return "" if value is None else value
