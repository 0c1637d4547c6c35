"""What the rules of a lifecycle decide, as one SELECT: expressions nested by tag, each condition as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    DateTimeField,
    Exists,
    Expression,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.fields.json import JSONField
from django.db.models.functions import Cast, Coalesce, Least, NullIf
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import FOREVER, CustomerStatus, Recommendation, RecommendationState, TransitionRule
from lifecycle.rules.nodes import Node, Operator, conditions, is_plain, metrics_of
from lifecycle.rules.parse import parse
from lifecycle.rules.steadiness import tightened, with_cooldown

from .conditions import compiled, flips
from .metrics import Evidence, UtcDay, instant, value_of
from .moments import AsOf, Moment, StartOfDay, named

_IDS = ArrayField(BigIntegerField())


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its tree parsed, cooldown included. ``from_tags`` holds tag ids; ``None`` is "no tag yet".

    ``tree_back`` is what has to hold where the move would lead back to where the customer came from.
    """

    id: int
    name: str
    from_tags: tuple[int | None, ...]
    to_tag: int
    tree: Node
    tree_back: Node
    is_refused: bool = False


def trees_of(row: TransitionRule) -> tuple[Node, Node]:
    """What has to hold for a move by the rule: at other times, and back to where the customer came from."""
    tree = with_cooldown(parse(row.conditions, CATALOGUE), row.cooldown_days)
    return tree, tightened(tree, row.hysteresis_percent) if row.hysteresis_percent else tree


def rule_of(row: TransitionRule, *, is_refused: bool = False) -> Rule:
    tree, tree_back = trees_of(row)
    return Rule(
        id=row.id,
        name=row.name,
        from_tags=(*(tag.id for tag in row.from_tags.all()), *((None,) if row.from_untagged else ())),
        to_tag=row.to_tag_id,
        tree=tree,
        tree_back=tree_back,
        is_refused=is_refused,
    )


def decision_select(
    lifecycle_id: int, rules: Iterable[Rule], shadows: Sequence[Iterable[Rule]] = ()
) -> tuple[str, dict[str, Moment]]:
    """The SELECT of ``Rulebook`` for any rules; parameters may be places of ``sql.moments``.

    Rules are nested by tag, ``CASE WHEN tag THEN CASE WHEN condition …``, so that a customer
    pays only for the rules of its tag.
    """
    by_tag, shadowed = _by_tag(rules), [_by_tag(order) for order in shadows]
    all_by_tag = {tag: _together(tag, by_tag, *shadowed) for tag in dict.fromkeys(chain(by_tag, *shadowed))}
    statuses = CustomerStatus.objects.filter(lifecycle_id=lifecycle_id).annotate(
        last_event_at=F("facts__last_event_at"),
        rule_id=Cast(_per_tag(by_tag, _winner, while_pinned=Value(None)), BigIntegerField()),
        matched=Cast(_per_tag(by_tag, _matches), _IDS),
        evidence=Cast(_per_tag(by_tag, _evidence), JSONField()),
        known=Cast(_per_tag(by_tag, _known_share), FloatField()),
        check_at=Cast(_per_tag(all_by_tag, _next_flip, while_pinned=_unpinned_at), DateTimeField()),
        check_seen=F("next_check__at"),
    )
    names = ["id", "customer_id", "tag_id", "version", "entered_at",
             "last_event_at", "rule_id", "matched", "evidence", "known", "check_at", "check_seen"]  # fmt: skip
    if shadowed:
        then = (_per_tag(order, _winner, while_pinned=Value(None)) for order in shadowed)
        statuses = statuses.annotate(winners_then=_array(*then))
        names.append("winners_then")
    columns = statuses.values_list(*names)
    sql, params = columns.order_by().query.sql_with_params()
    return named(sql, params)


def winners_select(
    lifecycle_id: int, before: Iterable[Rule], after: Iterable[Rule], tags: Iterable[int | None]
) -> tuple[str, dict[str, Moment]]:
    """One row a customer in one of the tags: customer_id, tag_id, and an array of the winner by each of two sets of
    rules, which is NULL where nobody wins by either."""
    wanted = list(tags)
    there = Q(tag_id__in=[tag for tag in wanted if tag is not None])
    first, second = _by_tag(before), _by_tag(after)
    both = {tag: (first.get(tag, []), second.get(tag, [])) for tag in wanted}
    winners = _per_tag(both, lambda lists: _both_winners(*lists), while_pinned=Value(None))
    statuses = CustomerStatus.objects.filter(there | Q(tag_id=None) if None in wanted else there)
    statuses = statuses.filter(lifecycle_id=lifecycle_id).annotate(winners=Cast(winners, _IDS))
    return named(*statuses.values_list("customer_id", "tag_id", "winners").order_by().query.sql_with_params())


def _by_tag(rules: Iterable[Rule]) -> dict[int | None, list[Rule]]:
    found: dict[int | None, list[Rule]] = {}
    for rule in rules:
        for tag in rule.from_tags:
            found.setdefault(tag, []).append(rule)
    return found


def _together(tag: int | None, *books: Mapping[int | None, list[Rule]]) -> list[Rule]:
    return list({rule.id: rule for book in books for rule in book.get(tag, ())}.values())


_PINNED = Q(GreaterThan(F("pinned_until"), Value(AsOf())))
_unpinned_at = NullIf(F("pinned_until"), Value(FOREVER))


def holds(rule: Rule) -> Q:
    """The tree, and that nobody said no to this move since the customer is in its tag."""
    if rule.is_refused:
        return _tree_holds(rule) & ~Q(Exists(_no_to(rule)))
    return _tree_holds(rule)


def _no_to(rule: Rule) -> QuerySet[Recommendation]:
    since = Coalesce(OuterRef("entered_at"), Value("-infinity"), output_field=DateTimeField())
    return Recommendation.objects.filter(
        Q(from_tag=OuterRef("tag")) | Q(from_tag=None),
        customer=OuterRef("customer"), rule=rule.id, state=RecommendationState.REJECTED, decided_at__gte=since,
    )  # fmt: skip


def _tree_holds(rule: Rule) -> Q:
    if rule.tree_back is rule.tree:
        return compiled(rule.tree)
    comes_from_elsewhere = Func(
        F("previous_tag"), Value(rule.to_tag), template="(%(expressions)s)", arg_joiner=" IS DISTINCT FROM ",
        output_field=BooleanField(),
    )  # fmt: skip
    return compiled(rule.tree) & (Q(comes_from_elsewhere) | compiled(rule.tree_back))


def _per_tag(  # type: ignore[no-untyped-def]
    by_tag: Mapping[int | None, Any], inner, *, while_pinned: Expression | None = None
) -> Expression:
    """One expression by tag; ``while_pinned`` takes its place for those whom automation leaves alone."""
    branches = []
    for tag, rules in by_tag.items():
        expression = inner(rules)
        if expression is not None:
            branches.append(When(Q(tag_id=tag) if tag is not None else Q(tag_id__isnull=True), then=expression))
    if while_pinned is not None:
        return Case(When(_PINNED, then=while_pinned), *branches)
    return Case(*branches) if branches else Value(None)


def _winner(rules: list[Rule]) -> Expression:
    return Case(*(When(holds(rule), then=Value(rule.id)) for rule in rules), output_field=BigIntegerField())


def _both_winners(before: list[Rule], after: list[Rule]) -> Expression | None:
    """The winners of two orders that have most rules in common: each condition is looked at once."""
    branches = []
    while before or after:
        if before and after and before[0] is after[0]:
            rule, before, after = before[0], before[1:], after[1:]
            found = _array(Value(rule.id), Value(rule.id))
        elif after and after[0] not in before:
            rule, after = after[0], after[1:]
            found = _array(_winner(before), Value(rule.id))
        else:
            rule, before = before[0], before[1:]
            found = _array(Value(rule.id), _winner(after))
        branches.append(When(holds(rule), then=found))
    return Case(*branches) if branches else None


def _array(*values: Expression) -> Func:
    return Func(*values, template="ARRAY[%(expressions)s]::bigint[]", output_field=_IDS)


def _matches(rules: list[Rule]) -> Expression:
    each = (Case(When(holds(rule), then=Value(rule.id)), output_field=BigIntegerField()) for rule in rules)
    return Func(
        *each,
        template="array_remove(ARRAY[%(expressions)s]::bigint[], NULL)",
        output_field=_IDS,
    )


def _evidence(rules: list[Rule]) -> Expression:
    return Case(
        *(When(holds(rule), then=Evidence(*(CATALOGUE[name] for name in metrics_of(rule.tree)))) for rule in rules)
    )


def _known_share(rules: list[Rule]) -> Expression | None:
    """Where a tree can hold though a value is missing. In a plain ``all`` every value is known when it holds."""
    if all(is_plain(rule.tree) for rule in rules):
        return None
    return Case(*(When(holds(rule), then=_share(rule)) for rule in rules))


def _share(rule: Rule) -> Expression:
    read = [condition.metric for condition in conditions(rule.tree) if condition.operator is not Operator.IS_KNOWN]
    if is_plain(rule.tree) or not read:
        return Value(1.0)
    values = (value_of(CATALOGUE[name]) for name in read)
    return Func(*values, template=f"num_nonnulls(%(expressions)s) / {len(read)}.0", output_field=FloatField())


def _next_flip(rules: list[Rule]) -> Expression | None:
    """The earliest instant at which a time predicate of any of the rules changes with no new data."""
    ages: dict[str, set[int]] = {}
    for rule in rules:
        for tree in {rule.tree, rule.tree_back}:
            for name, found in flips(tree).items():
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
