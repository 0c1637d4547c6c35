"""What ran, and how it went."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from lifecycle import queries
from lifecycle.api.filters import EvaluationFilter
from lifecycle.api.serializers.evaluations import EvaluationSerializer
from lifecycle.models import Evaluation

from .base import ApiList


@extend_schema_view(get=extend_schema(operation_id="list_evaluations", summary="Evaluations, the latest first"))
class EvaluationList(ApiList):
    """Runs over many customers."""

    needs = {"GET": ("lifecycle.view_evaluation",)}
    serializer_class = EvaluationSerializer
    filterset_class = EvaluationFilter

    def get_queryset(self) -> QuerySet[Evaluation]:
        return queries.evaluations()
