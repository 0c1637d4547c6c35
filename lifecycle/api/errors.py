"""From exceptions to problem documents, for views and for what fails before a view is reached."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse
from rest_framework import exceptions
from rest_framework.response import Response

from .exceptions import PayloadTooLarge, Unavailable
from .problems import MEDIA_TYPE, FieldProblem, Problem, problem

SERVER_ERROR = "Something went wrong on our side; it has been logged."
API_PATH = "/api/"


class ProblemHandler(ExceptionHandler):
    """Knows Django's own exceptions, and names the media type of problems."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        match exc:
            case OperationalError() | InterfaceError():
                return Unavailable()
            case RequestDataTooBig():
                return PayloadTooLarge()
            case SuspiciousOperation() | BadRequest():
                return exceptions.ParseError()
            case _:
                return super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: dict) -> Response:
        return Response(data, status=exc.status_code, headers=self.get_headers(exc), content_type=MEDIA_TYPE)


class ProblemFormatter(ExceptionFormatter):
    """Spells an exception as a problem document."""

    def format_error_response(self, error_response: ErrorResponse) -> Problem:
        request = self.context.get("request")
        is_input = isinstance(self.exc, exceptions.ValidationError)
        first = error_response.errors[0]
        detail = SERVER_ERROR if self.exc.status_code == HTTPStatus.INTERNAL_SERVER_ERROR else first.detail
        errors: list[FieldProblem] = (
            [{"field": _name(one.attr), "code": one.code, "message": one.detail} for one in error_response.errors]
            if is_input
            else []
        )
        return problem(
            status=self.exc.status_code,
            detail=_summary(errors) if is_input else detail,
            instance=request.path if request is not None else "",
            code="invalid_input" if is_input else first.code,
            errors=errors,
            is_input=is_input,
        )


def _name(attr: str | None) -> str | None:
    """The field at fault; what is wrong with a list or an object as a whole is the fault of its field."""
    field, _, last = (attr or "").rpartition(".")
    return (field if last == "non_field_errors" else attr) or None


def _summary(errors: list[FieldProblem]) -> str:
    parts = [f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in errors[:3]]
    return " ".join(parts) + (f" And {len(errors) - 3} more." if len(errors) > 3 else "")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler400: the API answers with a problem, the pages as before."""
    return _answer(request, HTTPStatus.BAD_REQUEST, "The request is malformed.", "parse_error") or defaults.bad_request(
        request, exception
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's handler404."""
    return _answer(request, HTTPStatus.NOT_FOUND, "There is nothing here.", "not_found") or defaults.page_not_found(
        request, exception
    )


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500."""
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, SERVER_ERROR, "error") or defaults.server_error(request)


def _answer(request: HttpRequest, status: HTTPStatus, detail: str, code: str) -> JsonResponse | None:
    if not request.path.startswith(API_PATH):
        return None
    body: Any = problem(status=status, detail=detail, instance=request.path, code=code)
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)
