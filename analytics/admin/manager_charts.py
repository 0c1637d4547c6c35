"""Success managers compared: tables and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.queries.managers import Compared
from analytics.rules.few import FEWEST
from analytics.rules.managers import BY_CODE, MEASURES
from analytics.rules.periods import Period

from .charts import Chart, bars, parted
from .days import axes, drawn
from .health_charts import SCORES
from .manager_words import cell, listed
from .words import figure

MOST_DRAWN = 25
_TASKS = {"made": "Made", "done": "Done", "dropped": "Dropped"}


def table(found: Compared) -> Chart:
    """All measures, a row a manager; the last row is the median."""
    rows = [(one.name, *(cell(one, measure) for measure in MEASURES)) for one in found.managers]
    links = [listed("accounts", found, one) for one in found.managers]
    if found.medians:
        middle = (figure(found.medians[one.code], one.unit) for one in MEASURES)
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
        is_list=True,
        is_wide=True,
        report="manager_customers",
        when_empty="Nobody looks after customers yet.",
    )


def beside(found: Compared) -> Chart:
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
            (measure.name, cell(one, measure), measure.n(one), figure(found.medians.get(measure.code), measure.unit),
             measure.definition)
            for measure, _ in values
            if one
        ],
        links=[listed(measure.code, found, one) for measure, _ in values],
        traces=parted([measure.name for measure in drawn], series, ("tn:blue", "tn:grey")) if drawn else [],
        layout={"barmode": "group", "xaxis": {"ticksuffix": "%"}},
        report="manager_work",
        height=_height(2 * len(drawn)),
        when_empty="Nobody looks after customers yet." if one is None else "Too few of anything for a rate.",
    )  # fmt: skip


def load(found: Compared) -> Chart:
    loaded = sorted((one for one in found.managers if one.load), key=lambda one: -one.load)
    shown = loaded[:MOST_DRAWN]
    drawn = f" Drawn are the {MOST_DRAWN} most loaded." if len(loaded) > MOST_DRAWN else ""
    above = [one for one in found.managers if one.load > 1]
    median = found.medians.get("load")
    return Chart(
        key="load",
        title="Load against capacity",
        summary=f"{len(above)} of {len(found.managers)} managers have more than fills their time; "
        f"the median is {figure(median, '%')}.{drawn}",
        columns=("Manager", "Load, %", "Accounts"),
        rows=[(one.name, round(100 * one.load), int(one["accounts"])) for one in shown],
        links=[listed("accounts", found, one) for one in shown],
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


def health(found: Compared) -> Chart:
    measure = BY_CODE["health"]
    known = [(one, value) for one in found.managers if (value := measure.of(one)) is not None and not one.is_small]
    known.sort(key=lambda one: one[1])
    shown = known[:MOST_DRAWN]
    drawn = f" Drawn are the {MOST_DRAWN} lowest." if len(known) > MOST_DRAWN else ""
    median = found.medians.get("health")
    return Chart(
        key="health",
        title="Health by manager",
        summary=f"The median of {len(known)} managers is {figure(median, 'points')}; the dotted line. "
        "Customers differ: a low score says where help is needed, not who works badly."
        f"{drawn}",
        columns=("Manager", "Mean health", "Change", "Scored customers"),
        rows=[(one.name, round(value, 1), cell(one, BY_CODE["health_change"]), measure.n(one)) for one, value in shown],
        traces=bars([one.name for one, _ in shown], [round(value, 1) for _, value in shown]) if shown else [],
        layout={"xaxis": SCORES, "shapes": [_mark(median, "tn:grey")] if median is not None else []},
        report="manager_customers",
        height=_height(len(shown)),
        axis="Mean score",
        when_empty=f"No manager has {FEWEST} scored customers.",
    )


def tasks(rows: Sequence[Any], period: Period) -> Chart:
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
        axis="Tasks",
        is_wide=True,
        when_empty="No task was made or closed in these days.",
    )


def _mark(x: float, colour: str) -> dict[str, Any]:
    line = {"color": colour, "width": 2, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _height(rows: int) -> int:
    return max(200, 28 * rows + 85)
