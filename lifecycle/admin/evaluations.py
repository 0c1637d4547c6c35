"""Evaluations: the runs, how far they are, what they did, and why one failed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from lifecycle.engine.rollback import Batch
from lifecycle.models import Evaluation

from .access import ReadOnlyAdmin
from .paging import CappedList
from .rollbacks import may_roll_back, rollback_page

_STATE_COLOURS = {"Running": "info", "Done": "success", "Failed": "danger"}


@admin.register(Evaluation)
class EvaluationAdmin(CappedList, ReadOnlyAdmin):
    when_empty = "Nothing was evaluated yet: the worker does it every few minutes, manage.py evaluate at once."
    list_display = ("as_of", "lifecycle", "kind", "state_shown", "evaluated", "moved", "waiting_shown", "took")
    list_filter = (("lifecycle", RelatedDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("lifecycle",)
    sortable_by = ()
    ordering = ("-id",)
    actions_detail = ("roll_back",)
    fields = (
        "lifecycle", "kind", "as_of", "state_shown", "progress", "evaluated", "moved", "waiting_shown",
        "started_at", "finished_at", "slot", "held", "error",
    )  # fmt: skip
    readonly_fields = ("state_shown", "progress", "waiting_shown", "took")

    @display(description="State", label=_STATE_COLOURS)
    def state_shown(self, evaluation: Evaluation) -> str:
        return evaluation.get_state_display()

    @display(description="Recommended")
    def waiting_shown(self, evaluation: Evaluation) -> int:
        return evaluation.waiting

    @display(description="Took", empty_value="–")
    def took(self, evaluation: Evaluation) -> str | None:
        if evaluation.finished_at is None:
            return None
        seconds = (evaluation.finished_at - evaluation.started_at).total_seconds()
        return f"{seconds:,.0f} s" if seconds >= 1 else "under 1 s"

    @display(description="Ranges of customers", empty_value="–")
    def progress(self, evaluation: Evaluation) -> str | None:
        counts = evaluation.chunks.aggregate(all=Count("id"), done=Count("done_at"))
        return f"{counts['done']} of {counts['all']} done" if counts["all"] else None

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        evaluation = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if evaluation and evaluation.moved else []

    def has_roll_back_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return may_roll_back(request)

    @action(description="Take back", icon="undo", permissions=["roll_back"])
    def roll_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_object(request, object_id)
        way_back = reverse("admin:lifecycle_evaluation_changelist")
        return rollback_page(self, request, Batch(evaluation=found) if found else None, way_back=way_back)

    def has_view_permission(self, request: HttpRequest, obj: Evaluation | None = None) -> bool:
        return request.user.has_perm("lifecycle.view_evaluation")
