"""Whether conditions can hold together, by the few values at which any of them changes its mind.

The thresholds of some trees cut the values of each metric into cells within which every condition is the same: below
the lowest, on each, between two, above the highest, and missing. One value of each cell stands for all of it, so a
search over them answers for every customer there could be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, product
from math import prod
from typing import Protocol

from .evaluate import holds, is_met
from .nodes import Condition, Node, Scalar, conditions, is_plain

MOST = 50_000  # combinations; beyond it there is no answer
_OTHER = "\x00another word"


class Measured(Protocol):
    """What has to be known of a metric: ``number``, ``text``, ``boolean`` or ``date``, its unit, its only words."""

    @property
    def type(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def choices(self) -> tuple[str, ...]: ...


class TooManyCells(ValueError):
    """The trees read so many metrics that the search was not made."""


def can_hold(trees: Sequence[Node], metrics: Mapping[str, Measured], *, but_not: Sequence[Node] = ()) -> bool:
    """Whether there could be a customer for whom all ``trees`` hold and none of ``but_not``.

    Raises ``TooManyCells``.
    """
    read = list(dict.fromkeys(one.metric for tree in (*trees, *but_not) for one in conditions(tree)))
    every = [one for tree in (*trees, *but_not) for one in conditions(tree)]
    surely = [one for tree in trees if is_plain(tree) for one in conditions(tree)]  # each of these has to be met
    cells = {
        name: [
            point
            for point in points((one for one in every if one.metric == name), metrics[name])
            if all(is_met(one, point) for one in surely if one.metric == name)
        ]
        for name in read
    }
    if prod(map(len, cells.values())) > MOST:
        raise TooManyCells(f"{len(read)} metrics have too many combinations of values to search")
    others = [tree for tree in trees if not is_plain(tree)]
    for chosen in product(*cells.values()):
        values = dict(zip(read, chosen, strict=True))
        if all(holds(tree, values) for tree in others) and not any(holds(tree, values) for tree in but_not):
            return True
    return False


def points(compared: Iterable[Condition], metric: Measured) -> list[Scalar | None]:
    """A value of each cell into which some conditions cut a metric; ``None`` is missing."""
    named = {value for one in compared for value in (one.value if isinstance(one.value, tuple) else (one.value,))}
    if metric.type == "boolean":
        return [None, False, True]
    if metric.type == "text":
        words = metric.choices or (*sorted(value for value in named if isinstance(value, str)), _OTHER)
        return [None, *words]
    if metric.type == "date":
        days = sorted(value for value in named if isinstance(value, date))
        return [None, *dict.fromkeys(day for at in days for day in _around(at)), *([] if days else [date(2000, 1, 1)])]
    numbers = sorted({Decimal(str(value)) for value in named if not isinstance(value, bool | str | date)})
    cut = numbers or [Decimal(0)]
    between = [(low + high) / 2 for low, high in pairwise(cut)]
    low, high = _bounds(metric)
    found = (cut[0] - 1, *cut, *between, cut[-1] + 1, *(end for end in (low, high) if end is not None))
    return [None, *sorted({one for one in found if (low is None or one >= low) and (high is None or one <= high)})]


def _bounds(metric: Measured) -> tuple[Decimal | None, Decimal | None]:
    if metric.unit == "%":
        return Decimal(0), Decimal(100)
    return (Decimal(0), None) if metric.unit == "days" else (None, None)


def _around(day: date) -> tuple[date, ...]:
    one = timedelta(days=1)
    return (*((day - one,) if day > date.min else ()), day, *((day + one,) if day < date.max else ()))
