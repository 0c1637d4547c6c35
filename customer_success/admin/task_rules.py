"""Task rules: which moves ask for which tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from customer_success.models import CustomerTier, TaskRule
from lifecycle.models import StatusTag
from lifecycle.templatetags.wording import move_label, tag_label


class TagOfLifecycleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: StatusTag) -> str:
        return f"{obj.lifecycle}: {obj.name}"


class TiersField(forms.MultipleChoiceField):
    """Some tiers, or none, which is all of them."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminCheckboxSelectMultipleWidget()
        super().__init__(choices=CustomerTier.choices, widget=widget, required=False, **kwargs)


def in_words(rule: TaskRule) -> str:
    """The rule as one would say it."""
    tiers = " or ".join(CustomerTier(tier).label for tier in rule.tiers)
    who = f"a customer of the tier {tiers}" if tiers else "a customer"
    start = f" from {rule.from_tag.name}" if rule.from_tag else ""
    whose = f"for the queue of {rule.team}" if rule.team else "for the success manager"
    unit = rule.due_unit if rule.due_in != 1 else rule.due_unit.removesuffix("s")
    what = f"{rule.get_type_display()}, {rule.get_priority_display().lower()} priority, due in {rule.due_in} {unit}"
    return f"When {who} comes{start} to {rule.tag.name} in {rule.tag.lifecycle}: {what}, {whose}."


@admin.register(TaskRule)
class TaskRuleAdmin(ModelAdmin):
    when_empty = "A task rule makes a task whenever a customer enters a tag. manage.py load_defaults brings three."
    actions = None
    list_display = ("title", "when", "sentence", "is_active")
    list_select_related = ("tag__lifecycle", "from_tag", "team")
    sortable_by = ()
    fields = (
        "tag", "from_tag", "tiers", "type", "priority", "title", "notes", ("due_in", "due_unit"), "team", "is_active",
    )  # fmt: skip

    @display(description="When a customer moves")
    def when(self, rule: TaskRule) -> SafeString:
        return move_label(rule.from_tag, to=rule.tag) if rule.from_tag else tag_label(rule.tag)

    @display(description="In words")
    def sentence(self, rule: TaskRule) -> str:
        return in_words(rule)

    def has_delete_permission(self, request: HttpRequest, obj: TaskRule | None = None) -> bool:
        return False  # tasks name the rule that asked for them; it is switched off

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in {"tag", "from_tag"}:
            kwargs["queryset"] = StatusTag.objects.select_related("lifecycle")
            kwargs["form_class"] = TagOfLifecycleField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "tiers":
            return TiersField(help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
