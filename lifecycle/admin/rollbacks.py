"""Taking moves back: what was taken back and whom it left alone, and the page that asks before it happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from lifecycle import queries
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.rollback import MAX_REASON, Batch, Effect, RollbackRefused, preview, roll_back
from lifecycle.models import Rollback
from lifecycle.templatetags.wording import customer_link

from .access import ReadOnlyAdmin
from .fields import Line
from .pages import framed, some_of
from .paging import CappedList
from .portfolio import ShownTo

MOST_NAMED = 200


class ReasonForm(forms.Form):
    reason = Line(max_length=MAX_REASON, help_text="Stands in the history of everybody whom it brings back.")


def may_roll_back(request: HttpRequest) -> bool:
    return request.user.has_perm("lifecycle.add_rollback")


def rollback_page(admin: ModelAdmin[Any], request: HttpRequest, batch: Batch | None, *, way_back: str) -> HttpResponse:
    """Say what taking a batch back would do, ask for a reason, do it."""
    if not may_roll_back(request):
        raise PermissionDenied
    if batch is None:
        messages.error(request, "There is no such run, rule or move.")
        return HttpResponseRedirect(way_back)
    if not queries.may_take_back(batch, request.user):
        raise PermissionDenied
    now = timezone.now()
    effects = preview(batch, now=now)
    if not effects:
        messages.info(request, f"There is nothing to take back in {batch}.")
        return HttpResponseRedirect(way_back)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = roll_back(batch, by=request.user, reason=form.cleaned_data["reason"], now=now)
        except (RollbackRefused, LifecycleBusy) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made.restored:,} customers are back, {made.left_alone:,} were left alone.")
            return HttpResponseRedirect(reverse("admin:lifecycle_rollback_change", args=[made.id]))
    tags = queries.tag_names(batch.lifecycle)
    points = [_point(one, tags) for one in effects]
    if all(one.left_because for one in effects):
        points.append("So nobody would be brought back.")
    else:
        if not batch.undoes:
            points.append("The rule that had led away leaves them alone while they stay there, and is trusted less.")
        points.append("It is recorded, whatever started on these moves is told to stop, and it can be undone.")
    verb = "Undo the rollback" if batch.undoes else "Take back"
    title = "Undo this rollback?" if batch.undoes else f"Take back {batch}?"
    return framed(
        admin, request, "lifecycle/admin/form.html", title=title, heading=title, original=None, form=form,
        points=points, button=verb, cancel_url=way_back,
    )  # fmt: skip


def _point(one: Effect, tags: Mapping[str, str]) -> str:
    who = some_of(one.examples, one.customers)
    here, there = tags[one.leaves], tags[one.back_to]
    if one.left_because:
        return (
            f"Left alone of those moved from “{there}” to “{here}”: {one.customers:,}. {one.left_because.label}: {who}"
        )
    return f"{one.customers:,} go from “{here}” back to “{there}”: {who}"


@admin.register(Rollback)
class RollbackAdmin(ShownTo, CappedList, ReadOnlyAdmin):
    when_empty = "A run, a move, or all moves of a rule can be taken back on their own pages."
    list_display = ("made_at", "lifecycle", "what", "restored", "left_alone", "by", "reason", "state")
    list_filter = (("lifecycle", RelatedDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("lifecycle", "by", "rule", "evaluation", "evaluation__lifecycle", "undone_by", "undoes")
    sortable_by = ()
    ordering = ("-id",)
    actions_detail = ("undo",)
    fields = ("lifecycle", "what", "reason", "by", "made_at", "restored", "left_alone", "state", "customers_shown")
    readonly_fields = ("what", "state", "customers_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rollback]:
        return queries.rollbacks_seen(super().get_queryset(request), request.user)

    @display(description="What")
    def what(self, rollback: Rollback) -> str:
        batch = Batch(rollback.evaluation, rollback.rule, rollback.transition, rollback.undoes)
        text = str(batch)
        return text[:1].upper() + text[1:]

    @display(description="State")
    def state(self, rollback: Rollback) -> str:
        return "Undone" if hasattr(rollback, "undone_by") else "In effect"

    @display(description="Left alone")
    def customers_shown(self, rollback: Rollback) -> SafeString | str:
        left = rollback.customers.exclude(left_because=None).order_by("id")[:MOST_NAMED]
        seen = queries.customers_seen(rollback.shown_to)  # type: ignore[attr-defined]  # by ShownTo
        names = seen.in_bulk([one.customer_id for one in left])
        rows = [
            (customer_link(names[one.customer_id]), one.get_left_because_display())
            for one in left
            if one.customer_id in names
        ]
        more = rollback.left_alone - len(rows)
        page = "lifecycle/admin/_left_alone.html"
        return render_to_string(page, {"rows": rows, "more": more}) if rollback.left_alone else "Nobody."

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        rollback = self.get_object(request, object_id)
        may_be_undone = rollback is not None and rollback.undoes_id is None and not hasattr(rollback, "undone_by")
        return super().get_actions_detail(request, object_id) if may_be_undone else []

    def has_undo_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return may_roll_back(request)

    @action(description="Undo", icon="undo", permissions=["undo"])
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_object(request, object_id)
        way_back = reverse("admin:lifecycle_rollback_changelist")
        return rollback_page(self, request, Batch(undoes=found) if found else None, way_back=way_back)
