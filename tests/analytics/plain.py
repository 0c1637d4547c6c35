"""Key figures counted by hand: loops over rows, no SQL of the reports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal
from statistics import mean, median
from typing import Any

from django.contrib.auth.models import User

from analytics.queries.reports import ask, run, statement_of
from analytics.rules.kpis import BY_CODE, Fold
from lifecycle.models import Customer, Lifecycle, RolledBack, Transition


def reported(code: str, *, owners: Collection[int] | None, as_of: datetime) -> tuple[Any, int]:
    """Value and number of customers, as the statement folds them."""
    rows = run(statement_of(f"kpi_{code}"), owners=owners, as_of=as_of, lifecycle=_lifecycle(code))
    figure = next(row for row in rows if row.part == "")
    return figure.value, figure.n


def values(code: str, *, owners: Collection[int] | None, as_of: datetime) -> dict[int, Any]:
    """By customer; a ratio gives value and whole."""
    rows = ask(f"kpi_{code}", owners=owners, as_of=as_of, lifecycle=_lifecycle(code))
    found = {row.customer_id: (row.value, row.whole) if hasattr(row, "whole") else row.value for row in rows}
    assert len(found) == len(rows), "a customer stands there twice"
    return found


def folded(code: str, by_customer: Mapping[int, Any]) -> Any:
    """What the values of customers come to."""
    each, fold = list(by_customer.values()), BY_CODE[code].fold
    if fold is Fold.SUM:
        return sum(each)
    if not each:
        return None
    if fold is Fold.RATIO:
        return 100 * sum(Decimal(part) for part, _ in each) / sum(Decimal(whole) for _, whole in each)
    if fold is Fold.NPS:
        return Decimal(100) * (sum(one >= 9 for one in each) - sum(one <= 6 for one in each)) / len(each)
    numbers = [Decimal(one) for one in each]
    if fold is Fold.MEDIAN:
        return median(numbers)
    return mean(numbers) * (100 if fold is Fold.SHARE else 1)


def is_near(found: Any, expected: Any) -> bool:
    if found is None or expected is None:
        return found is expected
    return abs(Decimal(found) - Decimal(expected)) < Decimal("0.000001")


WHOSE = ("everybody", "portfolio", "nobody")


def assert_as_by_hand(code: str, by_hand: Mapping[int, Any], *, whose: str, owner: User, as_of: datetime) -> None:
    """Of those whom ``whose`` names, each customer's value, their number and what they come to."""
    owners = {"everybody": None, "portfolio": {owner.id}, "nobody": {0}}[whose]
    kept = Customer.objects.all() if owners is None else Customer.objects.filter(owner__in=owners)
    theirs = set(kept.values_list("id", flat=True))
    expected = {one: value for one, value in by_hand.items() if one in theirs}

    found = values(code, owners=owners, as_of=as_of)
    value, n = reported(code, owners=owners, as_of=as_of)

    assert found.keys() == expected.keys()
    assert all(found[one] == expected[one] or is_near(found[one], expected[one]) for one in found)
    assert n == len(expected)
    assert is_near(value, folded(code, expected))


def assert_tells_apart(
    figure: Callable[[datetime], Mapping[int, Any]], *, now: datetime, past: datetime, fewest: int
) -> None:
    """A world in which a figure is the same for everybody, or never changes, proves nothing."""
    expected = figure(now)

    assert len(expected) >= fewest
    assert len(set(expected.values())) > 1
    assert expected != figure(past)


def standing_moves(code: str, as_of: datetime) -> dict[int, list[Transition]]:
    """By customer, in their order: those that were neither taken back by then nor took another back."""
    reversals = set(RolledBack.objects.exclude(reversal_id=None).values_list("reversal_id", flat=True))
    gone: set[int] = set()
    for one in RolledBack.objects.exclude(reversal_id=None).select_related("rollback"):
        undone = getattr(one.rollback, "undone_by", None)
        if one.rollback.made_at <= as_of and not (undone and undone.made_at <= as_of):
            batch = range(one.first_id, one.last_id + 1)
            gone |= {move.id for move in Transition.objects.filter(customer=one.customer_id) if move.id in batch}
    found: dict[int, list[Transition]] = {}
    for move in _moves(code):
        if move.applied_at <= as_of and move.id not in gone | reversals:
            found.setdefault(move.customer_id, []).append(move)
    return found


def tags_at(code: str, as_of: datetime) -> dict[int, Any]:
    """By customer, of those that had one."""
    found = {}
    for move in _moves(code):
        if move.applied_at <= as_of:
            found[move.customer_id] = move.to_tag
    return {customer: tag for customer, tag in found.items() if tag}


def _moves(code: str) -> Any:
    """In their order."""
    moves = Transition.objects.filter(lifecycle=_lifecycle(code)).select_related("to_tag", "from_tag", "rule")
    return moves.order_by("applied_at", "id")


def _lifecycle(code: str) -> int | None:
    found = Lifecycle.objects.filter(code=BY_CODE[code].lifecycle).first()
    return found.id if found else None
