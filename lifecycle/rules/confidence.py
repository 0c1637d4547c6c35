"""How far a rule can be trusted to act alone, from what became of its earlier decisions.

The mean of a Beta distribution: one decision in twenty is expected to be wrong before anything is known, so a new
rule starts at 0.95; three bad decisions and no good one bring it to 19 / 23 = 0.826.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .nodes import Node, Operator, Scalar, conditions

PRIOR_GOOD = 19
PRIOR_BAD = 1
# A move that a person undoes within so many days was a bad one.
REVERTED_WITHIN_DAYS = 14


def confidence(*, good: int, bad: int) -> Decimal:
    """0 to 1, to three decimals. Good: approved and stood; bad: rejected, rolled back or reverted."""
    mean = Decimal(PRIOR_GOOD + good) / (PRIOR_GOOD + PRIOR_BAD + good + bad)
    return mean.quantize(Decimal("0.001"))


def known_share(tree: Node, values: Mapping[str, Scalar | None]) -> Decimal:
    """0 to 1: the share of a tree's conditions whose value is known; ``is_known`` asks for none."""
    read = [condition.metric for condition in conditions(tree) if condition.operator is not Operator.IS_KNOWN]
    return Decimal(sum(values.get(name) is not None for name in read)) / len(read) if read else Decimal(1)
