"""Places in a compiled statement that are filled with an instant when it runs.

A statement is compiled once for its rules and runs at many instants; these stand among its
parameters until ``bind`` puts the real instants in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.sql import Literal

from lifecycle.rules.calendar import last_complete_day, start_of


@dataclass(frozen=True, slots=True)
class StartOfDay:
    """The start of the day ``offset`` days after the last complete day."""

    offset: int = 0


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant itself."""


Moment = StartOfDay | AsOf


def named(sql: str, params: Iterable[object]) -> tuple[str, dict[str, Moment]]:
    """Turn a statement with ``%s`` places into one with a named place for each moment, equal ones sharing a name.

    Constants are written into the text as literals, once: what stays to be bound at each run is the time.
    """
    names: dict[Moment, str] = {}
    values = iter(params)

    def written(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        value = next(values)
        if isinstance(value, Moment):
            return f"%({names.setdefault(value, f'moment_{len(names)}')})s"
        return Literal(value).as_string().replace("%", "%%")

    text = re.sub(r"%%|%s", written, sql)
    return text, {name: moment for moment, name in names.items()}


def bind(moments: Mapping[str, Moment], as_of: datetime) -> dict[str, Any]:
    """The parameters with every place filled for ``as_of``."""
    day = last_complete_day(as_of)
    return {
        name: start_of(day, offset=moment.offset) if isinstance(moment, StartOfDay) else as_of
        for name, moment in moments.items()
    }
