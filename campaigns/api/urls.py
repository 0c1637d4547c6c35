"""Paths of the campaign API. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import anymail, receipts

urlpatterns: list[URLPattern] = [
    path("receipts", receipts.Receipts.as_view(), name="api-receipts"),
    path("anymail/<slug:provider>/tracking", anymail.Tracking.as_view(), name="api-anymail-tracking"),
]
