"""Paths of the analytics API, below ``/api/v1/analytics/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import revenue

urlpatterns: list[URLPattern] = [
    path("revenue", revenue.RevenueView.as_view(), name="api-analytics-revenue"),
]
