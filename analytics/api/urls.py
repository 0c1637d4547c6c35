"""Paths of the analytics API, below ``/api/v1/analytics/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import campaigns, cohorts, health, kpis, managers, revenue, status_tags

urlpatterns: list[URLPattern] = [
    path(
        "status-tags/dashboard", status_tags.StatusTagsDashboardV1.as_view(), name="api-analytics-status-tags-dashboard"
    ),
    path("cohorts", cohorts.CohortList.as_view(), name="api-analytics-cohorts"),
    path("revenue", revenue.RevenueView.as_view(), name="api-analytics-revenue"),
    path("kpis", kpis.KpiList.as_view(), name="api-analytics-kpis"),
    path("kpis/<slug:code>", kpis.KpiDetail.as_view(), name="api-analytics-kpi"),
    path("health-overview", health.HealthOverview.as_view(), name="api-analytics-health-overview"),
    path("insights", health.KeyInsights.as_view(), name="api-analytics-insights"),
    path("campaigns", campaigns.CampaignResultList.as_view(), name="api-analytics-campaigns"),
    path("campaigns/<slug:key>", campaigns.CampaignResult.as_view(), name="api-analytics-campaign"),
    path("success-managers", managers.SuccessManagers.as_view(), name="api-analytics-success-managers"),
]
