"""Fields that take what the schema says and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from lifecycle.rules.nodes import Scalar, plain


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


class StrictSerializer(serializers.Serializer):
    """A body in which an unknown field is a mistake: a misspelt one would otherwise be ignored."""

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
