"""How revenue reads, and where its figures lead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from analytics.queries.revenue import Looked
from analytics.rules.revenue import Movement, Split
from lifecycle.rules.explain import written

from .board import address
from .words import NONE, money


def signed(value: Decimal) -> str:
    return money(value, "+")


def percent(rate: Decimal | None) -> str:
    return NONE if rate is None else written(rate, ".1%")


def points(rate: Decimal, before: Decimal | None) -> str:
    """Against the period before."""
    return "" if before is None else f"{written(100 * (rate - before), '+.1f')} points"


def in_percent(rate: Decimal | None) -> Decimal | str:
    """A number for tables and files; nothing where there is none."""
    return "" if rate is None else round(100 * rate, 1)


def moved_list(
    looked: Looked, period: date, movement: Movement | None = None, split: Split | None = None, part: str = ""
) -> str:
    """The address of the customers of a movement, a period, a part."""
    asked = {"basis": looked.basis, "unit": looked.unit, "period": period, "movement": movement, "split": split}
    given = {name: str(value) for name, value in asked.items() if value} | ({"part": part} if split else {})
    return address("revenue_customers", **given)
