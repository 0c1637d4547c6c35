"""The filters that authors may use. The library's own know no limits, so each is wrapped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from liquid.exceptions import FilterArgumentError
from liquid.undefined import is_undefined

KEPT = frozenset({
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "compact", "concat", "default", "divided_by",
    "downcase", "escape", "first", "floor", "has", "join", "last", "lstrip", "map", "minus", "modulo",
    "newline_to_br", "plus", "prepend", "remove", "remove_first", "replace", "replace_first", "reverse", "round",
    "rstrip", "size", "slice", "sort", "split", "squish", "strip", "strip_html", "strip_newlines", "sum", "times",
    "truncate", "truncatewords", "uniq", "upcase", "url_encode", "where",
})  # fmt: skip
LONGEST, LONGEST_ARGUMENT, MOST_ITEMS, BIGGEST = 50_000, 1_000, 1_000, 10**15
_DIRECTIVES = frozenset({
    "a", "A", "b", "B", "d", "-d", "e", "H", "-H", "I", "-I", "j", "m", "-m", "M", "p", "y", "Y", "%",
})  # fmt: skip


def bounded(known: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """The filters that are kept, none of which takes or gives more than the limits."""
    return {**{name: _bounded(name, known[name]) for name in KEPT}, "date": _date}


def _bounded(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(apply)
    def within_limits(value: object, *arguments: object, **named: Any) -> object:
        _check(name, value, LONGEST)
        if name != "default" and is_undefined(value):
            str(value)  # says that it is missing; arithmetic would take it for 0
        for argument in arguments:
            _check(name, argument, LONGEST if name in {"append", "prepend"} else LONGEST_ARGUMENT)
        found = apply(value, *arguments, **named)
        _check(name, found, LONGEST)
        return found

    return within_limits


def _check(name: str, value: object, longest: int) -> None:
    match value:
        case bool():
            return
        case str() if len(value) > longest:
            raise FilterArgumentError(f"{name} takes texts of {longest:,} characters at most", token=None)
        case list() | tuple() | dict() | range() if _is_long(value):
            raise FilterArgumentError(f"{name} takes lists of {MOST_ITEMS:,} items at most", token=None)
        case int() | float() if abs(value) > BIGGEST:
            raise FilterArgumentError(f"{name} takes numbers up to {BIGGEST:,}", token=None)
        case _:
            return


def _is_long(items: list[Any] | tuple[Any, ...] | dict[Any, Any] | range) -> bool:
    if isinstance(items, range):  # its length may be more than ``len`` can say
        return items.stop - items.start > MOST_ITEMS
    return len(items) > MOST_ITEMS or any(isinstance(one, str) and len(one) > LONGEST_ARGUMENT for one in items)


def _date(value: object, layout: object = "%Y-%m-%d") -> str:
    """A date or an instant, as ISO 8601 writes it, in another layout. There is no ``now``."""
    asked = set(re.findall(r"%(-?.|$)", str(layout)))
    if len(str(layout)) > 100 or not asked <= _DIRECTIVES:
        raise FilterArgumentError(f"date knows %{', %'.join(sorted(_DIRECTIVES))}", token=None)
    try:
        return datetime.fromisoformat(str(value)).strftime(str(layout))
    except ValueError:
        raise FilterArgumentError(f"date needs one such as 2026-03-31, not {str(value)[:40]!r}", token=None) from None
