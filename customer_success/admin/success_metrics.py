"""What customers reached in periods: written by the system, completed by people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from customer_success.engine.periods import record_metrics
from customer_success.models import SuccessMetrics
from lifecycle.admin.paging import CappedList
from lifecycle.admin.portfolio import InPortfolio
from lifecycle.queries import customers_seen


@admin.register(SuccessMetrics)
class SuccessMetricsAdmin(InPortfolio, CappedList, ModelAdmin):
    when_empty = "Each night the periods that have ended are written here, for every account."
    actions = None
    compressed_fields = False  # labels above, so that three fit beside each other
    list_display = (
        "customer", "period_type", "period_start", "revenue", "active_users", "login_frequency", "nps_score",
        "csat_score", "tickets",
    )  # fmt: skip
    list_filter = (("period_type", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("customer",)
    empty_value_display = "–"
    sortable_by = ()
    ordering = ("-id",)
    autocomplete_fields = ("customer",)
    fieldsets = (
        (None, {"fields": (("customer", "period_type", "period_start"),)}),
        ("Business", {"fields": (
            ("lead_volume", "conversion_rate"), ("revenue", "cost_savings", "time_savings"),
        )}),
        ("Adoption", {"fields": (("active_users", "login_frequency", "feature_usage"),)}),
        ("Satisfaction", {"fields": (("nps_score", "csat_score", "ces_score"),)}),
        ("Support", {"fields": (("tickets", "resolution_time", "response_time"),)}),
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: SuccessMetrics | None = None) -> tuple[str, ...]:
        return ("customer", "period_type", "period_start") if obj else ()

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = customers_seen(request.user).filter(account__isnull=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: SuccessMetrics, form: ModelForm, change: bool) -> None:
        record_metrics(metrics=obj, now=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
