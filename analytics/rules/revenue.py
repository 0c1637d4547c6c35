"""Revenue retention: how the revenue of customers moved from one period to the next, and what share of it stayed.

Formulas: the standard terms of the field. A customer is active in a period when it brought revenue in it; those active
in the period before are the ones that rates are about, so that new and reactivated customers never enter them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from .few import FEWEST

ZERO = Decimal(0)
PERIODS = 12  # how many are told of


class Basis(StrEnum):
    CONTRACTS = "contracts"
    ORDERS = "orders"


class Unit(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "year": 12}[self]


class Split(StrEnum):
    TIER = "tier"
    PLAN = "plan"
    INDUSTRY = "industry"


class Movement(StrEnum):
    """``unchanged`` is none: as much as before."""

    NEW = "new"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    UNCHANGED = "unchanged"


GAINS = (Movement.NEW, Movement.REACTIVATION, Movement.EXPANSION)
LOSSES = (Movement.CONTRACTION, Movement.CHURN)
MOVEMENTS = (*GAINS, *LOSSES)
OF_BEFORE = (Movement.EXPANSION, *LOSSES, Movement.UNCHANGED)  # movements of customers that were active before


@dataclass(frozen=True, slots=True)
class Moved:
    """What customers with the same movement brought in the period before and in this one."""

    customers: int = 0
    before: Decimal = ZERO
    after: Decimal = ZERO

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Revenue:
    """A period. ``start``, ``end``: all revenue of the period before and of this one, summed apart from ``moved``."""

    period: date
    start: Decimal
    end: Decimal
    customers: int
    moved: Mapping[Movement, Moved] = field(default_factory=dict)

    def of(self, movement: Movement) -> Moved:
        return self.moved.get(movement, Moved())

    @property
    def change(self) -> Decimal:
        """What the movements come to."""
        return sum((one.change for one in self.moved.values()), ZERO)

    @property
    def difference(self) -> Decimal:
        """Between that and how revenue changed: zero, or the figures are wrong."""
        return self.end - self.start - self.change

    @property
    def customers_before(self) -> int:
        """Who was active in the period before."""
        return sum(self.of(one).customers for one in OF_BEFORE)

    @property
    def is_few(self) -> bool:
        """Too few customers for their rates to be judged."""
        return self.customers_before < FEWEST

    @property
    def grr(self) -> Decimal | None:
        """Gross revenue retention: (start - contraction - churn) / start. The growth of one never offsets another's
        loss."""
        return share(self.start + sum(self.of(one).change for one in LOSSES), self.start)

    @property
    def nrr(self) -> Decimal | None:
        """Net revenue retention: (start - contraction - churn + expansion) / start."""
        return share(sum((self.of(one).after for one in OF_BEFORE), ZERO), self.start)

    @property
    def logo_churn(self) -> Decimal | None:
        """Customers of the period before that are not active in this one, of all of those."""
        return share(Decimal(self.of(Movement.CHURN).customers), Decimal(self.customers_before))

    @property
    def logo_retention(self) -> Decimal | None:
        return less(self.logo_churn)

    @property
    def gross_churn(self) -> Decimal | None:
        return less(self.grr)

    @property
    def net_churn(self) -> Decimal | None:
        """Below zero where customers grew by more than was lost."""
        return less(self.nrr)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None


def less(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else 1 - rate


def annual(rate: Decimal | None, unit: Unit) -> Decimal | None:
    """A year of such periods: 1 - (1 - m)^12 for months, never 12 m."""
    return None if rate is None else 1 - (1 - rate) ** (12 // unit.months)


def start_of(day: date, unit: Unit) -> date:
    """The first day of the period that a day is in."""
    return day.replace(month=(day.month - 1) // unit.months * unit.months + 1, day=1)


def moved_by(period: date, unit: Unit, number: int) -> date:
    """The period so many later; earlier below zero."""
    months = period.year * 12 + period.month - 1 + number * unit.months
    return date(months // 12, months % 12 + 1, 1)


def last_period(today: date, unit: Unit) -> date:
    """The newest that is over."""
    return moved_by(start_of(today, unit), unit, -1)


def periods(since: date, until: date, unit: Unit) -> Iterator[date]:
    """From ``since`` to before ``until``."""
    while since < until:
        yield since
        since = moved_by(since, unit, 1)


def named(period: date, unit: Unit) -> str:
    """``Feb 2026``, ``Q1 2026``, ``2026``."""
    if unit is Unit.MONTH:
        return f"{period:%b %Y}"
    return f"Q{(period.month + 2) // 3} {period.year}" if unit is Unit.QUARTER else f"{period.year}"
