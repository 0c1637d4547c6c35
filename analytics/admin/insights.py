"""Key insights: what stands out, with the test behind it, and the customers behind that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from analytics.queries import insights as queries
from analytics.rules import insights as rules
from analytics.rules.few import FEWEST_COMPARED
from lifecycle.models import Lifecycle

from .board import Asked, Board, Said, address, board
from .charts import Chart
from .health_words import group_name
from .words import customer_page


@board
class KeyInsights(Board):
    code = "insights"
    title = "Key insights"
    template = "analytics/admin/insights.html"

    def says(self, asked: Asked) -> Said:
        found = queries.insights(owners=asked.owners, now=asked.now)
        more = {"insights": found, "told": shown(found), "fewest": FEWEST_COMPARED}
        return Said(found.as_of, charts=[_table(found)], more=more)


def _table(found: queries.Insights) -> Chart:
    """For the file."""
    return Chart(
        key="insights",
        title="Key insights",
        summary="",
        columns=("Insight", "Group", "Customers of it", "Others", "Difference", "From", "To", "p, adjusted", "Test"),
        rows=[_row(one) for one in found.found],
    )


def _row(one: rules.Insight) -> Sequence[Any]:
    compared, tested = one.comparison, one.tested
    group, unit = compared.group, compared.unit
    figures = (round(value * unit, 1) for value in (compared.difference, tested.low, tested.high))
    name = group_name(group.dimension, group.part)
    return one.sentence, name, group.n, compared.rest.n, *figures, round(one.p_adjusted, 4), tested.test


def shown(found: queries.Insights) -> list[tuple[rules.Insight, str]]:
    """Each with the address of its customers."""
    return [(one, group_list(one.comparison)) for one in found.found]


def group_list(one: rules.Comparison) -> str:
    about = {
        "topic": one.topic.code, "lifecycle": one.lifecycle, "dimension": one.group.dimension, "part": one.group.part,
    }  # fmt: skip
    return address("insight_customers", **about)


class InsightCustomersForm(forms.Form):
    topic = forms.ChoiceField(
        choices=[(one.code, one.name) for one in rules.TOPICS], initial=rules.TOPICS[0].code,
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    lifecycle = forms.ModelChoiceField(
        Lifecycle.objects.filter(is_active=True), to_field_name="code", required=False, empty_label="No lifecycle",
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip
    dimension = forms.CharField(max_length=40, initial="tier", label="By", widget=UnfoldAdminTextInputWidget())
    part = forms.CharField(max_length=80, initial="ENTERPRISE", label="Group", widget=UnfoldAdminTextInputWidget())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        topic = next((one for one in rules.TOPICS if one.code == data.get("topic")), None)
        if topic and topic.is_by_lifecycle != bool(data.get("lifecycle")):
            self.add_error(
                "lifecycle", "Choose the lifecycle." if topic.is_by_lifecycle else "This topic is told of no lifecycle."
            )
        return {**data, "topic": topic}


@board
class InsightCustomers(Board):
    code = "insight_customers"
    of = "insights"
    title = "Customers behind an insight"
    form = InsightCustomersForm

    def says(self, asked: Asked) -> Said:
        told = queries.customers_behind(**asked.about, owners=asked.owners, now=asked.now)
        topic: rules.Topic = asked.about["topic"]
        group = group_name(asked.about["dimension"], asked.about["part"])
        return Said(told.as_of, charts=[_people(topic, group, told.rows)])


def _people(topic: rules.Topic, group: str, rows: Any) -> Chart:
    column = topic.name if not topic.is_share else topic.outcome[0].upper() + topic.outcome[1:]
    return Chart(
        key="people",
        title=f"{topic.name}: {group}",
        summary=f"The first {len(rows):,}; there may be more." if len(rows) == queries.MOST else "",
        columns=("Customer", column),
        rows=[(row.name, ("Yes" if row.value else "No") if topic.is_share else row.value) for row in rows],
        links=[customer_page(row.customer_id) for row in rows],
        report=topic.report,
        when_empty="Nobody is in this group.",
        is_list=True,
        is_wide=True,
    )
