"""Rules that are likely a mistake beside those in force."""

from __future__ import annotations

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle, TransitionRule
from lifecycle.rules.lint import Move, back_and_forth
from lifecycle.rules.parse import parse

from .lists import published_rules


def lint(rule: TransitionRule) -> tuple[str, ...]:
    """What is likely a mistake about a rule, a sentence each."""
    return lint_move(move_of(rule), rule.lifecycle, key=rule.key)


def lint_move(move: Move, lifecycle: Lifecycle, *, key: str) -> tuple[str, ...]:
    """The same for a rule that is being written; ``key`` names the rule whose version in force it would replace."""
    others = [move_of(other) for other in published_rules(lifecycle) if other.key != key]
    return back_and_forth(move, others)


def move_of(rule: TransitionRule) -> Move:
    return Move(
        name=rule.name,
        starts=frozenset((*(tag.name for tag in rule.from_tags.all()), *((None,) if rule.from_untagged else ()))),
        to=rule.to_tag.name,
        tree=parse(rule.conditions, CATALOGUE),
        cooldown_days=rule.cooldown_days,
        hysteresis_percent=rule.hysteresis_percent,
    )
