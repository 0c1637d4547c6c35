"""Places in a compiled statement that are filled with an instant when it runs.

A statement is compiled once for its rules and runs at many instants; these stand among its
parameters until ``bind`` puts the real instants in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lifecycle.rules.calendar import end_of, last_complete_day, start_of


@dataclass(frozen=True, slots=True)
class StartOfDay:
    """The start of the day ``offset`` days after the last complete day."""

    offset: int = 0


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """The end of the last complete day."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant of the evaluation itself."""


def named(sql: str, params: Iterable[object]) -> tuple[str, dict[str, object]]:
    """Turn a statement with ``%s`` places into one with named places, so that it can be put into another."""
    values = {f"p{index}": value for index, value in enumerate(params)}
    names = iter(values)
    return re.sub(r"%%|%s", lambda found: "%%" if found[0] == "%%" else f"%({next(names)})s", sql), values


def bind(params: Mapping[str, object], as_of: datetime) -> dict[str, object]:
    """The parameters with every place filled for ``as_of``."""
    day = last_complete_day(as_of)
    return {name: _filled(param, as_of, day) for name, param in params.items()}


def _filled(param: object, as_of: datetime, day: date) -> object:
    match param:
        case StartOfDay(offset):
            return start_of(day, offset=offset)
        case EndOfDay():
            return end_of(day)
        case AsOf():
            return as_of
        case _:
            return param
