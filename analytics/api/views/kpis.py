"""Key figures: where they stand, and what they should reach."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.serializers.kpis import KpiChangesSerializer, KpiListSerializer, KpiSerializer
from analytics.engine.targets import TargetRefused, set_target
from analytics.queries import KpiStanding, kpi_standing, kpi_standings
from lifecycle.api.views.base import ApiView
from lifecycle.queries import owners_seen

_SEES = ("analytics.view_snapshot", "analytics.view_kpitarget")


class KpiList(ApiView):
    """Of the customers that the asking person sees."""

    needs = {"GET": _SEES}

    @extend_schema(
        operation_id="list_kpis", summary="The key figures and where they stand", responses=KpiListSerializer
    )
    def get(self, request: Request) -> Response:
        found = kpi_standings(owners=owners_seen(request.user), now=timezone.now())
        return Response(KpiListSerializer({"results": found}).data)


class KpiDetail(ApiView):
    """One key figure."""

    needs = {"GET": _SEES, "PATCH": (*_SEES, "analytics.change_kpitarget")}

    @extend_schema(operation_id="get_kpi", summary="A key figure", responses=KpiSerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(KpiSerializer(_existing(request, code)).data)

    @extend_schema(
        operation_id="set_kpi_target", summary="Set the target of a key figure, or who answers for it",
        request=KpiChangesSerializer(partial=True), responses=KpiSerializer,
    )  # fmt: skip
    def patch(self, request: Request, code: str) -> Response:
        said = _existing(request, code)
        asked = KpiChangesSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        try:
            set_target(said.target, **asked.validated_data)
        except TargetRefused as error:
            raise ValidationError({"target": str(error)}) from error
        return Response(KpiSerializer(said).data)


def _existing(request: Request, code: str) -> KpiStanding:
    found = kpi_standing(code, owners=owners_seen(request.user), now=timezone.now())
    if found is None:
        raise NotFound(f"There is no KPI {code[:80]}.")
    return found
