"""Paths of the analytics API, below ``/api/v1/analytics/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import cohorts

urlpatterns: list[URLPattern] = [
    path("cohorts", cohorts.CohortList.as_view(), name="api-analytics-cohorts"),
]
