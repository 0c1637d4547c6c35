"""The customers who were in some tags of a lifecycle at the end of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from analytics.admin.board import Asked, Board, Said, board
from analytics.admin.charts import Chart
from analytics.admin.words import NO_LIFECYCLE, NONE, customer_page, number_of
from analytics.queries.kept import kept
from analytics.queries.status_tags import first_lifecycle
from lifecycle.admin.pages import DayInput
from lifecycle.models import Lifecycle, StatusTag
from lifecycle.queries import owners_seen
from lifecycle.rules.calendar import end_of

from .section import instant

MOST = 500


class TagCustomersForm(forms.Form):
    """``tags`` are cleaned to those of the lifecycle that are named (``A,B``), or all; ``day`` is in UTC."""

    lifecycle = forms.ModelChoiceField(
        Lifecycle.objects.filter(is_active=True), to_field_name="code", empty_label=None,
        widget=UnfoldAdminSelectWidget, error_messages={"required": NO_LIFECYCLE},
    )  # fmt: skip
    tags = forms.CharField(
        required=False, max_length=1_000, label="In tags", help_text="Codes with commas between them; empty: in any.",
        widget=UnfoldAdminTextInputWidget(),
    )  # fmt: skip
    day = forms.DateField(
        label="At the end of", widget=DayInput, error_messages={"invalid": "A day such as 2026-01-31."}
    )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > timezone.now().date():
            raise forms.ValidationError("Nobody knows the tags of a day to come.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "lifecycle" not in data or "tags" not in data:
            return data
        known = {tag.code: tag for tag in data["lifecycle"].tags.all()}
        codes = [code for one in data["tags"].split(",") if (code := one.strip())]
        if unknown := [code for code in codes if code not in known]:
            self.add_error("tags", f"There is no tag {unknown[0]} in this lifecycle.")
        return {**data, "tags": [tag for code, tag in known.items() if code in codes or not codes]}


@board
class TagCustomers(Board):
    code = "tag_customers"
    of = "status_tags"
    title = "Customers in a tag"
    form = TagCustomersForm

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        first = None if "lifecycle" in request.GET else first_lifecycle(owners_seen(request.user))
        return {"day": str(timezone.now().date()), **({"lifecycle": first.code} if first else {})}

    def says(self, asked: Asked) -> Said:
        day, tags, lifecycle = asked.about["day"], asked.about["tags"], asked.about["lifecycle"]
        about = {"lifecycle": lifecycle.id, "tags": [tag.code for tag in tags], "most": MOST}
        at = end_of(day) if end_of(day) < asked.now else None
        told = kept("tagged_customers", owners=asked.owners, now=asked.now, at=at, **about)
        return Said(told.as_of, charts=[_people(told.rows, tags, day)])


def _people(rows: Sequence[Any], tags: Sequence[StatusTag], day: date) -> Chart:
    names, n = {tag.code: tag.name for tag in tags}, rows[0].n if rows else 0
    first = f" Listed are the {MOST} who came there last." if n > MOST else ""
    return Chart(
        key="people",
        title=f"{', '.join(names.values())} at the end of {day:%-d %b %Y}",
        summary=f"{number_of(n, 'customer')}.{first}" if rows else "",
        columns=("Customer", "Tag", "Since", "Success manager"),
        rows=[
            (row.name, names[row.tag], instant(row.entered_at) if row.entered_at else NONE, row.owner or "Nobody")
            for row in rows
        ],
        links=[customer_page(row.customer_id) for row in rows],
        report="tagged_customers",
        when_empty="Nobody was in these tags.",
        is_list=True,
        is_wide=True,
        texts=4,
    )
