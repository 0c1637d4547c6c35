"""Paths of the analytics API, below ``/api/v1/analytics/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import health

urlpatterns: list[URLPattern] = [
    path("health-overview", health.HealthOverview.as_view(), name="api-analytics-health-overview"),
    path("insights", health.KeyInsights.as_view(), name="api-analytics-insights"),
]
