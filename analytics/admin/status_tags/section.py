"""A part of the page, and how its numbers read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from analytics.admin.board import Card
from analytics.admin.charts import Chart
from analytics.admin.words import NONE


@dataclass(frozen=True, slots=True)
class Section:
    """``says``: the answer in a sentence or two, before the pictures. ``more``: words and the address they lead to."""

    key: str
    title: str
    says: str = ""
    cards: Sequence[Card] = ()
    charts: Sequence[Chart] = ()
    more: tuple[str, str] | None = None


def rounded(value: Any) -> Decimal | None:
    """To one decimal, for tables."""
    return None if value is None else Decimal(str(round(float(value), 1)))


def long(value: Any, unit: str) -> str:
    """``3.2 hours``; ``–`` for nothing."""
    return NONE if value is None else f"{float(value):,.1f} {unit}"


def instant(at: datetime) -> str:
    return f"{at:%-d %b %Y, %H:%M}"
