"""The one shape of every error: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TypedDict

from rest_framework import serializers

MEDIA_TYPE = "application/problem+json"
# "about:blank" says, by the RFC: nothing more than the status itself does.
NO_TYPE = "about:blank"
INVALID_INPUT = "urn:tenure:problem:invalid-input"


class FieldProblem(TypedDict):
    field: str | None
    code: str
    message: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[FieldProblem]


def problem(
    *, status: int, detail: str, instance: str, code: str, errors: Iterable[FieldProblem] = (), is_input: bool = False
) -> Problem:
    """A problem document; ``is_input`` for requests that were understood and not accepted."""
    return {
        "type": INVALID_INPUT if is_input else NO_TYPE,
        "title": "The input is not valid" if is_input else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "errors": list(errors),
    }


class FieldProblemSerializer(serializers.Serializer):
    """One thing that is wrong with the input."""

    field = serializers.CharField(
        allow_null=True, help_text="Field of the body or query parameter, such as `new_tag`; null for the whole."
    )
    code = serializers.CharField(help_text="The same for the same mistake, for programs.")
    message = serializers.CharField(help_text="A sentence for people.")


class ProblemSerializer(serializers.Serializer):
    """What did not happen and why (RFC 9457)."""

    type = serializers.CharField(help_text="`about:blank`, or a URN that names the kind of problem.")
    title = serializers.CharField(help_text="The kind of problem, the same for each of its kind.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong this time.")
    instance = serializers.CharField(help_text="The path that was asked.")
    code = serializers.CharField(help_text="The same for the same kind of problem, for programs.")
    errors = FieldProblemSerializer(  # type: ignore[assignment]  # declared fields do not become attributes
        many=True, help_text="Every mistake in the input; otherwise empty."
    )
