"""Cohorts: customers who have a tag in a lifecycle, by the month in which they enrolled or by what they have.

What a cohort did is told by months (UTC) since its own: 0 is the first. A month counts once it is over; what is not
over yet, for nobody of a cohort, is left out and not told as nought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from lifecycle.models import Lifecycle
from lifecycle.queries import known_until
from lifecycle.rules.traits import PRODUCT_TAGS, TIERS

from .kept import kept
from .reports import Told

MOST_VALUES = 8  # cohorts by value; customers with rarer ones are the others
MOST_MONTHS = 24  # cohorts by month, the newest
_OTHERS, _NONE = -1, 0
T = TypeVar("T")


class By(StrEnum):
    MONTH = "month"
    PLAN = "plan"
    TIER = "tier"
    PRODUCT_TAG = "product_tag"
    TRAIT = "trait"


class Only(StrEnum):
    """Which customers of a cohort, by the tags that they may get to: in one now, ever moved into one, or not yet."""

    ALL = ""
    THERE = "there"
    REACHED = "reached"
    NOT_REACHED = "not_reached"


class Basis(StrEnum):
    """What counts as activity."""

    ACTIVITY = "activity"  # a day on which the customer did anything
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose cohorts, by what. ``owners``: the portfolio; ``None``: everybody. ``trait``: its name, where it is by one.
    ``months``: how many after the first are told. ``since``: the first month of enrollment that is shown, such as
    ``2026-01``, where it is by month; empty: the newest are."""

    lifecycle: Lifecycle
    owners: Collection[int] | None
    now: datetime
    by: By = By.MONTH
    trait: str = ""
    months: int = 12
    since: str = ""

    @property
    def as_of(self) -> datetime:
        """Of a history that was imported, its end: what came after is not known, and not nothing."""
        return known_until(self.lifecycle, as_of=self.now)


@dataclass(frozen=True, slots=True)
class Cohort:
    """``value``: what its customers have in common, such as ``2026-03``; empty: they are the others, or have none."""

    name: str
    value: str = ""

    @property
    def code(self) -> str:
        """What it is asked for by: its value, ``~others`` or ``~none``; a value with ``~`` in front has one more."""
        if not self.value:
            return f"~{self.name.lower()}"
        return f"~{self.value}" if self.value.startswith("~") else self.value


@dataclass(frozen=True, slots=True)
class Progress:
    """How many customers of a cohort were in each tag (by id; ``None``: had none yet), by month, and are now."""

    cohort: Cohort
    months: Sequence[Mapping[int | None, int]]
    now: Mapping[int | None, int]

    @property
    def customers(self) -> int:
        return sum(self.now.values())


@dataclass(frozen=True, slots=True)
class Retained:
    """Of the customers whose month is over, those who were active in it (classic), and in it or later (rolling)."""

    customers: int
    classic: int
    rolling: int


@dataclass(frozen=True, slots=True)
class Retention:
    cohort: Cohort
    months: Sequence[Retained]

    @property
    def customers(self) -> int:
        return self.months[0].customers


@dataclass(frozen=True, slots=True)
class Members:
    """Customers of some cohorts, each with its own; of none, where nothing that is shown is called so."""

    as_of: datetime
    cohorts: Sequence[Cohort]
    rows: Sequence[tuple[Cohort, Any]]


def progress(asking: Asking) -> tuple[datetime, list[Progress]]:
    """The cohorts in their order, and the instant of which they tell."""
    as_of, cohorts, rows = _ask("cohort_progress", asking, months=asking.months)
    found: dict[int, dict[int | None, dict[int | None, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        found[row.cohort][row.period][row.tag_id] = row.customers
    return as_of, [
        Progress(cohort, _in_order(found[key]), found[key][None]) for key, cohort in cohorts.items() if key in found
    ]


def retention(asking: Asking, basis: Basis) -> tuple[datetime, list[Retention]]:
    """As ``progress``; by month, a cohort is who was first active in it. Who never was is in none."""
    as_of, cohorts, rows = _ask("retention_months", asking, months=asking.months, basis=basis)
    found: dict[int, dict[int | None, Retained]] = defaultdict(dict)
    for row in rows:
        found[row.cohort][row.period] = Retained(row.customers, row.classic, row.rolling)
    return as_of, [Retention(cohort, _in_order(found[key])) for key, cohort in cohorts.items() if key in found]


def durations(asking: Asking, tags: Collection[int]) -> tuple[datetime, list[tuple[Cohort, list[Any]]]]:
    """Of each cohort rows of ``days, is_reached, customers``: to the first move into one of the tags, or until now."""
    as_of, cohorts, rows = _ask("durations_to_tags", asking, tags=sorted(tags))
    return as_of, [
        (cohort, own) for key, cohort in cohorts.items() if (own := [row for row in rows if row.cohort == key])
    ]


def members(asking: Asking, tags: Collection[int], *, cohort: str = "", only: Only = Only.ALL, most: int) -> Members:
    """The customers whom ``progress`` and ``durations`` count, who enrolled last first; of one cohort, by its code."""
    values, about = _values(asking), {"tags": sorted(tags)}
    is_by_month = asking.by == By.MONTH
    counted = _told("durations_to_tags", asking, values, **about).rows if is_by_month else ()
    shown = _cohorts(asking, values, {row.cohort for row in counted})
    asked = {key: one for key, one in shown.items() if cohort in ("", one.code)}
    if not asked:
        return Members(asking.as_of, [], [])
    told = _told("cohort_customers", asking, values, **about, cohorts=sorted(asked), only=only, most=most)
    return Members(told.as_of, list(asked.values()), [(asked[row.cohort], row) for row in told.rows])


def _ask(report: str, asking: Asking, **more: Any) -> tuple[datetime, dict[int, Cohort], Sequence[Any]]:
    values = _values(asking)
    told = _told(report, asking, values, **more)
    return told.as_of, _cohorts(asking, values, {row.cohort for row in told.rows}), told.rows


def _values(asking: Asking) -> list[str]:
    """Those that are cohorts of their own, the largest first."""
    if asking.by == By.MONTH:
        return []
    about: dict[str, Any] = {"lifecycle": asking.lifecycle.id, "by": asking.by, "trait": asking.trait}
    said = kept("cohort_values", owners=asking.owners, now=asking.as_of, most=MOST_VALUES, **about)
    return [row.value for row in said.rows]


def _told(report: str, asking: Asking, values: Sequence[str], **more: Any) -> Told:
    about = {"lifecycle": asking.lifecycle.id, "by": asking.by, "trait": asking.trait, "shown": values, **more}
    return kept(report, owners=asking.owners, now=asking.as_of, **about)


def _cohorts(asking: Asking, values: Sequence[str], keys: Collection[int]) -> dict[int, Cohort]:
    if asking.by == By.MONTH:
        months = [(key, _month(key)) for key in sorted(keys)]
        later = [one for one in months if one[1].value >= asking.since]
        return dict(later[:MOST_MONTHS] if asking.since else later[-MOST_MONTHS:])
    names = {By.TIER: TIERS, By.PRODUCT_TAG: PRODUCT_TAGS}.get(asking.by, {})
    named = {place: Cohort(names.get(value, value), value) for place, value in enumerate(values, start=1)}
    return {**named, _OTHERS: Cohort("Others"), _NONE: Cohort("None")}


def _month(number: int) -> Cohort:
    first = date(number // 12, number % 12 + 1, 1)
    return Cohort(f"{first:%b %Y}", f"{first:%Y-%m}")


def _in_order(periods: Mapping[int | None, T]) -> list[T]:
    return [periods[period] for period in sorted(one for one in periods if one is not None)]
