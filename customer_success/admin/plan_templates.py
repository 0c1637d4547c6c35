"""Plan templates, which administrators set up."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db.models import Field, JSONField, TextField
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, StackedInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from customer_success.models import PlanTemplate, TemplateMilestone
from customer_success.rules.plans import Step, problems_of_steps

from .fields import Lines
from .plan_forms import SectionsField


class Written:
    """Lists as lines, sections as texts with ticks."""

    formfield_overrides = {TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 2})}}

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, ArrayField):
            return Lines(help_text=db_field.help_text, label=db_field.verbose_name.capitalize())
        if isinstance(db_field, JSONField):
            return SectionsField(help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # mixed into an admin


class StepFormSet(BaseInlineFormSet):
    """What is wrong is said for all milestones together."""

    def clean(self) -> None:
        super().clean()
        rows = [
            form.cleaned_data
            for form in self.forms
            if form.is_valid() and form.cleaned_data.get("title") and not form.cleaned_data.get("DELETE")
        ]
        steps = [Step(row["title"], row["day"], tuple(row["depends_on"])) for row in rows]
        if problems := list(problems_of_steps(steps)):
            raise ValidationError(problems)


class StepInline(Written, StackedInline):
    model = TemplateMilestone
    formset = StepFormSet
    verbose_name, verbose_name_plural = "milestone", "Milestones"
    fields = (("title", "day"), ("priority", "owner_role"), ("deliverables", "depends_on"), "is_shared")
    extra = 0
    max_num = 100
    collapsible = True


@admin.register(PlanTemplate)
class PlanTemplateAdmin(Written, ModelAdmin):
    when_empty = "manage.py load_defaults brings five of them."
    actions = None
    list_display = ("name", "type_shown", "days", "milestones_shown", "is_active")
    list_filter = (("type", ChoicesDropdownFilter),)
    list_filter_submit = True
    search_fields = ("name", "code")
    fieldsets = (
        (None, {"fields": (("name", "code"), ("type", "days"), "description", "is_active")}),
        ("What for", {"fields": ("objectives", "success_metrics")}),
        ("Sections", {"fields": ("sections",)}),
    )
    inlines = (StepInline,)

    class Media:
        css = {"all": ("customer_success/plans.css",)}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("milestones")

    def get_readonly_fields(self, request: HttpRequest, obj: PlanTemplate | None = None) -> tuple[str, ...]:
        return () if obj is None else ("code",)  # the API names it

    def get_prepopulated_fields(self, request: HttpRequest, obj: PlanTemplate | None = None) -> Any:
        return {"code": ("name",)} if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: PlanTemplate | None = None) -> bool:
        return False  # one that is no longer wanted is made inactive

    @display(description="Type", ordering="type")
    def type_shown(self, template: PlanTemplate) -> str:
        return template.get_type_display()

    @display(description="Milestones")
    def milestones_shown(self, template: PlanTemplate) -> int:
        return len(template.milestones.all())
