"""Teams, and the messages in their lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from lifecycle.engine.notices import mark_done
from lifecycle.models import Notice, Team
from lifecycle.templatetags.wording import author_of, customer_link, move_of

from .access import ReadOnlyAdmin
from .autocomplete import Autocompleted
from .paging import CappedList
from .portfolio import InPortfolio

_COLOURS = {"Low": "default", "Medium": "info", "High": "warning", "Urgent": "danger"}


@admin.register(Team)
class TeamAdmin(Autocompleted, ModelAdmin):
    actions = None
    list_display = ("name", "code", "email")
    fields = ("name", "code", "email", "members", "leads")
    autocomplete_fields = ("members", "leads")
    prepopulated_fields = {"code": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Team | None = None) -> tuple[str, ...]:
        return () if obj is None else ("code",)  # rules name it

    def get_prepopulated_fields(self, request: HttpRequest, obj: Team | None = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return False


class OpenFilter(DropdownFilter):
    """What is still to be done is shown first."""

    title = "state"
    parameter_name = "state"
    all_option = ["", "To do"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("done", "Done"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notice]) -> QuerySet[Notice]:
        if self.value() == "all":
            return queryset
        return queryset.exclude(done_at=None) if self.value() == "done" else queryset.filter(done_at=None)


@admin.register(Notice)
class NoticeAdmin(InPortfolio, CappedList, ReadOnlyAdmin):
    when_empty = "A rule that tells a team of its moves does so here, and by email."
    list_display = ("team", "priority_shown", "customer_shown", "matter", "author", "created_at", "done_by")
    list_filter = (("team", RelatedDropdownFilter), ("priority", ChoicesDropdownFilter), OpenFilter)
    list_filter_submit = True
    list_select_related = (
        "team", "customer", "done_by", "transition__from_tag", "transition__to_tag", "transition__rule",
        "transition__by",
    )  # fmt: skip
    sortable_by = ()
    ordering = ("-id",)
    actions = ("done",)
    fields = (
        "team",
        "priority_shown",
        "customer_shown",
        "matter",
        "author",
        "created_at",
        "mailed_at",
        "done_at",
        "done_by",
    )
    readonly_fields = ("priority_shown", "customer_shown", "matter", "author")

    @display(description="Priority", label=_COLOURS)
    def priority_shown(self, notice: Notice) -> str:
        return notice.get_priority_display()

    @display(description="Customer")
    def customer_shown(self, notice: Notice) -> SafeString:
        return customer_link(notice.customer)

    @display(description="About")
    def matter(self, notice: Notice) -> str:
        return move_of(notice.transition) if notice.transition and not notice.text else notice.text

    @display(description="By")
    def author(self, notice: Notice) -> str:
        return author_of(notice.transition) if notice.transition and not notice.text else "automation"

    def has_do_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.change_notice")

    @action(description="Mark as done", permissions=["do"])
    def done(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        number = mark_done(ids=list(queryset.values_list("id", flat=True)), by=request.user, now=timezone.now())
        messages.success(request, f"{number} done.")
