"""Paths of the analytics API, below ``/api/v1/analytics/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import campaigns, managers

urlpatterns: list[URLPattern] = [
    path("campaigns", campaigns.CampaignResultList.as_view(), name="api-analytics-campaigns"),
    path("campaigns/<slug:key>", campaigns.CampaignResult.as_view(), name="api-analytics-campaign"),
    path("success-managers", managers.SuccessManagers.as_view(), name="api-analytics-success-managers"),
]
