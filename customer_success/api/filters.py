"""What lists of the success program can be narrowed to."""

from __future__ import annotations

from django_filters import rest_framework as filters

from customer_success.models import HealthScore


class HealthScoreFilter(filters.FilterSet):
    since = filters.DateFilter(field_name="day", lookup_expr="gte", label="This day or later.")
    until = filters.DateFilter(field_name="day", lookup_expr="lt", label="Before this day.")

    class Meta:
        model = HealthScore
        fields = ("since", "until")
