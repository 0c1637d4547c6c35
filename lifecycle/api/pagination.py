"""Pages that stay right while rows come in: from one id on, not from the n-th row on."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

MAX_PAGE = 200


class ByIdPagination(CursorPagination):
    """The newest first. The position of a page is an id: a field with equal values would lead round in a circle."""

    ordering = "-id"
    page_size = 50
    max_page_size = MAX_PAGE
    page_size_query_param = "page_size"
    page_size_query_description = "Rows on a page."
    cursor_query_description = "Leads to a page; taken from `next` or `previous` of another one."

    def get_page_size(self, request: Request) -> int:
        if "page_size" not in request.query_params:
            return self.page_size
        text = str(request.query_params["page_size"])
        if text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_PAGE:
            return int(text)
        raise ValidationError({"page_size": f"A whole number from 1 to {MAX_PAGE} is needed."})

    def decode_cursor(self, request: Request) -> Cursor | None:
        if "cursor" not in request.query_params:
            return None
        wrong = ValidationError({"cursor": "This cursor leads nowhere; take it from `next` or `previous`."})
        try:
            cursor = super().decode_cursor(request)
        except Exception as error:  # whatever somebody makes of an opaque text
            raise wrong from error
        if not self.leads_somewhere(str(cursor.position) if cursor else ""):
            raise wrong
        return cursor

    def leads_somewhere(self, position: str) -> bool:
        return position.isascii() and position.isdigit() and len(position) <= 19

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == "page_size":
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": self.page_size}
        return parameters


class ByDayPagination(ByIdPagination):
    """The latest day first, of rows of which each has a day of its own."""

    ordering = "-metric_date"

    def leads_somewhere(self, position: str) -> bool:
        try:
            return bool(date.fromisoformat(position))
        except ValueError:
            return False
