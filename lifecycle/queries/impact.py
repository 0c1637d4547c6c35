"""Who would move now, and who no longer, if a draft were published: one pass that decides by both sets of rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from lifecycle.models import Customer, StatusTag, TransitionRule
from lifecycle.sql.decision import rule_of, winners_select
from lifecycle.sql.moments import bind

from .in_force import in_force, rank_of
from .lists import published_rules

EXAMPLES = 5

_COUNT = """
SELECT tag_id, winners[1], winners[2], count(*),
    (array_agg(customer_id) FILTER (WHERE winners[1] IS DISTINCT FROM winners[2]))[1:%(most)s]
FROM ({winners}) AS w GROUP BY tag_id, winners ORDER BY 4 DESC
"""


@dataclass(frozen=True, slots=True)
class Change:
    """Customers in one tag whom the rules would lead elsewhere than now; ``None``: nowhere."""

    start: StatusTag | None
    before: StatusTag | None
    after: StatusTag | None
    customers: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """``looked_at``: the customers in the tags that the draft, or the version it would replace, starts from."""

    looked_at: int
    changes: tuple[Change, ...]

    @property
    def would_move(self) -> int:
        return sum(one.customers for one in self.changes if one.after and not one.before)

    @property
    def no_longer(self) -> int:
        return sum(one.customers for one in self.changes if one.before and not one.after)

    @property
    def elsewhere(self) -> int:
        return sum(one.customers for one in self.changes if one.before and one.after)


def impact(draft: TransitionRule, *, as_of: datetime, named: QuerySet[Customer]) -> Impact:
    """What publishing a draft would change at once, review aside; nothing is written.

    It counts everybody; the examples are of the customers ``named`` only.
    """
    force = in_force(draft.lifecycle_id)
    published = {rule.id: rule for rule in published_rules(draft.lifecycle)}
    before = [published[number] for number in force.rule_ids]
    replaced = [rule for rule in before if rule.key == draft.key]
    compiled = {rule.id: rule_of(rule, is_refused=rule.id in force.refused) for rule in (*before, draft)}
    tags = {tag for rule in (*replaced, draft) for tag in compiled[rule.id].from_tags}
    now = [compiled[number] for number in force.rule_ids]
    then = [compiled[number] for number in force.rule_ids_with(rank_of(draft))]
    sql, params = winners_select(draft.lifecycle_id, now, then, tags)
    known = {tag.id: tag for tag in draft.lifecycle.tags.all()}
    leads = {number: known[rule.to_tag] for number, rule in compiled.items()}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(winners=sql), {**bind(params, as_of), "most": EXAMPLES})
        counted = cursor.fetchall()
    names = named.in_bulk([one for row in counted for one in row[4] or ()])
    changes = [
        Change(
            start=known.get(tag),
            before=leads.get(old),
            after=leads.get(new),
            customers=count,
            examples=tuple(str(names[one]) for one in some or () if one in names),
        )
        for tag, old, new, count, some in counted
        if leads.get(old) != leads.get(new)
    ]
    return Impact(sum(row[3] for row in counted), tuple(changes))
