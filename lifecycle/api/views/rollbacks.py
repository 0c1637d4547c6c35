"""Moves taken back: the list, what one would do, and doing it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.rollbacks import (
    BatchSerializer,
    EffectSerializer,
    RollbackRequestSerializer,
    RollbackSerializer,
)
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.rollback import RollbackRefused, preview, roll_back
from lifecycle.models import Rollback

from .base import ApiList, ApiView


def _asked(body: type[BatchSerializer], request: Request) -> dict[str, Any]:
    """What is to be taken back, if all of its customers are among those that the person sees."""
    asked = body(data=request.data, context={"user": request.user})
    asked.is_valid(raise_exception=True)
    if not queries.may_take_back(asked.validated_data["batch"], request.user):
        raise PermissionDenied("This takes back moves of customers whom you do not see; name single moves of yours.")
    return asked.validated_data


class RollbackList(ApiList):
    """What was taken back, the latest first."""

    needs = {"GET": ("lifecycle.view_rollback",), "POST": ("lifecycle.add_rollback",)}
    serializer_class = RollbackSerializer

    def get_queryset(self) -> QuerySet[Rollback]:
        return queries.rollbacks_seen(queries.rollbacks(), self.request.user)

    @extend_schema(operation_id="list_rollbacks", summary="Rollbacks, the latest first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="roll_back", summary="Take moves back", request=RollbackRequestSerializer,
        responses={201: RollbackSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Customers whom somebody changed since are left alone. 409 if there is nothing to take back."""
        wanted = _asked(RollbackRequestSerializer, request)
        try:
            made = roll_back(wanted["batch"], by=request.user, reason=wanted["reason"], now=timezone.now())
        except (RollbackRefused, LifecycleBusy) as error:
            raise Conflict(str(error)) from error
        return Response(RollbackSerializer(made).data, status=201)


class RollbackPreview(ApiView):
    """What taking moves back would do."""

    needs = {"POST": ("lifecycle.view_rollback",)}

    @extend_schema(
        operation_id="preview_rollback", summary="What taking moves back would do", request=BatchSerializer,
        responses=EffectSerializer(many=True),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Nothing is changed."""
        effects = preview(_asked(BatchSerializer, request)["batch"], now=timezone.now())
        return Response(EffectSerializer(effects, many=True).data)
