"""What decides: rules, the metrics they read, and the lifecycles they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api.exceptions import Conflict
from lifecycle.api.filters import RuleFilter
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.rules import ImpactSerializer, LifecycleSerializer, MetricSerializer, RuleSerializer
from lifecycle.metrics.catalogue import METRICS
from lifecycle.models import Lifecycle, RuleState, TransitionRule

from .base import ApiList, ApiView


@extend_schema_view(get=extend_schema(operation_id="list_rules", summary="Versions of rules, the newest first"))
class RuleList(ApiList):
    """Every version of every rule; `state=published` are those in force."""

    needs = {"GET": ("lifecycle.view_transitionrule",)}
    serializer_class = RuleSerializer
    filterset_class = RuleFilter

    def get_queryset(self) -> QuerySet[TransitionRule]:
        return queries.rules()


class RuleDetail(ApiView):
    """One version of a rule."""

    needs = {"GET": ("lifecycle.view_transitionrule",)}

    @extend_schema(operation_id="get_rule", summary="A version of a rule", responses=RuleSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(RuleSerializer(get_object_or_404(queries.rules(), id=id)).data)


class RuleImpact(ApiView):
    """Whom publishing a draft would change."""

    needs = {"GET": ("lifecycle.view_transitionrule", "lifecycle.view_customer")}

    @extend_schema(
        operation_id="get_rule_impact", summary="Whom publishing a draft would change at once",
        responses={200: ImpactSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Beside the rules in force, review aside. 409 if the version is no draft."""
        rule = get_object_or_404(queries.rules(), id=id)
        if rule.state != RuleState.DRAFT:
            raise Conflict(f"{rule} is {rule.get_state_display().lower()}, not a draft.")
        return Response(ImpactSerializer(queries.impact(rule, as_of=timezone.now())).data)


class MetricList(ApiView):
    """The whole catalogue: rules can read these metrics and no others."""

    needs = {"GET": ("lifecycle.view_transitionrule",)}

    @extend_schema(operation_id="list_metrics", summary="Metrics", responses=MetricSerializer(many=True))
    def get(self, request: Request) -> Response:
        metrics: Sequence[object] = METRICS
        return Response(MetricSerializer(metrics, many=True).data)


@extend_schema_view(get=extend_schema(operation_id="list_lifecycles", summary="Lifecycles with their status tags"))
class LifecycleList(ApiList):
    """The state machines, the newest first."""

    needs = {"GET": ("lifecycle.view_lifecycle",)}
    serializer_class = LifecycleSerializer

    def get_queryset(self) -> QuerySet[Lifecycle]:
        return queries.lifecycles()
