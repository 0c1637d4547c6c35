"""Fields that take what the schema says and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from lifecycle.rules.nodes import Scalar, plain

_KINDS = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "null"}


class Text(serializers.CharField):
    """A JSON text; numbers are not read as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """``true`` or ``false``, not "yes" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Tree(serializers.DictField):
    """A JSON object."""

    default_error_messages = {"not_a_dict": "A JSON object is needed, {{…}}."}


class Whole(serializers.IntegerField):
    """A JSON whole number; texts are not read as one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.DATETIME)
class Instant(serializers.Field):
    """RFC 3339 with a zone: a time without one would be a guess."""

    default_error_messages = {"invalid": "An instant with its zone is needed, such as 2026-01-31T12:00:00Z."}

    def to_internal_value(self, data: Any) -> datetime:
        try:
            at = datetime.fromisoformat(data.upper() if isinstance(data, str) and len(data) <= 40 else "")
            if at.tzinfo is None or "T" not in data.upper():
                raise ValueError
            return at.astimezone(UTC)  # PostgreSQL knows no offsets of 16 hours and more
        except (ValueError, OverflowError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


class StrictSerializer(serializers.Serializer):
    """A body in which an unknown field is a mistake: a misspelt one would otherwise be ignored."""

    def run_validation(self, data: Any = empty) -> Any:
        if self.root is self and not isinstance(data, Mapping):
            message = f"The body must be a JSON object, {{…}}; this is {_KINDS.get(type(data), 'something else')}."
            raise ValidationError({"non_field_errors": [ErrorDetail(message, "invalid")]})
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise ValidationError(
                {name[:80]: [ErrorDetail("There is no such field.", "unknown_field")] for name in unknown}
            )
        return super().to_internal_value(data)


def plain_all(values: Mapping[str, Scalar | None]) -> dict[str, object]:
    """Values of metrics by name, as JSON spells them."""
    return {name: plain(value) for name, value in values.items()}
