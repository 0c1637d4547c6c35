"""The customers whom the numbers of cohorts count."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from analytics.queries.cohorts import By, Members, Only, members
from analytics.queries.targets import Target

from .board import Asked, Said, board
from .charts import Chart
from .cohorts import MONTH, NO_MONTH, OfCohorts, ShownForm
from .words import customer_page, number_of

MOST = 500
_DAYS = "Days are from enrollment until they got there, or until now."
_ONLY = {
    Only.ALL: "All", Only.THERE: "There now", Only.REACHED: "Ever got there", Only.NOT_REACHED: "Not got there yet",
}  # fmt: skip
_WHO = {
    Only.ALL: "", Only.THERE: ", now in {}", Only.REACHED: ", who ever got to {}",
    Only.NOT_REACHED: ", who have not got to {} yet",
}  # fmt: skip


class CohortCustomersForm(ShownForm):
    """``cohort``: the code of one; empty: of all that are shown."""

    cohort = forms.CharField(
        required=False, strip=False, widget=UnfoldAdminTextInputWidget,
        help_text="A month such as 2026-01, a value, ~others or ~none; empty: all.",
    )  # fmt: skip
    only = forms.ChoiceField(
        required=False, label="Customers", choices=list(_ONLY.items()), widget=UnfoldAdminSelectWidget
    )

    def clean(self) -> dict[str, Any]:
        about = super().clean()
        if about.get("by") == By.MONTH and about.get("cohort") and not re.fullmatch(MONTH, about["cohort"]):
            self.add_error("cohort", NO_MONTH)
        return about


@board
class CohortCustomers(OfCohorts):
    code = "cohort_customers"
    of = "cohorts"
    title = "Customers of cohorts"
    form = CohortCustomersForm

    def says(self, asked: Asked) -> Said:
        target, cohort, only = asked.about["target"], asked.about["cohort"], Only(asked.about["only"])
        found = members(self.asking(asked), target.ids, cohort=cohort, only=only, most=MOST)
        return Said(found.as_of, charts=[_people(found, target, cohort, only)])


def _people(found: Members, target: Target, cohort: str, only: Only) -> Chart:
    rows = found.rows
    names = {tag.id: tag.name for tag in target.lifecycle.tags.all()}
    name = found.cohorts[0].name if found.cohorts else cohort
    whose = f"Customers of “{name}”" if cohort else "Customers of all cohorts shown"
    nobody = "Nobody of whom that can be said." if only else "Nobody with a tag in this lifecycle is in these cohorts."
    return Chart(
        key="people",
        title=f"{whose}{_WHO[only].format(target.name)}",
        summary=_summary(rows[0][1], len(rows), target, only) if rows else "",
        columns=("Customer", "Cohort", "Enrolled", "Tag", "Got there", "Success manager", "Days"),
        rows=[
            (
                row.name,
                one.name,
                f"{row.enrolled_at:%-d %b %Y}",
                names[row.tag_id],
                f"{row.reached_at:%-d %b %Y}" if row.reached_at else "Not yet",
                row.owner or "Nobody",
                row.days,
            )
            for one, row in rows
        ],
        links=[customer_page(row.customer_id) for _, row in rows],
        report="cohort_customers",
        when_empty=nobody
        if found.cohorts or not cohort
        else f"None of the cohorts that are shown is called “{cohort}”.",
        is_list=True,
        is_wide=True,
        texts=6,
    )


def _summary(counted: Any, listed: int, target: Target, only: Only) -> str:
    """How many there are, also where not all are listed."""
    told = "" if only else f" Now in {target.name}: {counted.there:,}, ever got there: {counted.reached:,}."
    first = f" Listed are the {listed} who enrolled last." if counted.n > listed else ""
    return f"{number_of(counted.n, 'customer')}.{told}{first} {_DAYS}"
