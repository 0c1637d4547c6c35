"""Answers that the framework has no exception for."""

from __future__ import annotations

from http import HTTPStatus

from rest_framework.exceptions import APIException


class Conflict(APIException):
    """What was asked does not fit what is; look again and decide anew."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "Things have changed meanwhile."
    default_code = "conflict"


class PayloadTooLarge(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "payload_too_large"


class Unavailable(APIException):
    """The database does not answer; the same request may succeed in a moment."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The service is not available at the moment; try again."
    default_code = "unavailable"
    wait = 5
