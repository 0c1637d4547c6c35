"""Revenue retention of everybody (computed at night) or of a portfolio, by contracts or by orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import dropwhile
from typing import Any

from analytics.rules.revenue import (
    PERIODS,
    ZERO,
    Basis,
    Moved,
    Movement,
    Revenue,
    Split,
    Unit,
    last_period,
    moved_by,
    periods,
)

from .kept import Keep, NotKept, kept, only_known
from .reports import Told, ask

TOTAL = "total"
LARGEST = 10
RENEWAL_DAYS = 90


@dataclass(frozen=True, slots=True)
class Looked:
    """At whose revenue one looks, and how. ``now``: periods that are over by then count."""

    basis: Basis
    unit: Unit
    owners: Collection[int] | None
    now: datetime

    @property
    def last(self) -> date:
        return last_period(self.now.astimezone(UTC).date(), self.unit)

    def ask(self, report: str, first: date, last: date, **about: Any) -> Told:
        """A report about the periods ``first`` to ``last``."""
        until = moved_by(last, self.unit, 1)
        span: dict[str, Any] = {"basis": str(self.basis), "unit": str(self.unit), "since": first, "until": until}
        if about.get("most", LARGEST) is None:  # lists without an end are for files
            return Told(self.now, ask(report, owners=self.owners, as_of=self.now, **span, **about))
        return kept(report, owners=self.owners, now=self.now, keep=Keep.NIGHT, **span, **about)


def revenue(looked: Looked) -> Told:
    """A ``Revenue`` for each of the last periods, the earliest first, from the first with revenue on."""
    first = moved_by(looked.last, looked.unit, 1 - PERIODS)
    told = looked.ask("movement_totals", first, looked.last, split=None)
    found = _revenues(told.rows, periods(first, moved_by(looked.last, looked.unit, 1), looked.unit), looked.unit)
    return Told(told.as_of, list(dropwhile(lambda one: not (one.start or one.end), found)))


def known_revenue(looked: Looked) -> Told | None:
    """As ``revenue``, where nothing has to be computed of everybody; ``None``: the night has not brought it yet."""
    if looked.owners is not None:
        return revenue(looked)
    with only_known():
        try:
            return revenue(looked)
        except NotKept:
            return None


def revenue_by(looked: Looked, split: Split) -> Told:
    """Pairs of a part, such as a tier (empty: of those without one), and its ``Revenue`` of the last period."""
    told = looked.ask("movement_totals", looked.last, looked.last, split=str(split))
    parts: dict[str, list[Any]] = {}
    for row in told.rows:
        parts.setdefault(row.part, []).append(row)
    found = [(part, *_revenues(rows, [looked.last], looked.unit)) for part, rows in parts.items()]
    return Told(told.as_of, sorted(found, key=lambda one: (-one[1].start, -one[1].end, one[0])))


def largest(looked: Looked) -> Told:
    """The customers that brought most in the last period, each with the total of all customers."""
    return looked.ask("revenue_largest", looked.last, looked.last, most=LARGEST)


def moved_customers(
    looked: Looked, period: date, *, movement: Movement | None, split: Split | None, part: str | None, most: int | None
) -> Told:
    """The customers behind a movement (``None``: all of them) of a period."""
    about = {"movement": movement and str(movement), "split": split and str(split), "part": part}
    return looked.ask("movement_customers", period, period, **about, most=most)


def renewals(*, owners: Collection[int] | None, now: datetime, most: int | None) -> Told:
    """The contracts due in the next 90 days, the earliest first."""
    if most is None:
        return Told(now, ask("renewals_due", owners=owners, as_of=now, days=RENEWAL_DAYS, most=None))
    return kept("renewals_due", owners=owners, now=now, days=RENEWAL_DAYS, most=most)


def renewals_by_health(*, owners: Collection[int] | None, now: datetime) -> Told:
    return kept("renewals_by_health", owners=owners, now=now, days=RENEWAL_DAYS)


def _revenues(rows: Sequence[Any], wanted: Iterable[date], unit: Unit) -> list[Revenue]:
    totals = {row.period: row for row in rows if row.movement == TOTAL}
    moved: dict[date, dict[Movement, Moved]] = {}
    for row in rows:
        if row.movement != TOTAL:
            moved.setdefault(row.period, {})[Movement(row.movement)] = Moved(row.customers, row.before, row.after)
    return [
        Revenue(
            period=period,
            start=_total(totals.get(moved_by(period, unit, -1))),
            end=_total(totals.get(period)),
            customers=totals[period].customers if period in totals else 0,
            moved=moved.get(period, {}),
        )
        for period in wanted
    ]


def _total(row: Any) -> Any:
    return row.after if row else ZERO
