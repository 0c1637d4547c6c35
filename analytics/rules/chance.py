"""What chance alone may do: intervals of shares and of their differences, and how the p-value of a test reads.

Interval of a difference of two shares: Newcombe (1998), method 10, which takes the Wilson score interval of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

LEVEL = 0.95  # of intervals
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class Arm:
    """Customers, and those of them who did something."""

    customers: int
    converted: int

    @property
    def share(self) -> float:
        """From 0 to 1; of nobody it is 0."""
        return self.converted / self.customers if self.customers else 0.0


def wilson(arm: Arm) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927)."""
    n, share = arm.customers, arm.share
    centre, half = share + Z * Z / (2 * n), Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max((centre - half) / (1 + Z * Z / n), 0.0), min((centre + half) / (1 + Z * Z / n), 1.0)


def newcombe(arm: Arm, other: Arm) -> tuple[float, float]:
    """The interval of the share of one less that of another."""
    (low_1, high_1), (low_2, high_2) = wilson(arm), wilson(other)
    one, two = arm.share, other.share
    below = sqrt((one - low_1) ** 2 + (high_2 - two) ** 2)
    above = sqrt((high_1 - one) ** 2 + (two - low_2) ** 2)
    return one - two - below, one - two + above


def p_shown(p: float) -> str:
    """After the letter p: ``= 0.012``."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
