"""What a rule in shadow would have changed since it went there, beside what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from lifecycle.models import Customer, TransitionRule

from .impact import EXAMPLES, Change

_CHANGES = """
SELECT from_tag_id, old_to, new_to, count(*), (array_agg(customer_id ORDER BY id DESC))[1:%(most)s],
    count(*) FILTER (WHERE old_to IS NULL AND EXISTS (
        SELECT FROM (SELECT * FROM lifecycle_transition WHERE customer_id = d.customer_id OFFSET 0) AS t
        WHERE t.lifecycle_id = %(lifecycle)s AND t.applied_at > d.decided_at AND t.to_tag_id = d.new_to)),
    count(*) FILTER (WHERE winner_then_id = rule_id)
FROM (SELECT s.*, n.to_tag_id AS old_to, t.to_tag_id AS new_to FROM lifecycle_shadowdecision AS s
      LEFT JOIN lifecycle_transitionrule AS n ON n.id = s.winner_now_id
      LEFT JOIN lifecycle_transitionrule AS t ON t.id = s.winner_then_id
      WHERE s.rule_id = %(rule)s) AS d
GROUP BY 1, 2, 3 ORDER BY 4 DESC
"""
_A_DAY = """
SELECT (decided_at AT TIME ZONE 'UTC')::date, count(*) FROM lifecycle_shadowdecision
WHERE rule_id = %(rule)s AND winner_then_id = rule_id GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Foreseen(Change):
    """``came_later``: how many of them the rules in force have led to the same tag since."""

    came_later: int


@dataclass(frozen=True, slots=True)
class Shadow:
    """``changes``: customers whom it would have led elsewhere. ``same``: those whom it
    would have moved to where the rules in force moved them.

    ``moves_a_day``: the moves that it would have made itself.
    """

    changes: tuple[Foreseen, ...]
    same: int
    moves_a_day: Mapping[date, int]

    @property
    def would_move(self) -> int:
        return sum(self.moves_a_day.values())

    @property
    def no_longer(self) -> int:
        return sum(one.customers for one in self.changes if one.before and not one.after)


def shadow_of(rule: TransitionRule, *, named: QuerySet[Customer]) -> Shadow:
    """What was recorded of a rule while it was in shadow; the most frequent change first.

    It counts everybody; the examples are of the customers ``named`` only.
    """
    params = {"rule": rule.id, "lifecycle": rule.lifecycle_id, "most": EXAMPLES}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, params)
        counted = cursor.fetchall()
        cursor.execute(_A_DAY, params)
        days = dict(cursor.fetchall())
    tags = {tag.id: tag for tag in rule.lifecycle.tags.all()}
    names = named.in_bulk([one for row in counted for one in row[4]])
    changes = [
        Foreseen(tags.get(start), tags.get(old), tags.get(new), count, _told(some, names), later)
        for start, old, new, count, some, later, _ in counted
        if old != new
    ]
    return Shadow(tuple(changes), sum(row[6] for row in counted if row[1] == row[2]), days)


def _told(some: list[int], names: Mapping[int, Customer]) -> tuple[str, ...]:
    return tuple(str(names[one]) for one in some if one in names)
