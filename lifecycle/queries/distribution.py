"""How the values of a metric are spread over customers now, and how many of them meet one condition on it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, FloatField, Func, IntegerField, Q, Value
from django.db.models.functions import Cast

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.metrics.sources import Metric
from lifecycle.models import CustomerStatus, Lifecycle, StatusTag
from lifecycle.rules.nodes import Condition
from lifecycle.sql.conditions import compiled
from lifecycle.sql.metrics import value_of

from .at import rows_at
from .counts import tag_counts

BARS = 20
MOST_VALUES = 6
SAMPLE = 50_000
_SCALES = ("number", "date")

# Numbers, and dates as days: bars of one width from the 1st to the 99th percentile, the few beyond in the outer bars.
# Whole numbers get bars of a whole width, each up to the next whole number.
_NUMBERS = f"""
WITH sample AS MATERIALIZED ({{}}),
finite AS MATERIALIZED (SELECT x, met FROM sample WHERE x > '-Infinity' AND x < 'Infinity'),
span AS (
    SELECT percentile_disc(0.01) WITHIN GROUP (ORDER BY x) AS low,
        percentile_disc(0.99) WITHIN GROUP (ORDER BY x) AS high, bool_and(x = floor(x)) AS is_whole
    FROM finite
),
reach AS (SELECT low, is_whole, high - low + is_whole::int AS reach FROM span),
step AS (
    SELECT *, CASE WHEN is_whole THEN ceil(reach / {BARS}) WHEN reach > 0 THEN reach / {BARS} ELSE 1 END AS width
    FROM reach
),
scale AS (SELECT *, greatest(least(ceil(reach / width), {BARS}), 1)::int AS bars FROM step),
bars AS (
    SELECT least(greatest(floor((x - low) / width), 0), bars - 1)::int AS place, count(*) AS n,
        count(*) FILTER (WHERE met) AS meeting
    FROM finite, scale GROUP BY 1
)
SELECT (SELECT count(*) FROM sample), (SELECT count(*) FROM finite), (SELECT count(*) FROM sample WHERE met),
    (SELECT jsonb_agg(jsonb_build_array(place, n, meeting)) FROM bars), low, width, is_whole, bars
FROM scale
"""
_VALUES = f"""
WITH sample AS MATERIALIZED ({{}}),
kinds AS MATERIALIZED (
    SELECT x, count(*) AS n, count(*) FILTER (WHERE met) AS meeting FROM sample WHERE x IS NOT NULL GROUP BY x
)
SELECT (SELECT count(*) FROM sample), (SELECT count(x) FROM sample), (SELECT count(*) FROM sample WHERE met),
    (SELECT jsonb_agg(jsonb_build_array(x, n, meeting))
     FROM (SELECT * FROM kinds ORDER BY n DESC, x LIMIT {MOST_VALUES}) AS frequent)
"""


class _Days(Func):
    """A date as days since 1970; infinite dates stay infinite."""

    template = "(extract(epoch FROM %(expressions)s) / 86400)::double precision"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Bar:
    """Customers with one value (text, bool), or with numbers from ``value`` on, one width wide."""

    value: float | str | bool
    customers: int
    meeting: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """``looked_at`` of ``customers`` were looked at; ``known`` of these have a value, ``meeting`` meet the condition.

    ``bars``: for numbers and dates (as days since 1970) from left to right, ``width`` each; for texts and yes or no
    the most frequent values, of free texts only what several customers share: not all who see rules see customers.
    """

    metric: Metric
    customers: int
    looked_at: int
    known: int
    meeting: int
    bars: tuple[Bar, ...]
    width: float = 0
    is_whole: bool = False

    @property
    def is_scale(self) -> bool:
        return self.metric.type in _SCALES


def distribution(
    name: str,
    *,
    lifecycle: Lifecycle,
    condition: Condition | None,
    from_tags: Iterable[StatusTag],
    from_untagged: bool,
    as_of: datetime,
    most: int = SAMPLE,
) -> Distribution:
    """The values of a metric among the customers in the tags, without any in the whole lifecycle; one statement.

    Where they are more than ``most``, it looks at about that many, always at the same ones.
    """
    metric, tags = CATALOGUE[name], set(from_tags)
    customers = _counted(lifecycle, tags, from_untagged, as_of)
    statuses = CustomerStatus.objects.filter(lifecycle=lifecycle).order_by()
    if tags or from_untagged:
        statuses = statuses.filter(Q(tag__in=tags) | (Q(tag=None) if from_untagged else Q()))
    is_sampled = customers > most
    if is_sampled:
        lot = Func(F("customer_id"), function="hashint8", output_field=IntegerField()) % ceil(customers / most)
        statuses = statuses.alias(lot=lot).filter(lot=0)
    met = ExpressionWrapper(compiled(condition), BooleanField()) if condition else Value(value=False)
    sample = statuses.annotate(x=_comparable(metric), met=met).values_list("x", "met")
    [row] = rows_at(sample, as_of, _NUMBERS if metric.type in _SCALES else _VALUES)
    looked_at, known, meeting, found, *scale = row
    found = json.loads(found or "[]")
    counts = (customers if is_sampled else looked_at, looked_at, known, meeting)  # the tags' count may be of before
    if metric.type not in _SCALES:
        told = [bar for bar in (Bar(*one) for one in found) if _may_be_told(bar, metric)]
        return Distribution(metric, *counts, tuple(told))
    low, width, is_whole, number = scale
    counted = {place: (n, met) for place, n, met in found}
    bars = [Bar(low + place * width, *counted.get(place, (0, 0))) for place in range(number if found else 0)]
    return Distribution(metric, *counts, tuple(bars), width, bool(is_whole))


def _comparable(metric: Metric) -> Any:
    value = value_of(metric)
    match metric.type:
        case "number":
            return Cast(value, FloatField())
        case "date":
            return _Days(value)
        case _:
            return value


def _counted(lifecycle: Lifecycle, tags: set[StatusTag], from_untagged: bool, now: datetime) -> int:
    """How many customers are concerned, as of the last count; it says how many to leave out."""
    counts = tag_counts(lifecycle, now=now)
    if not tags and not from_untagged:
        return counts.customers + counts.untagged
    return sum(one.customers for one in counts.counts if one.tag in tags) + (counts.untagged if from_untagged else 0)


def _may_be_told(bar: Bar, metric: Metric) -> bool:
    return bool(metric.choices) or metric.type == "boolean" or bar.customers > 1
