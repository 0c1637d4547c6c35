"""What is allowed and yet likely a mistake: rules that can throw a customer back and forth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .nodes import All, Condition, Node, Operator, conditions, metrics_of
from .steadiness import DAYS_IN_TAG

Bounds = tuple[Decimal | None, Decimal | None]  # both ends included or not, which a touch does not ask
_UP = {Operator.GREATER, Operator.GREATER_OR_EQUAL}
_DOWN = {Operator.LESS, Operator.LESS_OR_EQUAL}


@dataclass(frozen=True, slots=True)
class Move:
    """A rule as the linter looks at it; tags by any names, ``None`` is "no tag yet"."""

    name: str
    starts: frozenset[str | None]
    to: str
    tree: Node
    cooldown_days: int = 0
    hysteresis_percent: int = 0

    @property
    def waits(self) -> bool:
        """Whether it looks at what came after the customer entered the tag, or lets time pass first."""
        names = metrics_of(self.tree)
        return bool(self.cooldown_days) or DAYS_IN_TAG in names or any(one.endswith("_since_entry") for one in names)


def back_and_forth(rule: Move, others: Iterable[Move]) -> tuple[str, ...]:
    """A sentence for each other rule with which this one can throw a customer back and forth."""
    found = (_between(rule, other) for other in others if other.to in rule.starts and rule.to in other.starts)
    return tuple(sentence for sentence in found if sentence)


def _between(rule: Move, other: Move) -> str | None:
    if rule.waits or other.waits:
        return None
    way = f"“{rule.name}” and “{other.name}” lead from {other.to} to {rule.to} and back"
    ours, theirs = _bounds(rule.tree), _bounds(other.tree)
    if ours is None or theirs is None:
        return f"{way}, and may hold at the same time; give one of them a cooldown."
    shared = ours.keys() & theirs.keys()
    apart = {name for name in shared if _are_apart(ours[name], theirs[name])}
    if not apart:
        return f"{way}, and can hold at the same time; give one of them a cooldown."
    if rule.hysteresis_percent or other.hysteresis_percent:
        return None
    touching = sorted(name for name in apart if _touch(ours[name], theirs[name]))
    if len(touching) == len(apart):
        where = " and ".join(touching)
        return f"{way} at the same value of {where}; a cooldown or hysteresis keeps customers from wavering."
    return None


def _bounds(tree: Node) -> Mapping[str, Bounds] | None:
    """By metric, the numbers that an ``all`` of conditions leaves; ``None`` for other trees."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    if not all(isinstance(part, Condition) for part in parts):
        return None
    found: dict[str, Bounds] = {}
    for condition in conditions(tree):
        numbers = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        if any(isinstance(one, bool) or not isinstance(one, int | Decimal) for one in numbers):
            continue
        low, high = found.get(condition.metric, (None, None))
        least, most = Decimal(str(min(numbers))), Decimal(str(max(numbers)))
        if condition.operator in _UP or condition.operator in {Operator.BETWEEN, Operator.EQUAL, Operator.IN}:
            low = least if low is None else max(low, least)
        if condition.operator in _DOWN or condition.operator in {Operator.BETWEEN, Operator.EQUAL, Operator.IN}:
            high = most if high is None else min(high, most)
        found[condition.metric] = (low, high)
    return found


def _are_apart(one: Bounds, other: Bounds) -> bool:
    """Whether no number meets both, but for the ends themselves."""
    (low, high), (least, most) = one, other
    return (high is not None and least is not None and high <= least) or (
        most is not None and low is not None and most <= low
    )


def _touch(one: Bounds, other: Bounds) -> bool:
    """Whether a small change of the number leads from the one to the other."""
    (low, high), (least, most) = one, other
    return (high is not None and high == least) or (most is not None and most == low)
