"""What lists of business reviews can be narrowed to."""

from __future__ import annotations

from django_filters import rest_framework as filters

from customer_success.models import BusinessReview, BusinessReviewType, ReviewStatus
from lifecycle.api.filters import InstantFilter, OneOf


class ReviewFilter(filters.FilterSet):
    type = OneOf(choices=BusinessReviewType.choices, label="What kind of review.")
    status = OneOf(choices=ReviewStatus.choices, label="Where it stands.")
    since = InstantFilter(field_name="scheduled_for", lookup_expr="gte", label="Scheduled for this instant or later.")
    until = InstantFilter(field_name="scheduled_for", lookup_expr="lt", label="Scheduled before this instant.")

    class Meta:
        model = BusinessReview
        fields = ("type", "status", "since", "until")
