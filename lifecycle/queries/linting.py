"""Rules that are likely a mistake beside those in force."""

from __future__ import annotations

from django.db.models import DateTimeField, Q

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.metrics.sources import Attribute, Fact, Metric, Reported
from lifecycle.models import (
    CollectedMetrics,
    Customer,
    CustomerFacts,
    Lifecycle,
    ReportedMetrics,
    RuleState,
    TransitionRule,
)
from lifecycle.rules.lint import Finding, Move, lint_rules
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse

from .lists import published_rules, rules


def lint(rule: TransitionRule) -> tuple[str, ...]:
    """What is likely a mistake about a rule, a sentence each."""
    return lint_move(move_of(rule), rule.lifecycle)


def lint_move(move: Move, lifecycle: Lifecycle) -> tuple[str, ...]:
    """The same for a rule that is being written, beside those in force; it takes the place of the one with its key.

    What was to be said of the others without it is not said again.
    """
    others = [move_of(other) for other in published_rules(lifecycle) if other.key != move.key]
    known = {finding.sentence for finding in _findings(others, lifecycle)}
    return tuple(one.sentence for one in _findings([*others, move], lifecycle) if one.sentence not in known)


def lint_lifecycle(lifecycle: Lifecycle, *, with_drafts: bool) -> tuple[Finding, ...]:
    """What is likely a mistake about the rules in force, or about them with the drafts in their places."""
    drafts = rules().filter(lifecycle=lifecycle, state=RuleState.DRAFT) if with_drafts else ()
    moves = {rule.key: move_of(rule) for rule in (*published_rules(lifecycle), *drafts)}
    return _findings([*moves.values()], lifecycle, looks_at_data=Customer.objects.exists())


def _findings(moves: list[Move], lifecycle: Lifecycle, *, looks_at_data: bool = False) -> tuple[Finding, ...]:
    tags = list(lifecycle.tags.all())
    initial = next((tag.name for tag in tags if tag.is_initial), None)
    names = {name for move in moves for name in metrics_of(move.tree)}
    missing = frozenset(name for name in names if not _has_data(CATALOGUE[name])) if looks_at_data else frozenset()
    return lint_rules(moves, CATALOGUE, tags=[tag.name for tag in tags], initial=initial, without_data=missing)


def _has_data(metric: Metric) -> bool:
    """Whether anything was ever told that the metric could follow from."""
    if isinstance(metric.source, Attribute):
        return Customer.objects.exclude(**{f"{metric.source.field}": None}).exists()
    if isinstance(metric.source, Reported):
        return ReportedMetrics.objects.exclude(**{metric.source.column: None}).exists()
    if metric.is_collected:
        return CollectedMetrics.objects.exists()
    facts = [column.column for column in metric.columns if isinstance(column, Fact)]
    return not facts or any(CustomerFacts.objects.exclude(_is_nothing(name)).exists() for name in facts)


def _is_nothing(column: str) -> Q:
    is_number = not isinstance(CustomerFacts._meta.get_field(column), DateTimeField)
    return Q(**{column: None}) | Q(**{column: 0}) if is_number else Q(**{column: None})


def move_of(rule: TransitionRule) -> Move:
    return Move(
        name=rule.name,
        starts=frozenset((*(tag.name for tag in rule.from_tags.all()), *((None,) if rule.from_untagged else ()))),
        to=rule.to_tag.name,
        tree=parse(rule.conditions, CATALOGUE),
        cooldown_days=rule.cooldown_days,
        hysteresis_percent=rule.hysteresis_percent,
        priority=rule.priority,
        key=rule.key,
    )
