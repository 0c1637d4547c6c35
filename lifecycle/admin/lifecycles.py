"""Lifecycles with their tags."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Field, QuerySet, TextField
from django.forms import ModelForm, MultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from lifecycle.models import Lifecycle, ReviewPolicy, StatusTag, Synergy
from lifecycle.rules.traits import PRODUCT_TAGS
from lifecycle.templatetags.wording import tag_label
from lifecycle.wake import SET_UP, wake

from .graph import graph_page
from .lifecycle_notes import INACTIVE, notes_on
from .moves_by_hand import moves_page
from .rule_writing import id_in
from .tag_formset import MOST_TAGS, TagForm, TagFormSet

SHORT_TEXTS = {TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 2})}}


class TagInline(TabularInline):
    model = StatusTag
    form, formset = TagForm, TagFormSet
    fields = ("code", "name", "category", "colour", "position", "is_initial", "description")
    ordering_field = "position"  # rows are dragged, or numbered by hand
    max_num = MOST_TAGS
    hide_title = True
    formfield_overrides = SHORT_TEXTS
    can_delete = False  # history speaks of tags for ever

    def get_extra(self, request: HttpRequest, obj: Lifecycle | None = None, **kwargs: Any) -> int:
        return 0 if obj else 3


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
    actions_detail = ("graph", "moves_by_hand")
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

    def save_model(self, request: HttpRequest, obj: Lifecycle, form: ModelForm, change: bool) -> None:
        if not change:
            obj.is_set_up = False
            obj.save()
        elif form.changed_data:  # and nothing else: a worker may be setting it up
            if not obj.is_active:
                obj.is_set_up = False  # while it is inactive it misses what happens
            obj.save(update_fields=[*form.changed_data, *(() if obj.is_active else ("is_set_up",))])

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        lifecycle: Lifecycle = form.instance
        if lifecycle.is_active and not lifecycle.is_set_up:
            transaction.on_commit(partial(wake, SET_UP, lifecycle.id))
        if not lifecycle.is_active and "is_active" in form.changed_data:
            messages.warning(request, INACTIVE)

    def response_post_save_add(self, request: HttpRequest, obj: Lifecycle) -> HttpResponse:
        return redirect("admin:lifecycle_lifecycle_change", obj.id)  # which says what to do next

    def render_change_form(  # noqa: PLR0917  the admin's own signature
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Lifecycle | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["notes"] = list(notes_on(obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        choose = path("graph/", self.admin_site.admin_view(self.graph), name="lifecycle_lifecycle_graphs")
        return [choose, *super().get_urls()]

    @action(description="Graph", icon="account_tree", permissions=["see_graph"])
    def graph(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        if not self.has_see_graph_permission(request):
            raise PermissionDenied
        wanted = object_id or request.GET.get("lifecycle")
        lifecycle = get_object_or_404(Lifecycle, id=id_in(wanted)) if wanted else None
        return graph_page(self, request, lifecycle, now=timezone.now())

    @action(description="Moves by hand", icon="swap_horiz", permissions=["change"])
    def moves_by_hand(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return moves_page(self, request, get_object_or_404(Lifecycle, id=id_in(object_id)))

    # A method, not the permissions' names: Unfold would look the names up in the database at start.
    def has_see_graph_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("lifecycle.view_transitionrule")

    @display(description="Active", boolean=True, ordering="is_active")
    def active(self, lifecycle: Lifecycle) -> bool:
        return lifecycle.is_active

    @display(description="Tags")
    def tags_shown(self, lifecycle: Lifecycle) -> SafeString:
        labels = format_html_join(" ", "{}", ((tag_label(tag),) for tag in lifecycle.tags.all()))
        return format_html('<span class="tn-move">{}</span>', labels)


@admin.register(StatusTag)
class StatusTagAdmin(ModelAdmin):
    actions = None
    list_display = ("code", "shown", "lifecycle", "category", "position", "is_initial")
    list_filter = (("lifecycle", RelatedDropdownFilter), ("category", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("lifecycle",)
    search_fields = ("code", "name")
    formfield_overrides = SHORT_TEXTS
    inlines = (SynergyInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: StatusTag | None = None) -> tuple[str, ...]:
        return ("lifecycle", "code", "position", "is_initial")

    @display(description="Name", ordering="name")
    def shown(self, tag: StatusTag) -> SafeString:
        return tag_label(tag)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # tags are made beside the others of their lifecycle

    def has_delete_permission(self, request: HttpRequest, obj: StatusTag | None = None) -> bool:
        return False
