"""How figures read: a missing one is a dash, a rate of a few is a count. And where a customer's name leads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from analytics.rules.few import FEWEST
from analytics.rules.kpis import with_unit
from lifecycle.rules.explain import MINUS, written

NONE = "–"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
NO_KPIS = "There are no key figures yet: manage.py load_defaults loads the shipped ones."
NO_LIFECYCLE = "There is no lifecycle to choose yet: manage.py load_defaults loads the shipped ones."


def rate(part: float, whole: float) -> str:
    """In percent; of fewer than five: how many of how many."""
    if not whole:
        return NONE
    return f"{part / whole:.1%}" if whole >= FEWEST else f"{part:,.0f} of {whole:,.0f}"


def number_of(count: int, one: str, many: str = "") -> str:
    """``1 move``, ``1,250 moves``."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def figure(value: float | Decimal | None, unit: str = "") -> str:
    """``72.5%``, ``3,450``, ``$3,450``: one decimal of what is small. A ``number`` and a ``change`` always have it, so
    that they stand below each other."""
    if value is None:
        return NONE
    if unit == "money":
        return money(value)
    if unit in {"number", "change"}:
        return written(value, f"{'+' if unit == 'change' else ''},.1f")
    is_short = abs(float(value)) >= 1000 or value == int(value)
    return with_unit(written(value, f",.{0 if is_short else 1}f"), unit)


def money(value: float | Decimal, sign: str = "") -> str:
    """Whole units of the one currency that all amounts are in. ``sign``: ``+`` for what may be added or taken away."""
    code = settings.TENURE_CURRENCY
    shown = written(value, f"{sign},.0f") if round(value) else "0"
    digits = shown.lstrip(f"+{MINUS}")
    return f"{shown.removesuffix(digits)}{_SYMBOLS.get(code, f'{code} ')}{digits}"


def money_axis() -> dict[str, Any]:
    """``20k``, with the currency beside the axis."""
    return {"title": {"text": settings.TENURE_CURRENCY}, "tickformat": "~s"}


def in_money(column: str) -> str:
    """The head of a column of amounts."""
    return f"{column}, {settings.TENURE_CURRENCY}"


def unit_name(unit: str) -> str:
    return settings.TENURE_CURRENCY if unit == "money" else unit


def customer_page(number: int) -> str:
    return reverse("admin:lifecycle_customer_change", args=[number])
