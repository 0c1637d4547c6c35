"""Paths of the customer success API, as spec 3 lists them. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import health

urlpatterns: list[URLPattern] = [
    path("customers/<int:id>/health-scores", health.HealthScores.as_view(), name="api-health-scores"),
    path(
        "customers/<int:id>/health-scores/calculate", health.CalculateHealthScore.as_view(), name="api-calculate-health"
    ),
]
