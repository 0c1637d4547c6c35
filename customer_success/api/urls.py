"""Paths of the customer success API, as spec 3 lists them. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern

from .views import alerts, goodness

urlpatterns: list[URLPattern] = [
    *alerts.urlpatterns,
    *goodness.urlpatterns,
]
