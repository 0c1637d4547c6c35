"""The targets of key figures, which people change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from analytics.models import KpiTarget


@admin.register(KpiTarget)
class KpiTargetAdmin(ModelAdmin):
    list_display = ("code", "target", "owner")
    fields = ("code", "target", "owner")
    readonly_fields = ("code",)
    autocomplete_fields = ("owner",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
