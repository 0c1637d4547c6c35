"""How figures read: a missing one is a dash, a rate of a few is a count."""

from __future__ import annotations

from analytics.rules.kpis import FEWEST

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
