"""Moves that wait for a person: the list, and the person's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api.exceptions import Conflict
from lifecycle.api.filters import RecommendationFilter
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.recommendations import DecisionSerializer, RecommendationSerializer, SnoozeSerializer
from lifecycle.engine import review
from lifecycle.engine.transitions import TransitionNotAllowed
from lifecycle.models import Recommendation

from .base import ApiList, ApiView, existing

CHANGED = {200: RecommendationSerializer, 409: ProblemSerializer}


def seen(request: Request, number: int) -> Recommendation:
    return existing(queries.in_portfolio(queries.recommendations(), request.user), number)


@extend_schema_view(get=extend_schema(operation_id="list_recommendations", summary="Recommendations, the latest first"))
class RecommendationList(ApiList):
    """What rules recommended and people decide; `state=pending` are those that wait."""

    needs = {"GET": ("lifecycle.view_recommendation",)}
    serializer_class = RecommendationSerializer
    filterset_class = RecommendationFilter

    def get_queryset(self) -> QuerySet[Recommendation]:
        return queries.in_portfolio(queries.recommendations(), self.request.user)


class RecommendationDetail(ApiView):
    """One recommendation."""

    needs = {"GET": ("lifecycle.view_recommendation",)}

    @extend_schema(operation_id="get_recommendation", summary="A recommendation", responses=RecommendationSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(RecommendationSerializer(seen(request, id)).data)


class _Word(ApiView):
    """A person's word on a recommendation."""

    needs = {"POST": ("lifecycle.change_recommendation",)}

    def say(self, request: Request, number: int, body: type[DecisionSerializer], do: Callable[..., Any]) -> Response:
        recommendation = seen(request, number)
        asked = body(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            do(recommendation=recommendation, by=request.user, now=timezone.now(), **asked.validated_data)
        except TransitionNotAllowed as error:
            raise Conflict(str(error)) from error
        return Response(RecommendationSerializer(queries.recommendations().get(id=number)).data)


class Approve(_Word):
    """Make the recommended move."""

    @extend_schema(
        operation_id="approve_recommendation", summary="Approve a move", request=DecisionSerializer, responses=CHANGED
    )
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """If the rule no longer holds, nobody moves and the answer's `state` is `superseded`.

        409 if it was decided already.
        """
        return self.say(request, id, DecisionSerializer, review.approve)


class Reject(_Word):
    """Leave the customer where it is."""

    @extend_schema(
        operation_id="reject_recommendation", summary="Reject a move", request=DecisionSerializer, responses=CHANGED
    )
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """The rule does not ask again while the customer stays in its tag. 409 if it was decided already."""
        return self.say(request, id, DecisionSerializer, review.reject)


class Snooze(_Word):
    """Put the decision off."""

    @extend_schema(
        operation_id="snooze_recommendation", summary="Put a decision off", request=SnoozeSerializer, responses=CHANGED
    )
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """It leaves the queue until then. 409 if it was decided already, or the instant is not in the future."""
        return self.say(request, id, SnoozeSerializer, review.snooze)
