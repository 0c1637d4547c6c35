"""Rules tried on stored history, as jobs."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api import lifecycles
from lifecycle.api.serializers.backtests import BacktestRequestSerializer, BacktestRowSerializer, BacktestSerializer
from lifecycle.engine.backtests import BacktestRefused, ask_for_backtest
from lifecycle.models import BacktestRun
from lifecycle.wake import BACKTEST, wake

from .base import ApiList, ApiView, existing


class BacktestList(ApiList):
    """Backtests, the latest first."""

    needs = {"GET": ("lifecycle.view_backtestrun",), "POST": ("lifecycle.add_backtestrun",)}
    serializer_class = BacktestRowSerializer

    def get_queryset(self) -> QuerySet[BacktestRun]:
        return queries.backtests().defer("tried", "result")

    @extend_schema(operation_id="list_backtests", summary="Backtests, the latest first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="start_backtest", summary="Try rules on stored history", request=BacktestRequestSerializer,
        responses={202: BacktestSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A worker does it; ask for it by its id until its `state` is `done`. Nothing live is changed."""
        asked = BacktestRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        try:
            run = ask_for_backtest(
                lifecycle=lifecycles.chosen(wanted.get("lifecycle")), first=wanted["first_day"],
                last=wanted["last_day"], document=wanted.get("rules"), asks=wanted["asks"], by=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except BacktestRefused as error:
            raise ValidationError({"non_field_errors": [ErrorDetail(str(error), "refused")]}) from error
        wake(BACKTEST, run.id)
        return Response(
            BacktestSerializer(queries.backtests().get(id=run.id), context={"user": request.user}).data, status=202
        )


class BacktestDetail(ApiView):
    """One backtest."""

    needs = {"GET": ("lifecycle.view_backtestrun",)}

    @extend_schema(operation_id="get_backtest", summary="A backtest", responses=BacktestSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(BacktestSerializer(existing(queries.backtests(), id), context={"user": request.user}).data)
