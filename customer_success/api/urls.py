"""Paths of the customer success API, as spec 3 lists them. One list a matter, each beside its views."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import reviews

urlpatterns: list[URLPattern] = [
    path("customers/<int:id>/business-reviews", reviews.CustomerReviews.as_view(), name="api-business-reviews"),
    path("business-reviews/<int:id>", reviews.ReviewDetail.as_view(), name="api-business-review"),
]
