"""Which tier a customer is in by its annual revenue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from lifecycle.rules.traits import TIERS

# The highest first.
ORDER = tuple(TIERS)


def tier_of(revenue: Decimal, begins: Mapping[str, Decimal]) -> str | None:
    """The highest tier that begins at or below a revenue; ``begins``: from which revenue on each tier is."""
    return next((tier for tier in ORDER if tier in begins and begins[tier] <= revenue), None)


def is_upgrade(before: str | None, after: str) -> bool:
    """Whether a tier is above the one before; from no tier, each is."""
    return before not in ORDER or ORDER.index(after) < ORDER.index(before)


def problems_of(begins: Mapping[str, Decimal]) -> Iterator[str]:
    """What is wrong with the revenues at which tiers begin: the higher tier begins higher, the lowest at 0."""
    known = [tier for tier in ORDER if tier in begins]
    for higher, lower in pairwise(known):
        if begins[higher] <= begins[lower]:
            yield (
                f"{TIERS[higher]} has to begin above {TIERS[lower]}; "
                f"these begin at {begins[higher]:,.2f} and {begins[lower]:,.2f}."
            )
    if known and begins[known[-1]] != 0:
        yield f"{TIERS[known[-1]]} is the lowest tier and has to begin at 0, so that every account has one."
