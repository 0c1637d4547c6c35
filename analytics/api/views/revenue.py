"""Retention and revenue for other front ends."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.serializers.revenue import RevenueBoardSerializer, RevenueQuerySerializer
from analytics.queries.revenue import Looked, revenue, revenue_by
from analytics.rules.revenue import Basis, Split, Unit
from lifecycle.api.views.base import ApiView
from lifecycle.queries import owners_seen


class RevenueView(ApiView):
    """GRR, NRR, logo churn and the movements of revenue, by period."""

    needs = {"GET": ("analytics.view_snapshot",)}
    known_parameters = frozenset({"basis", "unit", "split"})

    @extend_schema(
        operation_id="get_revenue_retention", summary="Retention and revenue", parameters=[RevenueQuerySerializer],
        responses=RevenueBoardSerializer,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = RevenueQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        basis, unit = Basis(asked.validated_data["basis"]), Unit(asked.validated_data["unit"])
        looked = Looked(basis, unit, owners_seen(request.user), timezone.now())
        told = revenue(looked)
        as_of, parts = told.as_of, []
        if split := asked.validated_data.get("split"):
            by = revenue_by(looked, Split(split))
            as_of, parts = min(as_of, by.as_of), [{"part": part, "revenue": one} for part, one in by.rows]
        about = {"as_of": as_of, "basis": str(basis), "unit": str(unit), "currency": settings.TENURE_CURRENCY}
        body = {**about, "periods": told.rows, "parts": parts}
        return Response(RevenueBoardSerializer(body).data)
