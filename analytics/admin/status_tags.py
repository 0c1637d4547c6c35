"""Status tags: how many customers are where in a lifecycle, and how they move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.queries import figures
from lifecycle.admin.filters import customers_in
from lifecycle.models import Lifecycle
from lifecycle.queries import lifecycles

from .board import Asked, Board, Card, Said, board
from .charts import Chart, bars


class LifecycleForm(forms.Form):
    lifecycle = forms.ModelChoiceField(
        Lifecycle.objects.filter(is_active=True), to_field_name="code", empty_label=None, widget=UnfoldAdminSelectWidget
    )


@board
class StatusTags(Board):
    code = "status_tags"
    title = "Status tags"
    form = LifecycleForm

    def initial(self) -> dict[str, object]:
        first = lifecycles().first()
        return {"lifecycle": first.code} if first else {}

    def says(self, asked: Asked) -> Said:
        lifecycle: Lifecycle = asked.about["lifecycle"]
        told = figures("tag_customers", owners=asked.owners, now=asked.now, lifecycle=lifecycle)
        return Said(told.as_of, cards=self._cards(told.rows), charts=[_distribution(lifecycle, told.rows)])

    def _cards(self, rows: Sequence[Any]) -> list[Card]:
        return [Card("Customers with a tag", f"{sum(row.n for row in rows):,}")]


def _distribution(lifecycle: Lifecycle, rows: Sequence[Any]) -> Chart:
    tags = {tag.code: tag for tag in lifecycle.tags.all()}
    shown = [(tags[row.part], row.n) for row in rows if row.part in tags]
    total = sum(number for _, number in shown)
    most = max(shown, key=lambda one: one[1], default=None)
    return Chart(
        key="distribution",
        title="Where customers are",
        summary=f"Most of the {total:,} customers are in {most[0].name}: {most[1]:,}." if most and total else "",
        columns=("Tag", "Customers", "Share"),
        rows=[(tag.name, number, f"{number / total:.1%}" if total else "") for tag, number in shown],
        links=[customers_in(lifecycle, tag) for tag, _ in shown],
        traces=bars(
            [tag.name for tag, _ in shown], [number for _, number in shown], [f"tn:{tag.look}" for tag, _ in shown]
        )
        if total
        else [],
        report="tag_customers",
        when_empty="Nobody has a tag in this lifecycle yet.",
    )
