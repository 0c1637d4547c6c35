"""Success managers: whom they look after, how these customers are, what was done for them; oneself and the median."""

from __future__ import annotations

from analytics.queries.managers import Compared, compared, task_days
from analytics.rules.few import FEWEST
from analytics.rules.managers import BY_CODE, Manager, Measure

from . import manager_charts as charts
from .board import Asked, Card, Said, board
from .manager_words import cell, listed
from .ranges import RangeBoard
from .words import NONE, figure, money, rate

HEADLINES = tuple(
    BY_CODE[code]
    for code in (
        "customers",
        "load",
        "health",
        "at_risk",
        "tasks_overdue",
        "reviews_held",
        "alerts_in_time",
        "renewals",
    )
)


_CUSTOMERS = "manager_customers"
_REPORTS = {"tasks_overdue": "manager_tasks", "reviews_held": "manager_work", "alerts_in_time": "manager_work"}


@board
class Managers(RangeBoard):
    code = "managers"
    title = "Success managers"

    def says(self, asked: Asked) -> Said:
        period = asked.about["period"]
        found = compared(asked.request.user, period=period, now=asked.now)
        days = task_days(owners=asked.owners, period=period, now=asked.now)
        cards = (
            [_card(found.managers[0], one, found) for one in HEADLINES] if len(found.managers) == 1 else _totals(found)
        )
        many = (
            [charts.table(found), charts.load(found), charts.health(found)]
            if len(found.managers) > 1
            else [charts.beside(found)]
        )
        return Said(found.as_of, cards=cards, charts=[*many, charts.tasks(days, period)])


def _card(manager: Manager, measure: Measure, found: Compared) -> Card:
    """One's own figure beside the median."""
    median, is_known = found.medians.get(measure.code), measure.of(manager) is not None
    return Card(
        measure.name,
        cell(manager, measure) if is_known else NONE,
        note=measure.definition if is_known else f"{measure.definition} Too few (n = {measure.n(manager)}).",
        change=f"Median of {found.others} managers: {figure(median, measure.unit)}" if median is not None else "",
        url=listed(measure.code, found, manager),
        report=_REPORTS.get(measure.code, _CUSTOMERS),
    )


def _totals(found: Compared) -> list[Card]:
    """Of all managers together; the median of managers where a sum says nothing."""
    managers = found.managers

    def total(name: str) -> float:
        return sum(one[name] for one in managers)

    compared_with = f"Median of {found.others} managers with {FEWEST} customers or more"
    return [
        Card("Success managers", f"{len(managers):,}", report=_CUSTOMERS),
        Card("Customers", f"{total('customers'):,.0f}", f"{total('accounts'):,.0f} accounts",
             url=listed("customers", found), report=_CUSTOMERS),
        Card("Load", figure(found.medians.get("load"), "%"), compared_with, report=_CUSTOMERS),
        Card("At risk", rate(total("at_risk"), total("accounts")),
             f"{total('at_risk'):,.0f} of {total('accounts'):,.0f} accounts, by their tag",
             url=listed("at_risk", found), report=_CUSTOMERS),
        Card("Overdue tasks", f"{total('overdue'):,.0f}", f"of {total('open'):,.0f} open",
             url=listed("tasks_overdue", found), report="manager_tasks"),
        Card("Reviews held", rate(total("reviews_held"), total("reviews")),
             f"{total('reviews_held'):,.0f} of {total('reviews'):,.0f} due", url=listed("reviews_held", found),
             report="manager_work"),
        Card("Alerts in time", rate(total("alerts_in_time"), total("alerts")),
             f"{total('alerts_in_time'):,.0f} of {total('alerts'):,.0f} due", url=listed("alerts_in_time", found),
             report="manager_work"),
        Card("Renewals in 90 days", f"{total('renewals'):,.0f}", f"{money(total('renewal_revenue'))} a year",
             url=listed("renewals", found), report=_CUSTOMERS),
    ]  # fmt: skip
