"""Success managers of the caller's scope."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.serializers.managers import ManagersSerializer
from analytics.api.serializers.ranges import RangeSerializer, asked_period
from analytics.queries.managers import compared
from lifecycle.api.views.base import ApiView


class SuccessManagers(ApiView):
    """Whom they look after, how these customers are, what was done for them."""

    needs = {"GET": ("analytics.view_snapshot",)}
    known_parameters = frozenset({"start", "end"})

    @extend_schema(
        operation_id="list_success_managers", summary="Success managers in figures", parameters=[RangeSerializer],
        responses=ManagersSerializer,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        now = timezone.now()
        period = asked_period(request.query_params, today=now.date())
        found = compared(request.user, period=period, now=now)
        told = {
            "as_of": found.as_of, "start": period.start, "end": period.end, "managers": found.managers,
            "compared_with": found.others, "medians": found.medians,
        }  # fmt: skip
        return Response(ManagersSerializer(told).data)
