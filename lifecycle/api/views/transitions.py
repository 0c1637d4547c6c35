"""Moves of all customers."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from lifecycle import queries
from lifecycle.api.filters import AllTransitionsFilter
from lifecycle.api.serializers.transitions import TransitionSerializer
from lifecycle.models import Transition

from .base import ApiList


@extend_schema_view(get=extend_schema(operation_id="list_transitions", summary="Moves, the latest first"))
class TransitionList(ApiList):
    """The moves of the customers that you see, each with its explanation."""

    needs = {"GET": ("lifecycle.view_transition",)}
    serializer_class = TransitionSerializer
    filterset_class = AllTransitionsFilter

    def get_queryset(self) -> QuerySet[Transition]:
        return queries.in_portfolio(queries.transitions(), self.request.user)
