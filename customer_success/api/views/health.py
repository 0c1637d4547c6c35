"""Health scores of a customer (spec 3, "Health Score Routes")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.filters.health import HealthScoreFilter
from customer_success.api.serializers.health import (
    CalculationSerializer,
    ComponentsSerializer,
    HealthScoreRequestSerializer,
    HealthScoreSerializer,
)
from customer_success.engine.overrides import ReportedScore, report_score
from customer_success.engine.scoring import NoLifecycle, score_customers
from customer_success.models import HealthScore
from customer_success.queries.health import NoProgram, explain_health, health_scores, program, score_of_components
from customer_success.rules.scorecard import Part
from lifecycle.api.exceptions import Conflict
from lifecycle.api.pagination import ByDayPagination
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing
from lifecycle.models import Customer
from lifecycle.queries.portfolio import customers_seen


class ByHealthDay(ByDayPagination):
    ordering = "-day"


class HealthScores(ApiList):
    """The history of a customer's health: a row a day on which something changed, the latest first."""

    needs = {"GET": ("customer_success.view_healthscore",), "POST": ("customer_success.add_healthscore",)}
    serializer_class = HealthScoreSerializer
    filterset_class = HealthScoreFilter
    pagination_class = ByHealthDay

    def get_queryset(self) -> QuerySet[HealthScore]:
        if getattr(self, "swagger_fake_view", False):
            return HealthScore.objects.none()
        return health_scores(_customer(self.request, self.kwargs["id"]))

    @extend_schema(operation_id="list_health_scores", summary="The health scores of a customer, the latest first")
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return self.list(request)

    @extend_schema(
        operation_id="create_health_score", summary="Report the health of a customer",
        request=HealthScoreRequestSerializer, responses={201: HealthScoreSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  as the address names it
        """The score of today, in place of what was computed or reported before; it stays for the day. Components are
        weighed as the scorecard of the success program says; 409 if there is none."""
        customer = _customer(request, id)
        asked = HealthScoreRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        reported = ReportedScore(asked.components() or None, given.get("overall_score"), given["notes"])
        try:
            made = report_score(customer=customer, reported=reported, by=request.user, now=timezone.now())
        except NoProgram as error:
            raise Conflict(str(error)) from error
        return Response(HealthScoreSerializer(made).data, status=201)


class CalculateHealthScore(ApiView):
    """A score from components, or the customer's own."""

    needs = {"POST": ("customer_success.add_healthscore",)}

    @extend_schema(
        operation_id="calculate_health_score", summary="Calculate a health score",
        request=ComponentsSerializer, responses={200: CalculationSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  as the address names it
        """With component scores: what the success program makes of them; nothing is written. Without: the customer is
        scored now by the scorecard that applies to it, and the score is kept as that of today. 409 if there is none."""
        customer = _customer(request, id)
        asked = ComponentsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        components = asked.components()
        try:
            return Response(_weighed(components) if components else _scored(customer))
        except (NoProgram, NoLifecycle) as error:
            raise Conflict(str(error)) from error


def _weighed(components: dict[str, int]) -> Any:
    version = program()
    found = score_of_components(version, components)
    if found.value is None or found.band is None:
        raise Conflict("The scorecard of the success program has none of these components.")
    return _calculation(found.value, found.band.code, version.scorecard.code, found.parts, is_stored=False)


def _scored(customer: Customer) -> Any:
    score_customers(customers=[customer.id], now=timezone.now())
    found = explain_health(customer)
    if found is None or not hasattr(customer, "health"):
        raise Conflict("No scorecard scores this customer, or nothing of what it reads is known.")
    code = found.row.version.scorecard.code if found.row.version else None
    return _calculation(found.row.score, found.row.level, code, found.parts, is_stored=True)


def _calculation(score: int, level: str, scorecard: str | None, parts: Iterable[Part], *, is_stored: bool) -> Any:
    about = {"overall_score": score, "health_level": level, "scorecard": scorecard, "is_stored": is_stored}
    return CalculationSerializer({**about, "parts": parts}).data


def _customer(request: Request, number: int) -> Customer:
    """Outside the portfolio there is no customer."""
    return existing(customers_seen(request.user), number)
