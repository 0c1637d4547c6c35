"""Paths of the customer success API, as spec 3 lists them. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import alerts, goodness, health

urlpatterns: list[URLPattern] = [
    path("customers/<int:id>/health-scores", health.HealthScores.as_view(), name="api-health-scores"),
    path(
        "customers/<int:id>/health-scores/calculate", health.CalculateHealthScore.as_view(), name="api-calculate-health"
    ),
    path("health-alerts", alerts.HealthAlertList.as_view(), name="api-health-alerts"),
    path("health-alerts/<int:id>/acknowledge", alerts.Acknowledge.as_view(), name="api-health-alert-acknowledge"),
    path("health-alerts/<int:id>/snooze", alerts.Snooze.as_view(), name="api-health-alert-snooze"),
    path("health-alerts/<int:id>/resolve", alerts.Resolve.as_view(), name="api-health-alert-resolve"),
    path("scorecards/<int:id>/goodness", goodness.ScorecardGoodness.as_view(), name="api-scorecard-goodness"),
]
