"""Figures over the accounts in the caller's portfolio."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.serializers.statistics import OnboardingFiguresSerializer, StatisticsSerializer
from customer_success.queries.statistics import onboarding_figures, statistics
from lifecycle.api.views.base import ApiView

from .accounts import accounts_seen


class StatisticsView(ApiView):
    """How the accounts are, in figures."""

    needs = {"GET": ("customer_success.view_account",)}

    @extend_schema(operation_id="get_success_statistics", summary="Customer statistics", responses=StatisticsSerializer)
    def get(self, request: Request) -> Response:
        return Response(StatisticsSerializer(statistics(accounts_seen(request.user))).data)


class OnboardingMetricsView(ApiView):
    """How onboarding goes, in figures."""

    needs = {"GET": ("customer_success.view_account",)}

    @extend_schema(
        operation_id="get_onboarding_metrics", summary="Onboarding metrics", responses=OnboardingFiguresSerializer
    )
    def get(self, request: Request) -> Response:
        return Response(OnboardingFiguresSerializer(onboarding_figures(accounts_seen(request.user))).data)
