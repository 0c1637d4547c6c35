"""The customers behind what the rules did: their moves, what people decided, who was found at risk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.admin.as_of import AsOfForm
from analytics.admin.board import Asked, Said, board
from analytics.admin.charts import Chart
from analytics.admin.words import NONE, customer_page, number_of
from analytics.queries.status_tags import About

from .lifecycles import LifecycleBoard, LifecycleForm
from .section import instant, rounded

MOST = 500
_OUTCOMES = {"taken_back": "Taken back", "put_back": "Put back", "young": "Under 14 days old", "stood": "Stood"}
_STATES = {"approved": "Approved", "rejected": "Rejected"}


def _move(about: About, row: Any) -> tuple[str, str, str, str]:
    """Who moved, or was to move, from where to where, by which rule."""
    rule = f"{row.rule}, version {row.version}"
    return row.name, about.names[row.from_tag], about.names[row.to_tag], rule


def _of_moves(about: About, row: Any) -> tuple[Any, ...]:
    return *_move(about, row), instant(row.applied_at), row.approved_by or "Nobody", _OUTCOMES[row.became]


def _of_decisions(about: About, row: Any) -> tuple[Any, ...]:
    hours = NONE if row.hours is None else rounded(row.hours)
    return *_move(about, row), instant(row.decided_at), row.decided_by or NONE, _STATES[row.state], hours


def _of_finds(about: About, row: Any) -> tuple[Any, ...]:
    left = about.names[row.came_to] if row.came_to else "At risk still"
    late = NONE if row.late is None else rounded(row.late)
    return *_move(about, row), instant(row.applied_at), left if row.stands else "Did not stand", late


@dataclass(frozen=True, slots=True)
class _List:
    """``texts``: how many of the columns are texts; numbers follow."""

    report: str
    what: str
    columns: tuple[str, ...]
    tells: Callable[[About, Any], tuple[Any, ...]]
    texts: int


_RULED = ("Customer", "From", "To", "Rule")
_MOVES = _List("rule_moves", "move", (*_RULED, "When", "Approved by", "Outcome"), _of_moves, 7)
_DECISIONS = _List(
    "rule_decisions", "decision", (*_RULED, "Decided", "By", "Decision", "Review, hours"), _of_decisions, 7
)
_FINDS = _List("rule_finds", "move", (*_RULED, "When", "Left risk to", "Days to detect"), _of_finds, 6)
_FOUND = replace(_FINDS, what="customer")  # each with the latest move

# What can be listed, by what is asked of the report: its name, and in what.
LISTS = {
    "all": ("All moves by rules", _MOVES),
    "alone": ("Applied alone", _MOVES),
    "reversed": ("Did not stand", _MOVES),
    "decided": ("Decided by people", _DECISIONS),
    "rejected": ("Rejected", _DECISIONS),
    "timed": ("Decided, with a known review time", _DECISIONS),
    "detected": ("Found at risk, with known days to detect", _FINDS),
    "at_risk": ("Moved into risk, and nobody put them back", _FOUND),
    "recovered": ("Recovered", _FOUND),
}


class AutomationCustomersForm(AsOfForm, LifecycleForm):
    only = forms.ChoiceField(
        label="Show", choices=[(code, name) for code, (name, _) in LISTS.items()], initial="all",
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    field_order = ("lifecycle", "only", "start", "end")


@board
class AutomationCustomers(LifecycleBoard):
    code = "automation_customers"
    of = "automation"
    title = "Customers behind automation"
    form = AutomationCustomersForm
    template = "analytics/admin/board.html"

    def says(self, asked: Asked) -> Said:
        about, only = self.about(asked), asked.about["only"]
        name, one = LISTS[only]
        told = about.ask(one.report, at=asked.about["as_of"], only=only, most=MOST)
        return Said(told.as_of, charts=[_people(about, name, one, told.rows)])


def _people(about: About, name: str, one: _List, rows: Sequence[Any]) -> Chart:
    n = rows[0].n if rows else 0
    newest = f" The newest {MOST} are listed." if n > MOST else ""
    return Chart(
        key="people",
        title=name,
        summary=f"{number_of(n, one.what)}.{newest}" if rows else "",
        columns=one.columns,
        rows=[one.tells(about, row) for row in rows],
        links=[customer_page(row.customer_id) for row in rows],
        report=one.report,
        when_empty=f"No {one.what} of this kind in this range.",
        is_list=True,
        is_wide=True,
        texts=one.texts,
    )
