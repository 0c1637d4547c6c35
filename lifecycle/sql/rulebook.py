"""The published rules of a lifecycle, compiled once to the SELECT that decides for each customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lifecycle.models import TransitionRule

from .decision import Rule, decision_select, rule_of
from .moments import Moment

_IN_RANGE = "BETWEEN %(first)s AND %(last)s"
_AMONG_THESE = "lifecycle_customerstatus.customer_id = ANY(%(customers)s)"
_BESIDE = ("lifecycle_collectedmetrics", "lifecycle_reportedmetrics")
_JOINED = '("lifecycle_customerstatus"."customer_id" = "{table}"."customer_id"'


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one lifecycle in the order in which they win, and their SELECT.

    The SELECT has one row a customer: id, customer_id, tag_id, version, entered_at,
    last_event_at, rule_id (the winner or NULL), matched (ids of all rules that hold), evidence,
    known (the share of the winner's conditions whose values are known), check_at (when it has
    to be looked at again), check_seen (what stands there now); with rules in shadow, too,
    winners_then (for each of ``shadows``, the winner if it were published).
    """

    lifecycle_id: int
    rules: tuple[Rule, ...]
    shadows: tuple[int, ...]
    sql: str
    params: Mapping[str, Moment]

    @property
    def sql_in_range(self) -> str:
        """The SELECT for customers from ``%(first)s`` to ``%(last)s``.

        Each table is told its own range: PostgreSQL carries equality over a join, but not a range, and would read
        the whole of the others.
        """
        keys = ("lifecycle_customerstatus.customer_id", "lifecycle_customerfacts.customer_id", "lifecycle_customer.id")
        ranges = (f"{key} {_IN_RANGE}" for key in keys if f'"{key.partition(".")[0]}"' in self.sql)
        # Who has no row there stays: the range goes into the condition of the join.
        sql = self.sql
        for table in _BESIDE:
            joined = _JOINED.format(table=table)
            sql = sql.replace(joined, f"{joined} AND {table}.customer_id {_IN_RANGE}")
        return " AND ".join((sql, *ranges))

    @property
    def sql_of_these(self) -> str:
        """The SELECT for ``%(customers)s``. One table is told: a list told to each is read again for each row."""
        return f"{self.sql} AND {_AMONG_THESE}"

    @property
    def sql_of_these_in_range(self) -> str:
        """The same for ``%(customers)s`` that lie between ``%(first)s`` and ``%(last)s``."""
        return f"{self.sql_in_range} AND {_AMONG_THESE}"

    def names(self, rule_ids: Iterable[int]) -> str:
        wanted = set(rule_ids)
        return ", ".join(f"“{rule.name}”" for rule in self.rules if rule.id in wanted)


def rulebook_as_stored(
    lifecycle_id: int,
    rule_ids: tuple[int, ...],
    refused: frozenset[int] = frozenset(),
    shadows: tuple[tuple[int, tuple[int, ...]], ...] = (),
) -> Rulebook:
    """The rulebook of published rules in the order given, as they stand in the database now.

    ``refused``: the rules to which people said no; they leave alone whom the no was about. ``shadows``: rules in
    shadow, each with all rules in order as if it were published.
    """
    wanted = {*rule_ids, *(shadow for shadow, _ in shadows)}
    stored = TransitionRule.objects.prefetch_related("from_tags").in_bulk(wanted)
    rules = {rule_id: rule_of(stored[rule_id], is_refused=rule_id in refused) for rule_id in wanted}
    book = [rules[rule_id] for rule_id in rule_ids]
    sql, params = decision_select(lifecycle_id, book, [[rules[one] for one in order] for _, order in shadows])
    return Rulebook(lifecycle_id, tuple(book), tuple(shadow for shadow, _ in shadows), sql, params)


# Published rules never change, so their ids name the book.
rulebook = lru_cache(maxsize=64)(rulebook_as_stored)
