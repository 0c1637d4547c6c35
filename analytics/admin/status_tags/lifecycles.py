"""What the dashboards of a lifecycle in a range of days share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.admin.board import Asked, Card, Said
from analytics.admin.ranges import RangeBoard, RangeForm
from analytics.admin.words import NO_LIFECYCLE
from analytics.queries.status_tags import About, first_lifecycle
from lifecycle.models import Lifecycle
from lifecycle.queries import owners_seen

from .section import Section


class LifecycleForm(RangeForm):
    lifecycle = forms.ModelChoiceField(
        Lifecycle.objects.filter(is_active=True), to_field_name="code", empty_label=None,
        widget=UnfoldAdminSelectWidget, error_messages={"required": NO_LIFECYCLE},
    )  # fmt: skip
    field_order: Sequence[str] = ("lifecycle", "start", "end")


class LifecycleBoard(RangeBoard):
    """It begins with the first lifecycle in which the customers of whoever looks have a tag."""

    template = "analytics/admin/status_tags.html"
    form = LifecycleForm

    def initial(self, request: HttpRequest) -> dict[str, object]:
        first = None if "lifecycle" in request.GET else self.first(owners_seen(request.user))
        return {**super().initial(request), **({"lifecycle": first.code} if first else {})}

    def first(self, owners: frozenset[int] | None) -> Lifecycle | None:
        return first_lifecycle(owners)

    def about(self, asked: Asked) -> About:
        return About(asked.about["lifecycle"], asked.about["period"], asked.owners, asked.now)

    def said(self, as_of: datetime, sections: Sequence[Section], cards: Sequence[Card] = ()) -> Said:
        charts = [chart for section in sections for chart in section.charts]
        return Said(as_of, cards=cards, charts=charts, more={"sections": sections})
