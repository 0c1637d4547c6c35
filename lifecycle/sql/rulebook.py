"""The published rules of a lifecycle, compiled once to the SELECT that decides for each customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
    Expression,
    F,
    Func,
    Q,
    Value,
    When,
)
from django.db.models.fields.json import JSONField
from django.db.models.functions import Cast, Least
from django.db.models.lookups import GreaterThanOrEqual

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import CustomerStatus, RuleState, TransitionRule
from lifecycle.rules.nodes import Node, metrics_of
from lifecycle.rules.parse import parse

from .conditions import compiled, flips
from .metrics import Evidence, UtcDay, instant
from .moments import StartOfDay, named


@dataclass(frozen=True, slots=True)
class Rule:
    """A published rule with its tree parsed. ``from_tags`` holds tag ids; ``None`` is "no tag yet"."""

    id: int
    name: str
    from_tags: tuple[int | None, ...]
    to_tag: int
    tree: Node


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one lifecycle in the order in which they win, and their SELECT.

    The SELECT has one row a customer: id, customer_id, tag_id, version, entered_at,
    last_event_at, rule_id (the winner or NULL), matched (ids of all rules that hold),
    evidence, check_at (when it has to be looked at again), check_seen (what stands there now).
    """

    lifecycle_id: int
    rules: tuple[Rule, ...]
    sql: str
    params: Mapping[str, StartOfDay]

    @property
    def sql_in_range(self) -> str:
        """The SELECT for customers from ``%(first)s`` to ``%(last)s``.

        Each table is told its own range: PostgreSQL carries equality over a join, but not a range, and would read
        the whole of the others.
        """
        keys = ("lifecycle_customerstatus.customer_id", "lifecycle_customerfacts.customer_id", "lifecycle_customer.id")
        ranges = (f"{key} BETWEEN %(first)s AND %(last)s" for key in keys if f'"{key.partition(".")[0]}"' in self.sql)
        return " AND ".join((self.sql, *ranges))

    @property
    def sql_of_these(self) -> str:
        """The SELECT for ``%(customers)s``. One table is told: a list told to each is read again for each row."""
        return f"{self.sql} AND lifecycle_customerstatus.customer_id = ANY(%(customers)s)"

    def names(self, rule_ids: Iterable[int]) -> str:
        wanted = set(rule_ids)
        return ", ".join(f"“{rule.name}”" for rule in self.rules if rule.id in wanted)


def rulebook(lifecycle_id: int) -> Rulebook:
    """The rulebook as published now. Published rules never change, so their ids name it."""
    published = TransitionRule.objects.filter(lifecycle_id=lifecycle_id, state=RuleState.PUBLISHED)
    return _compiled(lifecycle_id, tuple(published.order_by("priority", "id").values_list("id", flat=True)))


@lru_cache(maxsize=64)
def _compiled(lifecycle_id: int, rule_ids: tuple[int, ...]) -> Rulebook:
    stored = TransitionRule.objects.filter(id__in=rule_ids).prefetch_related("from_tags").order_by("priority", "id")
    rules = tuple(
        Rule(
            id=row.id,
            name=row.name,
            from_tags=(*(tag.id for tag in row.from_tags.all()), *((None,) if row.from_untagged else ())),
            to_tag=row.to_tag_id,
            tree=parse(row.conditions, CATALOGUE),
        )
        for row in stored
    )
    sql, params = decision_select(lifecycle_id, rules)
    return Rulebook(lifecycle_id, rules, sql, params)


def decision_select(lifecycle_id: int, rules: Iterable[Rule]) -> tuple[str, dict[str, StartOfDay]]:
    """The SELECT of ``Rulebook`` for any rules; parameters may be places of ``sql.moments``.

    Rules are nested by tag, ``CASE WHEN tag THEN CASE WHEN condition …``, so that a customer
    pays only for the rules of its tag.
    """
    by_tag: dict[int | None, list[Rule]] = {}
    for rule in rules:
        for tag in rule.from_tags:
            by_tag.setdefault(tag, []).append(rule)

    statuses = CustomerStatus.objects.filter(lifecycle_id=lifecycle_id).annotate(
        last_event_at=F("facts__last_event_at"),
        rule_id=Cast(_per_tag(by_tag, _winner), BigIntegerField()),
        matched=Cast(_per_tag(by_tag, _matches), ArrayField(BigIntegerField())),
        evidence=Cast(_per_tag(by_tag, _evidence), JSONField()),
        check_at=Cast(_per_tag(by_tag, _next_flip), DateTimeField()),
        check_seen=F("next_check__at"),
    )
    columns = statuses.values_list(
        "id", "customer_id", "tag_id", "version", "entered_at",
        "last_event_at", "rule_id", "matched", "evidence", "check_at", "check_seen",
    )  # fmt: skip
    sql, params = columns.order_by().query.sql_with_params()
    return named(sql, params)


def _per_tag(by_tag: Mapping[int | None, list[Rule]], inner) -> Expression:  # type: ignore[no-untyped-def]
    branches = []
    for tag, rules in by_tag.items():
        expression = inner(rules)
        if expression is not None:
            branches.append(When(Q(tag_id=tag) if tag is not None else Q(tag_id__isnull=True), then=expression))
    return Case(*branches) if branches else Value(None)


def _winner(rules: list[Rule]) -> Expression:
    return Case(*(When(compiled(rule.tree), then=Value(rule.id)) for rule in rules), output_field=BigIntegerField())


def _matches(rules: list[Rule]) -> Expression:
    each = (Case(When(compiled(rule.tree), then=Value(rule.id)), output_field=BigIntegerField()) for rule in rules)
    return Func(
        *each,
        template="array_remove(ARRAY[%(expressions)s]::bigint[], NULL)",
        output_field=ArrayField(BigIntegerField()),
    )


def _evidence(rules: list[Rule]) -> Expression:
    return Case(
        *(
            When(compiled(rule.tree), then=Evidence(*(CATALOGUE[name] for name in metrics_of(rule.tree))))
            for rule in rules
        )
    )


def _next_flip(rules: list[Rule]) -> Expression | None:
    """The earliest instant at which a time predicate of any of the rules changes with no new data."""
    ages: dict[str, set[int]] = {}
    for rule in rules:
        for name, found in flips(rule.tree).items():
            ages.setdefault(name, set()).update(found)
    nexts = [_next_age(name, sorted(found)) for name, found in ages.items() if found]
    if not nexts:
        return None
    return nexts[0] if len(nexts) == 1 else Least(*nexts)


def _next_age(name: str, ages: list[int]) -> Expression:
    since = instant(name)
    reaches = (
        When(Q(GreaterThanOrEqual(since, Value(StartOfDay(1 - age)))), then=_EndOfLaterDay(UtcDay(since), days=age))
        for age in ages
    )
    return Case(*reaches, output_field=DateTimeField())


class _EndOfLaterDay(Func):
    """The last instant of the day some days after a date."""

    template = "(((%(expressions)s + %(days)s + 1)::timestamp AT TIME ZONE 'UTC') - interval '1 microsecond')"
    output_field = DateTimeField()
