"""How one value a customer becomes a figure, in SQL; ``analytics.rules.kpis.Fold`` names them."""

from __future__ import annotations

from analytics.rules.kpis import Fold

_FOLDS = {
    Fold.SHARE: "100.0 * avg(value)",
    Fold.MEAN: "avg(value)",
    Fold.SUM: "sum(value)",
    Fold.NPS: "100.0 * (count(*) FILTER (WHERE value >= 9) - count(*) FILTER (WHERE value <= 6)) / NULLIF(count(*), 0)",
}


def folded(statement: str, fold: Fold) -> str:
    """A statement that gives ``part, value, n`` of one that gives ``customer_id, value``."""
    return f"SELECT '' AS part, {_FOLDS[fold]} AS value, count(*) AS n FROM (\n{statement}\n) AS each"
