"""Lists narrowed to a success manager."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from lifecycle.api.filters import MAX_ID


class CsmFilter(filters.NumberFilter):
    """A success manager by id. One that nobody has is a mistake, not an empty list."""

    def __init__(self, field_name: str) -> None:
        super().__init__(
            field_name=field_name, label="Id of a success manager.", min_value=1, max_value=MAX_ID, decimal_places=0
        )

    def filter(self, qs: QuerySet[Any], value: Decimal | None) -> QuerySet[Any]:
        if value is not None and not get_user_model().objects.filter(id=int(value)).exists():
            raise ValidationError({"csm": f"There is no user {value}."})
        return super().filter(qs, value)
