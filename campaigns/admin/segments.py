"""Segments: named conditions, and for how many customers each holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.engine.segments import SegmentInUse, delete_segment, user_of
from campaigns.models import Segment
from lifecycle.admin.rule_editor import vocabulary
from lifecycle.admin.rule_text import as_sentence, laid_out
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.queries import COUNT_SECONDS, matching_now, patience
from lifecycle.queries.portfolio import EVERYBODY
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import RuleError, parse, parse_text

from .editor import SCRIPTS
from .words import told

_CODE = {"rows": 10, "class": "tn-code-input", "spellcheck": "false", "data-conditions": ""}


class SegmentForm(forms.ModelForm):
    condition = forms.CharField(strip=False, widget=UnfoldAdminTextareaWidget(attrs=_CODE))

    class Meta:
        model = Segment
        fields = ("name", "key", "lifecycle", "condition")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["condition"] = laid_out(self.instance.condition) if self.instance.pk else '{"all": []}'

    def clean_condition(self) -> dict[str, object]:
        try:
            return to_json(parse_text(self.cleaned_data["condition"], CATALOGUE))
        except RuleError as error:
            raise ValidationError([as_sentence(problem) for problem in error.problems]) from error


@admin.register(Segment)
class SegmentAdmin(ModelAdmin):
    actions = None
    form = SegmentForm
    when_empty = "A segment is a condition with a name: the customers for whom it holds. Schedules go over one."
    list_display = ("name", "key", "says")
    search_fields = ("name", "key")
    sortable_by = ()
    prepopulated_fields = {"key": ("name",)}
    compressed_fields = False
    change_form_before_template = "campaigns/admin/_segment.html"
    fields = ("name", "key", "lifecycle", "condition")

    class Media:
        js = SCRIPTS[:-1]

    @display(description="Customers for whom")
    def says(self, segment: Segment) -> str:
        try:
            return told(segment.condition)
        except RuleError as error:
            return f"This cannot be read: {as_sentence(error.problems[0])}"

    def get_readonly_fields(self, request: HttpRequest, obj: Segment | None = None) -> tuple[str, ...]:
        return () if obj is None else ("key",)  # campaigns name it

    def has_delete_permission(self, request: HttpRequest, obj: Segment | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or user_of(obj) is None)

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        delete_segment(segment=obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except SegmentInUse as error:
            messages.error(request, f"It was not deleted: {error}")
            return redirect("admin:campaigns_segment_change", object_id)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:  # fmt: skip
        segment = self.get_object(request, object_id) if object_id else None
        counted = segment is not None and request.user.has_perm(EVERYBODY)
        context = {
            "vocabulary": vocabulary(),
            "says": self.says(segment) if segment else "",
            "is_counted": counted,
            "customers": holding(segment, now=timezone.now()) if segment and counted else None,
        }
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})


def holding(segment: Segment, *, now: datetime) -> int | None:
    """For how many customers it holds now; ``None``: it cannot be read, or counting took too long."""
    try:
        with patience(COUNT_SECONDS):
            return matching_now(
                lifecycle=segment.lifecycle, tree=parse(segment.condition, CATALOGUE),
                from_tags=segment.lifecycle.tags.all(), from_untagged=True, as_of=now,
            )  # fmt: skip
    except (OperationalError, RuleError):
        return None
