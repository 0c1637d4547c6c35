"""Success managers: whom they look after, how these customers are, what was done for them; oneself and the median."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from analytics.queries.kept import kept
from analytics.queries.managers import Compared, compared
from analytics.rules.kpis import FEWEST
from analytics.rules.managers import MEASURES, Manager, Measure
from analytics.rules.periods import Period

from .board import Asked, Board, Card, Said, board
from .charts import Chart, bars, parted
from .days import axes, drawn
from .ranges import RangeForm, usual
from .words import NONE, amount, rate

MOST_DRAWN = 25
_BY_CODE = {measure.code: measure for measure in MEASURES}
HEADLINES = tuple(
    _BY_CODE[code]
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
_TASKS = {"made": "Made", "done": "Done", "dropped": "Dropped"}
_LISTS = {
    "customers": "lifecycle_customer", "accounts": "customer_success_account", "at_risk": "customer_success_account",
    "tasks_open": "customer_success_task", "tasks_overdue": "customer_success_task",
    "tasks_done": "customer_success_task", "task_hours": "customer_success_task", "health": "customer_success_account",
    "reviews_held": "customer_success_businessreview", "alerts_in_time": "customer_success_healthalert",
    "milestones_on_time": "customer_success_successplan",
}  # fmt: skip
_OF_LISTS = {"at_risk": {"status": "AT_RISK"}, "tasks_done": {"state": "done"}, "task_hours": {"state": "done"}}
_WITH_OWNER = {"lifecycle_customer", "customer_success_account", "customer_success_healthalert"}


@board
class Managers(Board):
    code = "managers"
    title = "Success managers"
    form = RangeForm

    def initial(self) -> dict[str, Any]:
        return usual(timezone.now().date())

    def says(self, asked: Asked) -> Said:
        period = asked.about["period"]
        found = compared(asked.request.user, period=period, now=asked.now)
        days = kept("manager_task_days", owners=asked.owners, now=asked.now, since=period.since, until=period.until)
        cards = (
            [_card(found.managers[0], one, found) for one in HEADLINES] if len(found.managers) == 1 else _totals(found)
        )
        many = [_table(found), _load(found), _health(found)] if len(found.managers) > 1 else [_beside(found)]
        return Said(found.as_of, cards=cards, charts=[*many, _tasks(days.rows, period)])


def _card(manager: Manager, measure: Measure, found: Compared) -> Card:
    """One's own figure beside the median."""
    median, is_known = found.medians.get(measure.code), measure.of(manager) is not None
    return Card(
        measure.name,
        cell(manager, measure) if is_known else NONE,
        note=measure.definition if is_known else f"{measure.definition} Too few (n = {measure.n(manager)}).",
        change=f"Median of {found.others} managers: {amount(median, measure.unit)}" if median is not None else "",
        url=_list(measure.code, manager),
    )


def _totals(found: Compared) -> list[Card]:
    """Of all managers together; the median of managers where a sum says nothing."""
    managers = found.managers

    def total(name: str) -> float:
        return sum(one[name] for one in managers)

    compared_with = f"Median of {found.others} managers with {FEWEST} customers or more"
    return [
        Card("Success managers", f"{len(managers):,}"),
        Card("Customers", f"{total('customers'):,.0f}", f"{total('accounts'):,.0f} accounts", url=_list("customers")),
        Card("Load", amount(found.medians.get("load"), "%"), compared_with),
        Card("At risk", rate(total("at_risk"), total("accounts")),
             f"{total('at_risk'):,.0f} of {total('accounts'):,.0f} accounts, by their tag", url=_list("at_risk")),
        Card("Overdue tasks", f"{total('overdue'):,.0f}", f"of {total('open'):,.0f} open", url=_list("tasks_open")),
        Card("Reviews held", rate(total("reviews_held"), total("reviews")),
             f"{total('reviews_held'):,.0f} of {total('reviews'):,.0f} due", url=_list("reviews_held")),
        Card("Alerts in time", rate(total("alerts_in_time"), total("alerts")),
             f"{total('alerts_in_time'):,.0f} of {total('alerts'):,.0f} due", url=_list("alerts_in_time")),
        Card("Renewals in 90 days", f"{total('renewals'):,.0f}", f"{total('renewal_revenue'):,.0f} a year"),
    ]  # fmt: skip


def cell(manager: Manager, measure: Measure) -> str:
    """A figure as it reads; where there are too few for a rate, of how many."""
    value, n = measure.of(manager), measure.n(manager)
    if value is None:
        return f"too few (n = {n})" if n else NONE
    return amount(value, measure.unit)


def _table(found: Compared) -> Chart:
    """All measures, a row a manager; the last row is the median."""
    rows = [(one.name, *(cell(one, measure) for measure in MEASURES)) for one in found.managers]
    links = [_list("accounts", one) for one in found.managers]
    if found.medians:
        middle = (amount(found.medians[one.code], one.unit) for one in MEASURES)
        rows, links = [*rows, (f"Median of {found.others}", *middle)], [*links, ""]
    small = sum(one.is_small for one in found.managers)
    few = f" {small} with fewer than {FEWEST} customers stand last and are not compared." if small else ""
    return Chart(
        key="managers",
        title="Success managers compared",
        summary=f"{len(found.managers)} managers, the most loaded first.{few}",
        columns=("Manager", *(measure.name for measure in MEASURES)),
        rows=rows,
        links=links,
        traces=[],
        is_list=True,
        is_wide=True,
        report="manager_customers",
        when_empty="Nobody looks after customers yet.",
    )


def _beside(found: Compared) -> Chart:
    """What one manager's customers get and how they are, beside the median of others."""
    one = next(iter(found.managers), None)
    values = [(measure, measure.of(one)) for measure in MEASURES] if one else []
    drawn = [measure for measure, value in values if measure.unit == "%" and value is not None]
    series = {"Yours": [measure.of(one) for measure in drawn]} if one else {}
    if found.medians:
        series["Median"] = [found.medians[measure.code] for measure in drawn]
    return Chart(
        key="managers",
        title="Beside the median",
        is_wide=True,
        summary=f"Compared with {found.others} managers who have {FEWEST} customers or more."
        if found.medians
        else "Too few others: a median would tell who they are.",
        columns=("Figure", "Yours", "n", "Median", "What it is"),
        rows=[
            (measure.name, cell(one, measure), measure.n(one), amount(found.medians.get(measure.code), measure.unit),
             measure.definition)
            for measure, _ in values
            if one
        ],
        links=[_list(measure.code, one) for measure, _ in values],
        traces=parted([measure.name for measure in drawn], series, ("tn:blue", "tn:grey")) if drawn else [],
        layout={"barmode": "group", "xaxis": {"ticksuffix": "%"}, "margin": {"b": 40}},
        report="manager_work",
        height=_height(2 * len(drawn)),
        when_empty="Nobody looks after customers yet." if one is None else "Too few of anything for a rate.",
    )  # fmt: skip


def _load(found: Compared) -> Chart:
    loaded = sorted((one for one in found.managers if one.load), key=lambda one: -one.load)
    shown = loaded[:MOST_DRAWN]
    above = [one for one in found.managers if one.load > 1]
    median = found.medians.get("load")
    return Chart(
        key="load",
        title="Load against capacity",
        summary=f"{len(above)} of {len(found.managers)} managers have more than fills their time; "
        f"the median is {amount(median, '%')}.",
        columns=("Manager", "Load, %", "Accounts"),
        rows=[(one.name, round(100 * one.load), int(one["accounts"])) for one in found.managers],
        links=[_list("accounts", one) for one in found.managers],
        traces=bars(
            [one.name for one in shown],
            [round(100 * one.load) for one in shown],
            ["tn:red" if one.load > 1 else "tn:blue" for one in shown],
        )
        if shown
        else [],
        layout={"xaxis": {"ticksuffix": "%", "rangemode": "tozero"}, "shapes": [_mark(100, "tn:red")]},
        report="manager_customers",
        height=_height(len(shown)),
        when_empty="No account takes a manager's time: see the tier policies.",
    )


def _health(found: Compared) -> Chart:
    measure = _BY_CODE["health"]
    known = [(one, value) for one in found.managers if (value := measure.of(one)) is not None and not one.is_small]
    known.sort(key=lambda one: one[1])
    median = found.medians.get("health")
    return Chart(
        key="health",
        title="Health by manager",
        summary=f"The median of {len(known)} managers is {amount(median, 'points')} points; the dotted line. "
        "Customers differ: a low score says where help is needed, not who works badly.",
        columns=("Manager", "Mean health", "Change", "Scored customers"),
        rows=[
            (one.name, round(value, 1), cell(one, _BY_CODE["health_change"]), measure.n(one)) for one, value in known
        ],
        links=[_list("health", one) for one, _ in known],
        traces=bars([one.name for one, _ in known[:MOST_DRAWN]], [round(value, 1) for _, value in known[:MOST_DRAWN]])
        if known
        else [],
        layout={"xaxis": {"range": [0, 100]}, "shapes": [_mark(median, "tn:grey")] if median is not None else []},
        report="manager_customers",
        height=_height(len(known[:MOST_DRAWN])),
        when_empty=f"No manager has {FEWEST} scored customers.",
    )


def _tasks(rows: Sequence[Any], period: Period) -> Chart:
    made, done, dropped = (sum(getattr(row, name) for row in rows) for name in ("made", "done", "dropped"))
    return Chart(
        key="tasks",
        title="Tasks over time",
        summary=f"In {period.days} days {made:,} were made, {done:,} done and {dropped:,} dropped.",
        columns=("Day", "Made", "Done", "Dropped"),
        rows=[(row.day.isoformat(), row.made, row.done, row.dropped) for row in rows],
        traces=drawn(rows, period, _TASKS, ("tn:blue", "tn:green", "tn:grey")),
        layout=axes(period),
        report="manager_task_days",
        is_wide=True,
        when_empty="No task was made or closed in these days.",
    )


def _mark(x: float, colour: str) -> dict[str, Any]:
    line = {"color": colour, "width": 2, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _height(rows: int) -> int:
    return max(200, 28 * rows + 60)


def _list(code: str, manager: Manager | None = None) -> str:
    """The rows behind a figure, of one manager where the list can tell."""
    model = _LISTS.get(code)
    if model is None:
        return ""
    asked = dict(_OF_LISTS.get(code, {}))
    if manager and model in _WITH_OWNER:
        asked["owner"] = str(manager.id)
    return f"{reverse(f'admin:{model}_changelist')}{'?' if asked else ''}{urlencode(asked)}"
