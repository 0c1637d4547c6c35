"""Lifecycles with their tags."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field, QuerySet, TextField
from django.forms import ModelForm, MultipleChoiceField
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from lifecycle.engine.defaults import enroll_everybody, wake
from lifecycle.models import Lifecycle, ReviewPolicy, StatusTag, Synergy
from lifecycle.rules.traits import PRODUCT_TAGS

SHORT_TEXTS = {TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 2})}}


class TagInline(TabularInline):
    model = StatusTag
    fields = ("code", "name", "category", "position", "is_initial", "description")
    extra = 0
    hide_title = True
    formfield_overrides = SHORT_TEXTS
    can_delete = False  # history speaks of tags for ever


class PolicyInline(StackedInline):
    model = ReviewPolicy
    verbose_name_plural = "When a person decides"
    fields = (
        "auto_apply_confidence", "competing_confidence", ("high_value_spend", "high_value_products"),
        ("rapid_transitions", "rapid_days"), "risk_indicators",
    )  # fmt: skip
    extra = 0
    max_num = 1
    hide_title = True

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "high_value_products":
            return MultipleChoiceField(
                choices=tuple(PRODUCT_TAGS.items()), required=False, help_text=db_field.help_text,
                widget=UnfoldAdminCheckboxSelectMultipleWidget(), initial=["PT_002"],
            )  # fmt: skip
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class SynergyInline(TabularInline):
    model = Synergy
    verbose_name_plural = "With each product"
    extra = 0
    hide_title = True


@admin.register(Lifecycle)
class LifecycleAdmin(ModelAdmin):
    actions = None
    list_display = ("name", "code", "active", "tags_shown", "description")
    list_display_links = ("name",)
    search_fields = ("name", "code")
    fields = ("name", "code", "description", "is_active")
    inlines = (TagInline, PolicyInline)
    formfield_overrides = SHORT_TEXTS
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lifecycle]:
        return super().get_queryset(request).prefetch_related("tags")

    def get_readonly_fields(self, request: HttpRequest, obj: Lifecycle | None = None) -> tuple[str, ...]:
        return () if obj is None else ("code",)  # the API and the shipped files name it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Lifecycle | None = None) -> Any:
        return {"code": ("name",)} if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Lifecycle | None = None) -> bool:
        return False  # one that is no longer wanted is made inactive

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            enroll_everybody(lifecycle=form.instance)
        elif "is_active" in form.changed_data:
            wake(lifecycle=form.instance)

    @display(description="Active", boolean=True, ordering="is_active")
    def active(self, lifecycle: Lifecycle) -> bool:
        return lifecycle.is_active

    @display(description="Tags")
    def tags_shown(self, lifecycle: Lifecycle) -> int:
        return len(lifecycle.tags.all())


@admin.register(StatusTag)
class StatusTagAdmin(ModelAdmin):
    actions = None
    list_display = ("code", "name", "lifecycle", "category", "position", "is_initial")
    list_filter = (("lifecycle", RelatedDropdownFilter), ("category", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("lifecycle",)
    search_fields = ("code", "name")
    formfield_overrides = SHORT_TEXTS
    inlines = (SynergyInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: StatusTag | None = None) -> tuple[str, ...]:
        return () if obj is None else ("lifecycle", "code")

    def has_delete_permission(self, request: HttpRequest, obj: StatusTag | None = None) -> bool:
        return False
