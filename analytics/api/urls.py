"""Paths of the analytics API, below ``/api/v1/analytics/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import kpis

urlpatterns: list[URLPattern] = [
    path("kpis", kpis.KpiList.as_view(), name="api-analytics-kpis"),
    path("kpis/<slug:code>", kpis.KpiDetail.as_view(), name="api-analytics-kpi"),
]
