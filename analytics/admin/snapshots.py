"""The days that are kept, and below their address the dashboards."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from analytics.models import Snapshot

from .board import BOARDS


@admin.register(Snapshot)
class SnapshotAdmin(ModelAdmin):
    """Written by workers; nobody changes what was."""

    list_display = ("day", "as_of", "taken_at")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                one.path,
                self.admin_site.admin_view(lambda request, one=one: one.page(self, request)),
                name=f"analytics_snapshot_{one.code}",
            )
            for one in BOARDS
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
