"""What the nightly proof of the stored history found."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from lifecycle import queries
from lifecycle.models import HistoryCheck

from .access import ReadOnlyAdmin
from .paging import CappedList
from .portfolio import ShownTo


@admin.register(HistoryCheck)
class HistoryCheckAdmin(ShownTo, CappedList, ReadOnlyAdmin):
    """What stands there names customers and their values, so it takes the permission to see them, too."""

    when_empty = (
        "Each night a sample of customers is derived anew from what was known; manage.py verify_history does it now."
    )
    list_display = ("checked_at", "lifecycle", "verdict", "customers", "moves", "open")
    list_filter = (("lifecycle", RelatedDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("lifecycle",)
    sortable_by = ()
    ordering = ("-id",)
    fields = ("lifecycle", "checked_at", "verdict", "customers", "moves", "open", "doubts_shown")
    readonly_fields = ("verdict", "doubts_shown")

    def has_view_permission(self, request: HttpRequest, obj: HistoryCheck | None = None) -> bool:
        return super().has_view_permission(request, obj) and request.user.has_perm("lifecycle.view_customer")

    @display(description="Verdict", label={"Follows": "success", "Doubts": "danger"})
    def verdict(self, check: HistoryCheck) -> str:
        return "Doubts" if check.doubts else "Follows"

    @display(description="What does not follow", empty_value="Nothing")
    def doubts_shown(self, check: HistoryCheck) -> SafeString | None:
        if not check.doubts:
            return None
        told = queries.told(check.doubts, check.shown_to)  # type: ignore[attr-defined]  # by ShownTo
        rows = (
            (
                reverse("admin:lifecycle_customer_change", args=[one["customer"]]), one["name"],
                f"{datetime.fromisoformat(one['at']):%-d %b %Y, %H:%M}", one["cause"],
            )
            for one in told
        )  # fmt: skip
        row = '<li><a class="tn-link" href="{}">{}</a> <span class="tn-subtle">{}</span><br>{}</li>'
        others = len(check.doubts) - len(told)
        more = format_html('<li class="tn-subtle">{} of other portfolios.</li>', others) if others else ""
        return format_html('<ul class="tn-rows">{}{}</ul>', format_html_join("", row, rows), more)
