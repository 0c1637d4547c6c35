"""The OpenAPI schema: permissions, problems and probes that the generator does not see by itself."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.generators import SchemaGenerator
from drf_standardized_errors.openapi import AutoSchema

from .access import needs_of
from .problems import MEDIA_TYPE
from .serializers.fields import StrictSerializer

FIRST_ERROR = 400
WITH_BODY = ("POST", "PUT", "PATCH")


class BearerScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # without types
    target_class = "lifecycle.api.access.BearerToken"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token from `POST /api/auth/login`."}


@cache
def written_schema() -> dict[str, Any]:
    """The same for everybody; it takes a second to write, so that each process does so once."""
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # without types


class WrittenOnce(SchemaGenerator):
    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return written_schema()


class ProblemSchema(AutoSchema):
    """Documents every answer that an operation can give, each error as a problem document."""

    def get_description(self) -> str:  # type: ignore[override]  # of the framework's older generator
        text: str = super().get_description()
        needs = needs_of(self.view, self.method)
        return f"{text}\n\nNeeds {' and '.join(f'`{need}`' for need in needs)}." if needs else text

    def _should_add_error_response(self, responses: dict, status_code: str) -> bool:
        if status_code in responses:
            return False
        is_guarded = any(self.get_auth())
        match int(status_code):
            case HTTPStatus.BAD_REQUEST:
                return True  # an unknown query parameter is refused everywhere
            case HTTPStatus.UNAUTHORIZED:
                return is_guarded
            case HTTPStatus.FORBIDDEN:
                return is_guarded
            case HTTPStatus.NOT_FOUND:
                return "{" in self.path
            case HTTPStatus.REQUEST_ENTITY_TOO_LARGE | HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
                return self.method in WITH_BODY and self.get_request_serializer() is not None
            case HTTPStatus.TOO_MANY_REQUESTS:
                return bool(self.view.get_throttles())
            case _:
                return True

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, direction: str = "response"
    ) -> dict[str, Any]:
        if int(status_code) < FIRST_ERROR:
            return super()._get_response_for_code(serializer, status_code, media_types, direction)  # type: ignore[no-untyped-call]  # without types
        answer: dict[str, Any] = super()._get_response_for_code(  # type: ignore[no-untyped-call]  # without types
            serializer, status_code, [MEDIA_TYPE], direction
        )
        answer["description"] = answer.get("description") or HTTPStatus(int(status_code)).phrase
        if int(status_code) in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
            answer["headers"] = {"Retry-After": seconds}
        return answer

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # without types
        if isinstance(serializer, StrictSerializer) or (
            isinstance(serializer, type) and issubclass(serializer, StrictSerializer)
        ):
            schema["additionalProperties"] = False
        return schema


def add_probes(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Add the probes, which are plain views, to the schema."""
    for path, summary, answers in (
        ("/health/live", "Is the process alive?", {"200": "It is."}),
        ("/health/ready", "May it be given work?", {"200": "It may.", "503": "A part does not answer."}),
        ("/health", "The same as /health/ready", {"200": "It may.", "503": "A part does not answer."}),
    ):
        result["paths"][path] = {"get": _probe(path, summary, answers)}
    return result


def _probe(path: str, summary: str, answers: dict[str, str]) -> dict[str, Any]:
    state = {"type": "string", "enum": ["ok", "down"]}
    body = {"type": "object", "required": ["status"], "properties": {"status": state}, "additionalProperties": state}
    return {
        "operationId": path.strip("/").replace("/", "_"),
        "summary": summary,
        "tags": ["health"],
        "security": [{}],
        "responses": {
            code: {"description": text, "content": {"application/json": {"schema": body}}}
            for code, text in answers.items()
        },
    }
