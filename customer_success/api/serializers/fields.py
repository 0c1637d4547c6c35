"""Fields that the API of customer success takes beside ``lifecycle.api.serializers.fields``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.db.models import Field, Model
from rest_framework import serializers

from lifecycle.api.serializers.fields import Text, Whole
from lifecycle.rules.traits import problem_of

MOST = 2**31 - 1


class Number(serializers.DecimalField):
    """A JSON number; texts are not read as one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce_to_string=False, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)

    def to_representation(self, value: Any) -> Any:
        return None if value is None else float(value)


def money(**more: Any) -> Number:
    return Number(**{
        "max_digits": 19, "decimal_places": 2, "min_value": 0, "required": False, "allow_null": True, **more,
    })  # fmt: skip


def number(low: int, high: int, **more: Any) -> Number:
    bounds = {"min_value": low, "max_value": high}
    return Number(**{
        "max_digits": len(str(high)) + 2, "decimal_places": 2, "required": False, "allow_null": True, **bounds, **more,
    })  # fmt: skip


def count(**more: Any) -> Whole:
    return Whole(**{"min_value": 0, "max_value": MOST, "required": False, "allow_null": True, **more})


def day(**more: Any) -> serializers.DateField:
    return serializers.DateField(**{"required": False, "allow_null": True, **more})


def choice(choices: Any, **more: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(**{"choices": choices.choices, "required": False, "allow_null": True, **more})


def words(longest: int, **more: Any) -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=longest), **{"required": False, "max_length": 50, **more})


class Trait(Text):
    """A trait of the customer, checked as in identify events."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if problem := problem_of({self.field_name or "": text}):
            raise serializers.ValidationError(f"{problem[:1].upper()}{problem[1:]}.")
        return text


class Username(serializers.SlugRelatedField):
    """A person who works with the product."""

    default_error_messages = {"does_not_exist": "There is no user “{value}”.", "invalid": "A username is needed."}

    def __init__(self, **kwargs: Any) -> None:
        people = get_user_model().objects.filter(is_active=True)
        super().__init__(slug_field="username", queryset=people, required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        return super().to_internal_value(data)


def written(told: Mapping[str, Any], names: Iterable[str], *, of: type[Model], whole: bool) -> dict[str, Any]:
    """The fields of a model that were told; ``whole``: the others are as in a new row, since PUT empties them."""
    meta = of._meta
    return {
        name: told[name] if name in told else cast("Field[Any, Any]", meta.get_field(name)).get_default()
        for name in names
        if whole or name in told
    }
