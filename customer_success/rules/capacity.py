"""How much of a success manager's time accounts take, and who takes the next ones."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from fractions import Fraction

# How many accounts of a tier fill a manager's time (spec 3: 1:1, 1:5, 1:20); none: looked after automatically.
Ratios = Mapping[str, int | None]


def weight(tier: str | None, ratios: Ratios) -> Fraction:
    """The share of a manager's time that an account of a tier takes."""
    ratio = ratios.get(tier or "")
    return Fraction(1, ratio) if ratio else Fraction(0)


def load(accounts: Mapping[str | None, int], ratios: Ratios) -> Fraction:
    """The share of a manager's time that accounts, numbers by tier, take in all; 1 is all of it."""
    return sum((number * weight(tier, ratios) for tier, number in accounts.items()), Fraction(0))


def balance(
    accounts: Iterable[tuple[int, str | None]], loads: Mapping[int, Fraction], ratios: Ratios
) -> dict[int, list[int]]:
    """Accounts (id, tier) by manager: the heaviest account first, each to whoever is least loaded then.

    Equal ones go by id, so that the same question has the same answer. Accounts that take no time are left out.
    """
    found: dict[int, list[int]] = {manager: [] for manager in loads}
    queue = [(already, manager) for manager, already in loads.items()]
    heapq.heapify(queue)
    weighed = ((weight(tier, ratios), number) for number, tier in accounts)
    for needs, number in sorted((one for one in weighed if one[0]), key=lambda one: (-one[0], one[1])):
        if not queue:
            break
        already, manager = queue[0]
        found[manager].append(number)
        heapq.heapreplace(queue, (already + needs, manager))
    return {manager: numbers for manager, numbers in found.items() if numbers}
