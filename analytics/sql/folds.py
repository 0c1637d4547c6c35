"""How one value a customer becomes a figure, in SQL; ``analytics.rules.kpis.Fold`` names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
_ACCOUNTS = "tenure_accounts(%(owners)s, %(lifecycle)s, %(as_of)s)"


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


def together(statements: Mapping[str, str]) -> str:
    """One statement that gives ``code, part, value, n`` of several, by code, that give ``part, value, n``. The accounts
    that they ask about are found once."""
    asked = "\nUNION ALL\n".join(
        f"SELECT '{code}' AS code, part::text, value::numeric, n FROM (\n{one}\n) AS told"
        for code, one in statements.items()
    )
    found = f"WITH asked_accounts AS MATERIALIZED (SELECT * FROM {_ACCOUNTS})\n" if _ACCOUNTS in asked else ""
    return found + asked.replace(_ACCOUNTS, "asked_accounts")


def at_instants(statement: str) -> str:
    """One statement of one that is asked at several instants: of a portfolio, planning costs more than asking."""
    return f"""SELECT asked.number, each.*
FROM unnest(%(instants)s::timestamptz[]) WITH ORDINALITY AS asked (at, number)
CROSS JOIN LATERAL (\n{statement.replace("%(as_of)s", "asked.at")}\n) AS each"""


def by_group(statement: str) -> str:
    """What the statistics of groups need, of one that gives ``customer_id, dimension, part, value`` (whole)."""
    return (
        "SELECT dimension, part, count(*) AS n, sum(value::int) AS total, sum(value::int * value::int) AS squares "
        f"FROM (\n{statement}\n) AS each GROUP BY dimension, part ORDER BY dimension, part"
    )


def of_group(statement: str) -> str:
    """The customers of one of these groups, those with the highest value first."""
    return (
        "SELECT c.id AS customer_id, tenure_name(c) AS name, each.value "
        f"FROM (\n{statement}\n) AS each JOIN lifecycle_customer AS c ON c.id = each.customer_id "
        "WHERE each.dimension = %(dimension)s AND each.part = %(part)s "
        "ORDER BY each.value DESC, c.id LIMIT %(most)s"
    )
