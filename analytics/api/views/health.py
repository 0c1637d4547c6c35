"""How healthy the caller's customers are, and what stands out among them."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.serializers.health import HealthOverviewSerializer, InsightsSerializer, insights_told, overview_told
from analytics.queries.executive import tiers
from analytics.queries.health import overview
from analytics.queries.insights import insights
from lifecycle.api.views.base import ApiView
from lifecycle.queries import owners_seen


class HealthOverview(ApiView):
    """Of the own portfolio, or of everybody, at ``as_of``."""

    needs = {"GET": ("analytics.view_snapshot",)}

    @extend_schema(operation_id="get_health_overview", summary="Portfolio health", responses=HealthOverviewSerializer)
    def get(self, request: Request) -> Response:
        now, owners = timezone.now(), owners_seen(request.user)
        _, by_tier = tiers(owners=owners, now=now)
        told = overview_told(overview(owners=owners, now=now), by_tier, insights(owners=owners, now=now))
        return Response(HealthOverviewSerializer(told).data)


class KeyInsights(ApiView):
    """Groups of customers that stand out beyond chance, each with the test that says so; perhaps none."""

    needs = {"GET": ("analytics.view_snapshot",)}

    @extend_schema(operation_id="list_insights", summary="Key insights", responses=InsightsSerializer)
    def get(self, request: Request) -> Response:
        found = insights(owners=owners_seen(request.user), now=timezone.now())
        return Response(InsightsSerializer(insights_told(found)).data)
