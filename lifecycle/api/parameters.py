"""Query parameters: unknown, repeated and empty ones are mistakes, never silently skipped."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from django.http import QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError


def check(given: QueryDict, known: Collection[str]) -> None:
    """Raise a ``ValidationError`` that names each parameter which would otherwise change nothing."""
    problems: dict[str, list[ErrorDetail]] = {}
    for name, values in given.lists():
        if name not in known:
            problems[name[:80]] = [ErrorDetail(_unknown(name, known), "unknown_parameter")]
        elif len(values) > 1:
            problems[name] = [ErrorDetail("This parameter is given more than once.", "repeated")]
        elif not values[0].strip():
            problems[name] = [ErrorDetail("This parameter is empty; leave it out instead.", "blank")]
    if problems:
        raise ValidationError(problems)


def yes_or_no(given: QueryDict, name: str) -> bool:
    """A parameter that is ``true`` or ``false``; false where it is left out."""
    value = given.get(name, "false")
    if value not in {"true", "false"}:
        raise ValidationError({name: [ErrorDetail("Use true or false.", "invalid_choice")]})
    return value == "true"


def _unknown(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name[:80], known, n=1, cutoff=0.5)
    if near:
        return f"There is no such parameter; did you mean {near[0]}?"
    return f"There is no such parameter; use {', '.join(sorted(known))}." if known else "This takes no parameters."
