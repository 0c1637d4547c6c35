"""The status tags dashboard for other front ends."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.serializers.ranges import RangeSerializer, asked_period
from analytics.api.serializers.status_tags import StatusDashboardSerializer
from analytics.queries.status_tags import About, dashboard
from analytics.rules.periods import Period
from lifecycle.api import lifecycles
from lifecycle.api.views.base import ApiView
from lifecycle.api.views.status_tags import LIFECYCLE
from lifecycle.queries import owners_seen


@extend_schema_view(get=extend_schema(operation_id="get_status_tags_dashboard"))
class StatusTagsDashboard(ApiView):
    """Spec 1's dashboard: distribution, moves, risk, automation."""

    needs = {"GET": ("analytics.view_snapshot",)}
    known_parameters = frozenset({"lifecycle", "start", "end"})

    @extend_schema(
        summary="Status tags dashboard", parameters=[LIFECYCLE, RangeSerializer], responses=StatusDashboardSerializer
    )
    def get(self, request: Request) -> Response:
        now = timezone.now()
        lifecycle = lifecycles.chosen(request.query_params.get("lifecycle"))
        period = asked_period(request.query_params, today=now.date())
        about = About(lifecycle, period, owners_seen(request.user), now)
        told = dashboard(about, today=Period(now.date(), now.date()))
        return Response(StatusDashboardSerializer(told).data)


@extend_schema_view(get=extend_schema(operation_id="get_analytics_status_tags_dashboard"))
class StatusTagsDashboardV1(StatusTagsDashboard):
    """The same, beside the other figures of analytics."""
