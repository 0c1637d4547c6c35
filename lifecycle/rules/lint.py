"""What is allowed and yet likely a mistake about the rules of a lifecycle, a sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .cells import Measured, TooManyCells, can_hold
from .nodes import All, Condition, Node, Operator, conditions, metrics_of
from .steadiness import DAYS_IN_TAG

Bounds = tuple[Decimal | None, Decimal | None]  # both ends included or not, which a touch does not ask
_UP = {Operator.GREATER, Operator.GREATER_OR_EQUAL}
_DOWN = {Operator.LESS, Operator.LESS_OR_EQUAL}
LONGEST_CIRCLE = 4


class Kind(StrEnum):
    UNREACHABLE_TAG = "unreachable_tag"
    NEVER_HOLDS = "never_holds"
    SHADOWED = "shadowed"
    SAME_PRIORITY = "same_priority"
    RESTLESS = "restless"
    NO_DATA = "no_data"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Finding:
    """``key``: of the rule it is about; empty for a finding about a tag."""

    kind: Kind
    sentence: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A rule as the linter looks at it; tags by any names, ``None`` is "no tag yet"."""

    name: str
    starts: frozenset[str | None]
    to: str
    tree: Node
    cooldown_days: int = 0
    hysteresis_percent: int = 0
    priority: int = 100
    key: str = ""

    @property
    def waits(self) -> bool:
        """Whether it looks at what came after the customer entered the tag, or lets time pass first."""
        names = metrics_of(self.tree)
        return bool(self.cooldown_days) or DAYS_IN_TAG in names or any(one.endswith("_since_entry") for one in names)


def lint_rules(
    moves: Sequence[Move],
    metrics: Mapping[str, Measured],
    *,
    tags: Sequence[str],
    initial: str | None,
    without_data: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """Everything there is to say about rules that are in force together, those that win first.

    ``tags``: of the lifecycle, ``initial`` the one of who is new (``None``: no tag). ``without_data``: metrics that
    no customer has a value of.
    """
    ordered = sorted(moves, key=lambda move: move.priority)
    return tuple(
        dict.fromkeys(
            (
                *_unreachable(ordered, tags, initial),
                *(finding for move in ordered for finding in _about_one(move, metrics, without_data)),
                *_pairs(ordered, metrics),
                *_circles(ordered, metrics),
            )
        )
    )


def _unreachable(moves: Sequence[Move], tags: Sequence[str], initial: str | None) -> Iterator[Finding]:
    reached: set[str | None] = {initial}
    while new := {move.to for move in moves if move.starts & reached} - reached:
        reached |= new
    for tag in tags:
        if tag not in reached:
            said = f"No rule leads to “{tag}” from where customers begin; only people can move somebody there."
            yield Finding(Kind.UNREACHABLE_TAG, said)


def _about_one(move: Move, metrics: Mapping[str, Measured], without_data: frozenset[str]) -> Iterator[Finding]:
    if _surely_not([move.tree], metrics):
        yield Finding(
            Kind.NEVER_HOLDS, f"“{move.name}” can never hold: its conditions contradict each other.", move.key
        )
    for name in metrics_of(move.tree):
        if name in without_data:
            yield Finding(Kind.NO_DATA, f"“{move.name}” reads {name}, of which no customer has a value yet.", move.key)
    for condition in conditions(move.tree):
        if metrics[condition.metric].unit == "%" and any(0 < number < 1 for number in _numbers(condition)):
            said = f"“{move.name}” compares {condition.metric}, which is in percent, with a fraction of 1."
            yield Finding(Kind.PERCENT, said, move.key)


def _pairs(moves: Sequence[Move], metrics: Mapping[str, Measured]) -> Iterator[Finding]:
    for number, later in enumerate(moves):
        before = [one for one in moves[:number] if one.priority <= later.priority]
        covering = [_covering(start, later, before, metrics) for start in later.starts]
        if covering and all(covering):
            names = " and ".join(dict.fromkeys(f"“{one.name}”" for one in covering if one))
            said = f"“{later.name}” never gets its turn: whenever it holds, {names} holds as well and goes first."
            yield Finding(Kind.SHADOWED, said, later.key)
            continue
        for earlier in before:
            shares = earlier.starts & later.starts and earlier.to != later.to
            if earlier.priority == later.priority and shares and not _surely_not([earlier.tree, later.tree], metrics):
                said = (
                    f"“{earlier.name}” and “{later.name}” have the same priority, {later.priority}, and can hold at "
                    f"once; it is left to chance whether {earlier.to} or {later.to} wins."
                )
                yield Finding(Kind.SAME_PRIORITY, said, later.key)


def _covering(start: str | None, later: Move, before: Iterable[Move], metrics: Mapping[str, Measured]) -> Move | None:
    """A rule that goes first and holds whenever ``later`` does."""
    for earlier in before:
        steady = not earlier.cooldown_days and not earlier.hysteresis_percent
        if start in earlier.starts and steady and _surely_not([later.tree], metrics, but_not=[earlier.tree]):
            return earlier
    return None


def _circles(moves: Sequence[Move], metrics: Mapping[str, Measured]) -> Iterator[Finding]:
    """Rules that lead round through three or four tags and can all hold at once; of two, see ``back_and_forth``."""
    for number, move in enumerate(moves):
        yield from (Finding(Kind.RESTLESS, said, move.key) for said in back_and_forth(move, moves[:number]))
    for circle in _ways_round(moves):
        if not any(move.waits for move in circle) and not _surely_not([move.tree for move in circle], metrics):
            names = ", ".join(f"“{move.name}”" for move in circle)
            said = f"{names} lead in a circle and can hold at the same time; customers would never rest."
            yield Finding(Kind.RESTLESS, said, circle[0].key)


def _ways_round(moves: Sequence[Move]) -> Iterator[tuple[Move, ...]]:
    ways: list[tuple[Move, ...]] = [(move,) for move in moves]
    for _ in range(LONGEST_CIRCLE - 1):
        ways = [
            (*way, move)
            for way in ways
            for move in moves
            if way[-1].to in move.starts and all(move.to != one.to for one in way)
        ]
        for way in ways:
            first_of_its_turns = moves.index(way[0]) == min(map(moves.index, way))
            if len(way) > 2 and way[-1].to in way[0].starts and first_of_its_turns:
                yield way


def _surely_not(trees: Sequence[Node], metrics: Mapping[str, Measured], *, but_not: Sequence[Node] = ()) -> bool:
    """Whether nobody could meet all of these; what is too much to search is not said to be."""
    try:
        return not can_hold(trees, metrics, but_not=but_not)
    except TooManyCells:
        return False


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
        numbers = _numbers(condition)
        if not numbers:
            continue
        low, high = found.get(condition.metric, (None, None))
        least, most = min(numbers), max(numbers)
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


def _numbers(condition: Condition) -> tuple[Decimal, ...]:
    """What a condition compares with, if these are numbers."""
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    numbers = [Decimal(one) for one in values if isinstance(one, int | Decimal) and not isinstance(one, bool)]
    return tuple(numbers) if len(numbers) == len(values) else ()
