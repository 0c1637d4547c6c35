"""How one value a customer becomes a figure, in SQL; ``analytics.rules.kpis.Fold`` names them."""

from __future__ import annotations

from collections.abc import Callable

from analytics.rules.kpis import Fold

PROMOTERS, DETRACTORS = "promoters", "detractors"
_PROMOTERS, _DETRACTORS = "count(*) FILTER (WHERE value >= 9)", "count(*) FILTER (WHERE value <= 6)"
_FOLDS = {
    Fold.SHARE: "100.0 * avg(value)",
    Fold.MEAN: "avg(value)",
    Fold.MEDIAN: "(percentile_cont(0.5) WITHIN GROUP (ORDER BY value))::numeric",
    Fold.SUM: "COALESCE(sum(value), 0)",
    Fold.RATIO: "100.0 * sum(value) / NULLIF(sum(whole), 0)",
    Fold.NPS: f"100.0 * ({_PROMOTERS} - {_DETRACTORS}) / NULLIF(count(*), 0)",
}


Statement = Callable[[str], str]


def as_it_is(statement: str) -> str:
    return statement


def folded(statement: str, fold: Fold) -> str:
    """A statement that gives ``part, value, n`` of one that gives ``customer_id, value``. Of a net promoter score the
    promoters and the detractors are parts as well."""
    counts, parts = f"count(*) AS n, {_FOLDS[fold]} AS figure", "('', figure)"
    if fold is Fold.NPS:
        counts += f", {_PROMOTERS} AS promoters, {_DETRACTORS} AS detractors"
        parts += f", ('{PROMOTERS}', promoters), ('{DETRACTORS}', detractors)"
    return f"""SELECT part, value, n
FROM (SELECT {counts} FROM (\n{statement}\n) AS each) AS folded
CROSS JOIN LATERAL (VALUES {parts}) AS parts (part, value)"""


def by_group(statement: str) -> str:
    """What the statistics of groups need, of one that gives ``customer_id, dimension, part, value`` (whole)."""
    return (
        "SELECT dimension, part, count(*) AS n, sum(value::int) AS total, sum(value::int * value::int) AS squares "
        f"FROM (\n{statement}\n) AS each GROUP BY dimension, part ORDER BY dimension, part"
    )


def of_group(statement: str) -> str:
    """The customers of one of these groups, those with the highest value first."""
    return (
        "SELECT c.id AS customer_id, COALESCE(c.name, c.email, c.external_id) AS name, each.value "
        f"FROM (\n{statement}\n) AS each JOIN lifecycle_customer AS c ON c.id = each.customer_id "
        "WHERE each.dimension = %(dimension)s AND each.part = %(part)s "
        "ORDER BY each.value DESC, c.id LIMIT %(most)s"
    )
