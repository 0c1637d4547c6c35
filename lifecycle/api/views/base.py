"""What all views share: named permissions, and no query parameter that is silently ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from lifecycle.api import parameters

M = TypeVar("M", bound=Model)


def existing(rows: QuerySet[M], number: int) -> M:
    """The row with an id, or a 404 that says what is not there."""
    row = rows.filter(id=number).first()
    if row is None:
        raise NotFound(f"There is no {rows.model._meta.verbose_name} {number}.")
    return row


def read(asked: Serializer) -> dict[str, Any]:
    """What was asked for. Raises ``ValidationError`` at each field that is wrong."""
    asked.is_valid(raise_exception=True)
    return asked.validated_data


class ApiView(APIView):
    """``needs`` names the permissions by method, ``known_parameters`` what may stand in the query."""

    needs: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    known_parameters: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:  # others are told so: 405
            parameters.check(request.query_params, self.get_known_parameters())

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        final.setdefault("Cache-Control", "no-store")  # customers' data and tokens stay out of caches
        return final

    def get_known_parameters(self) -> frozenset[str]:
        return self.known_parameters


class ApiList(ApiView, ListAPIView):
    """A list in pages, narrowed by the filters of its ``filterset_class``."""

    filterset_class: ClassVar[Any] = None

    def get_known_parameters(self) -> frozenset[str]:
        filters = self.filterset_class.base_filters if self.filterset_class else ()
        pages = ("cursor", "page_size") if self.pagination_class else ()
        return frozenset((*filters, *pages))
