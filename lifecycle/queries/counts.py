"""How many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q

from lifecycle.models import CustomerStatus, Lifecycle, StatusTag
from lifecycle.rules.nodes import Node
from lifecycle.sql.conditions import compiled

from .at import first_at
from .portfolio import of_owners

COUNTS_SECONDS = 30


@dataclass(frozen=True, slots=True)
class TagCount:
    tag: StatusTag
    customers: int


@dataclass(frozen=True, slots=True)
class TagCounts:
    """How many customers are in each tag of a lifecycle, as counted at ``as_of``; ``untagged`` have not entered it."""

    lifecycle: Lifecycle
    as_of: datetime
    counts: tuple[TagCount, ...]
    untagged: int

    @property
    def customers(self) -> int:
        return sum(count.customers for count in self.counts)


def tag_counts(lifecycle: Lifecycle, *, now: datetime, owners: frozenset[int] | None = None) -> TagCounts:
    """Customers by tag, in the order of the tags, tags without customers included; ``owners``: theirs alone.

    Counted at most once in ``COUNTS_SECONDS``: the one figure whose price grows with the number of customers.
    """
    key = f"tag-counts:{lifecycle.id}:{_scope(owners)}"
    known = cache.get(key)
    if known is None:
        rows = CustomerStatus.objects.filter(lifecycle=lifecycle)
        if owners is not None:
            rows = of_owners(rows, owners)
        known = (now, dict(rows.values_list("tag").annotate(n=Count("id")).order_by()))
        cache.set(key, known, COUNTS_SECONDS)
    as_of, by_tag = known
    counts = tuple(TagCount(tag, by_tag.get(tag.id, 0)) for tag in lifecycle.tags.all())
    return TagCounts(lifecycle, as_of, counts, by_tag.get(None, 0))


def _scope(owners: frozenset[int] | None) -> str:
    return "everybody" if owners is None else sha256(repr(sorted(owners)).encode()).hexdigest()


def matching_now(
    *, lifecycle: Lifecycle, tree: Node, from_tags: Iterable[StatusTag], from_untagged: bool, as_of: datetime
) -> int:
    """How many customers in the tags meet the condition at an instant; one statement."""
    starts = Q(tag__in=list(from_tags))
    if from_untagged:
        starts |= Q(tag__isnull=True)
    statuses = CustomerStatus.objects.filter(starts, compiled(tree), lifecycle=lifecycle).order_by().values_list("id")
    row = first_at(statuses, as_of, "SELECT count(*) FROM ({}) AS matching")
    return int(row[0]) if row else 0


def plans(*, most: int = 100) -> list[str]:
    """The plans that customers have, read by hops along their index: its price is the number of plans."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE known AS (
                (SELECT plan FROM lifecycle_customer WHERE plan IS NOT NULL ORDER BY plan LIMIT 1)
                UNION ALL
                SELECT (SELECT c.plan FROM lifecycle_customer AS c WHERE c.plan > known.plan ORDER BY c.plan LIMIT 1)
                FROM known WHERE known.plan IS NOT NULL
            )
            SELECT plan FROM known WHERE plan IS NOT NULL LIMIT %s
            """,
            [most],
        )
        return [plan for (plan,) in cursor.fetchall()]
