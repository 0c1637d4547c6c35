"""Why a customer would be moved by a rule, why not, and what would have to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import (
    FOREVER,
    Customer,
    CustomerStatus,
    Lifecycle,
    Recommendation,
    ReviewReason,
    Switch,
    SwitchKind,
    TransitionRule,
)
from lifecycle.rules.confidence import known_share
from lifecycle.rules.evaluate import holds
from lifecycle.rules.explain import Line, changes, lines, met
from lifecycle.rules.nodes import metrics_of
from lifecycle.sql.statements import REASONS_OF_ONE

from .freshness import collecting_is_late, stale_feeds, stale_metrics
from .in_force import InForce, in_force, stopped
from .lists import published_rules, recommendation_waiting, refused_rules
from .standing import metric_values, tree_for


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one rule stands for one customer.

    ``stale``: a sentence for each metric that is not fresh. ``obstacles``: why the rule does not move the customer
    though its conditions may hold. ``asks``: why a person will be asked instead. ``changes``: what would have to
    become true, the shortest way. ``met`` of ``parts``: how much of the outermost ``all`` holds.
    """

    rule: TransitionRule
    starts_here: bool
    holds: bool
    lines: tuple[Line, ...]
    stale: Mapping[str, str]
    obstacles: tuple[str, ...]
    changes: tuple[str, ...]
    met: int
    parts: int
    asks: tuple[ReviewReason, ...] = ()
    waiting: Recommendation | None = None

    @property
    def verdict(self) -> str:
        """In one sentence."""
        if self.holds and self.asks:
            return f"The next evaluation asks a person: {_joined([_lower(reason.label) for reason in self.asks])}."
        if self.holds and not self.obstacles:
            return f"The next evaluation moves the customer to {self.rule.to_tag.name}."
        if self.holds:
            return f"The conditions hold, but {_joined(self.obstacles)}."
        if not self.starts_here:
            return "The rule does not start from where the customer is."
        return f"Not yet: {self.met} of {self.parts} conditions are met."


def explain(
    customer: Customer, lifecycle: Lifecycle, *, as_of: datetime, from_here: bool = False
) -> tuple[Explanation, ...]:
    """Every rule in force as it stands for a customer, in the order in which they win; those that start elsewhere last.

    ``from_here``: only those that start where the customer is. The number of statements does not grow with the rules.
    """
    status = CustomerStatus.objects.filter(customer=customer, lifecycle=lifecycle).first()
    tag_id = status.tag_id if status else None
    force = in_force(lifecycle.id, is_live=False)
    place = {rule_id: number for number, rule_id in enumerate(force.rule_ids)}
    rules = [(rule, _starts(rule, tag_id)) for rule in published_rules(lifecycle)]
    rules.sort(key=lambda one: place.get(one[0].id, len(place)))
    rules = sorted((one for one in rules if one[1] or not from_here), key=lambda one: not one[1])
    trees = {rule.id: tree_for(rule, status.previous_tag_id if status else None) for rule, _ in rules}
    names = list(dict.fromkeys(name for tree in trees.values() for name in metrics_of(tree)))
    values = metric_values(customer, lifecycle, as_of=as_of, names=names)
    stale = stale_metrics(names, stale_feeds(as_of), is_late=collecting_is_late(as_of))
    general = _general_obstacles(lifecycle, status, as_of)
    off = set(_switched_off(lifecycle))
    waiting = recommendation_waiting(customer, lifecycle)
    refused = refused_rules(customer, lifecycle, since=status.entered_at if status else None)
    found: list[Explanation] = []
    winner: TransitionRule | None = None
    for rule, starts_here in rules:
        tree = trees[rule.id]
        own_stale = {name: stale[name] for name in metrics_of(tree) if name in stale}
        does_hold = starts_here and holds(tree, values)
        met_parts, parts = met(tree, values)
        obstacles = [*general, *own_stale.values()]
        if rule.key in off:
            obstacles.append("the rule is switched off")
        if rule.id in refused:
            obstacles.append("a person said no to it since the customer is in this tag")
        if waiting and waiting.rule_id == rule.id:
            obstacles.append("the move waits for a person's decision")
        elif not rule.is_automatic:
            obstacles.append("a person has to approve it")
        if does_hold and winner is not None:
            obstacles.append(f"“{winner.name}” goes first")
        found.append(
            Explanation(
                rule=rule,
                starts_here=starts_here,
                holds=does_hold,
                lines=lines(tree, values, CATALOGUE),
                stale=own_stale,
                obstacles=tuple(dict.fromkeys(one.rstrip(".") for one in obstacles)),
                changes=changes(tree, values, CATALOGUE),
                met=met_parts,
                parts=parts,
                waiting=waiting if waiting and waiting.rule_id == rule.id else None,
            )
        )
        if does_hold and not own_stale and rule.key not in off and rule.id not in refused:
            winner = winner or rule
    first = next((one for one in found if one.holds and not one.obstacles), None)
    if first is None or status is None:
        return tuple(found)
    asks = _reasons(
        status, first.rule, force, as_of=as_of, matched=[one.rule.id for one in found if one.holds],
        trust=force.confidences[first.rule.id] * known_share(trees[first.rule.id], values),
    )  # fmt: skip
    return tuple(replace(one, asks=asks) if one is first else one for one in found)


def _reasons(
    status: CustomerStatus,
    rule: TransitionRule,
    force: InForce,
    *,
    as_of: datetime,
    matched: list[int],
    trust: Decimal,
) -> tuple[ReviewReason, ...]:
    """Why a person will be asked about the rule that wins; empty if nobody will be."""
    params = {
        **force.review, "rule_ids": list(force.confidences), "confidences": list(force.confidences.values()),
        "lifecycle": status.lifecycle_id, "customer": status.customer_id, "tag": status.tag_id, "as_of": as_of,
        "rule": rule.id, "matched": matched, "confidence": trust,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(REASONS_OF_ONE, params)
        return tuple(ReviewReason(reason) for reason in cursor.fetchone()[0])


def _starts(rule: TransitionRule, tag_id: int | None) -> bool:
    return rule.from_untagged if tag_id is None else any(tag.id == tag_id for tag in rule.from_tags.all())


def _general_obstacles(lifecycle: Lifecycle, status: CustomerStatus | None, as_of: datetime) -> list[str]:
    found = [why] if (why := stopped(lifecycle)) else []
    if not lifecycle.is_active:
        found.append(f"“{lifecycle}” is not active")
    if status and status.pinned_until and status.pinned_until > as_of:
        until = "released" if status.pinned_until == FOREVER else f"{status.pinned_until:%Y-%m-%d %H:%M} UTC"
        found.append(f"the customer is pinned until {until}")
    return found


def _switched_off(lifecycle: Lifecycle) -> list[str]:
    off = Switch.objects.filter(kind=SwitchKind.RULE, lifecycle=lifecycle, is_on=False)
    return list(off.values_list("rule_key", flat=True))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
