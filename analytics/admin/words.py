"""How figures read: a missing one is a dash, a rate of a few is a count. And where a customer's name leads."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse

from analytics.rules.few import FEWEST
from analytics.rules.kpis import with_unit

NONE = "–"
NO_LIFECYCLE = "There is no lifecycle to choose yet: manage.py load_defaults loads the shipped ones."


def rate(part: float, whole: float) -> str:
    """In percent; of fewer than five: how many of how many."""
    if not whole:
        return NONE
    return f"{part / whole:.1%}" if whole >= FEWEST else f"{part:,.0f} of {whole:,.0f}"


def amount(value: float | None, unit: str = "") -> str:
    if value is None:
        return NONE
    return {"%": f"{value:,.0f}%", "hours": f"{value:,.1f} h", "change": f"{value:+,.1f}", "number": f"{value:,.1f}",
            "points": f"{value:,.1f}"}.get(unit, f"{value:,.0f}")  # fmt: skip


def figure(value: Decimal, unit: str) -> str:
    """Of a key figure: ``72.5%``, ``3,450``: one decimal of what is small."""
    exact = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.1f}"
    return with_unit(exact, unit)


def money(value: Decimal) -> str:
    return f"{value:,.0f}"


def customer_page(number: int) -> str:
    return reverse("admin:lifecycle_customer_change", args=[number])
