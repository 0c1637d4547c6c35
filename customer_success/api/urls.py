"""Paths of the customer success API, as spec 3 lists them. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import advocacy, expansion

urlpatterns: list[URLPattern] = [
    path("customers/<int:id>/advocacy-activities", advocacy.ActivityList.as_view(), name="api-cs-advocacy-activities"),
    path("advocacy-activities/<int:activity_id>", advocacy.ActivityDetail.as_view(), name="api-cs-advocacy-activity"),
    path("advocacy-metrics", advocacy.AdvocacyMetricsView.as_view(), name="api-cs-advocacy-metrics"),
    path("expansion-opportunities", expansion.ExpansionList.as_view(), name="api-cs-expansion-opportunities"),
]
