"""What becomes of one value a customer, in SQL: a figure (``analytics.rules.kpis.Fold``), groups, a list."""

from __future__ import annotations

from collections.abc import Callable

from analytics.rules.kpis import Fold

_FOLDS = {
    Fold.SHARE: "100.0 * avg(value)",
    Fold.MEAN: "avg(value)",
    Fold.SUM: "sum(value)",
    Fold.NPS: "100.0 * (count(*) FILTER (WHERE value >= 9) - count(*) FILTER (WHERE value <= 6)) / NULLIF(count(*), 0)",
}


Statement = Callable[[str], str]


def as_it_is(statement: str) -> str:
    return statement


def folded(statement: str, fold: Fold) -> str:
    """A statement that gives ``part, value, n`` of one that gives ``customer_id, value``."""
    return f"SELECT '' AS part, {_FOLDS[fold]} AS value, count(*) AS n FROM (\n{statement}\n) AS each"


def by_group(statement: str) -> str:
    """What the statistics of groups need, of one that gives ``customer_id, dimension, part, value``."""
    return (
        "SELECT dimension, part, count(*) AS n, sum(value::numeric) AS total, sum(value::numeric ^ 2) AS squares "
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
