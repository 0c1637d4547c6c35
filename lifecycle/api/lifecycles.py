"""Which lifecycle a request speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from lifecycle.models import Lifecycle, StatusTag

DEFAULT = "learning"


def chosen(*codes: str | None) -> Lifecycle:
    """The lifecycle that the request names in its query or body.

    If it names none: the only active one; with several, ``learning`` if it is among them.
    Otherwise a ``ValidationError`` says which there are.
    """
    named = {code for code in codes if code is not None}
    if len(named) > 1:
        raise _wrong("The query and the body name different lifecycles.", "contradiction")
    lifecycles = {one.code: one for one in Lifecycle.objects.order_by("code")}
    there_are = f"There are: {', '.join(lifecycles) or 'none yet'}."
    if named:
        code = named.pop()
        if code not in lifecycles:
            raise _wrong(f"There is no lifecycle “{code[:40]}”. {there_are}", "does_not_exist")
        return lifecycles[code]
    active = {code: one for code, one in lifecycles.items() if one.is_active}
    if len(active) == 1:
        return next(iter(active.values()))
    if DEFAULT in active:
        return active[DEFAULT]
    raise _wrong(f"Name the lifecycle. {there_are}", "required")


def tag_of(tags: Mapping[str, StatusTag], code: str, field: str) -> StatusTag:
    """A tag of the lifecycle by its code, or a ``ValidationError`` at the field."""
    if code not in tags:
        message = f"There is no status tag “{code[:40]}” in this lifecycle. There are: {', '.join(tags)}."
        raise ValidationError({field: [ErrorDetail(message, "does_not_exist")]})
    return tags[code]


def _wrong(message: str, code: str) -> ValidationError:
    problems: dict[str, Any] = {"lifecycle": [ErrorDetail(message, code)]}
    return ValidationError(problems)
