"""Did a campaign do anything? The share that reached its goal among treated customers, beside those held out.

Interval of a difference of two shares: Newcombe (1998), method 10, which takes the Wilson score interval of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

LEVEL = 0.95
FEWEST_IN_ARM = 20  # customers, below which no difference is judged


@dataclass(frozen=True, slots=True)
class Arm:
    customers: int
    converted: int

    @property
    def share(self) -> float:
        """From 0 to 1; of nobody it is 0."""
        return self.converted / self.customers if self.customers else 0.0


@dataclass(frozen=True, slots=True)
class Lift:
    """``difference`` of the shares, treated less held out, with its interval; ``p_value``: that chance alone makes one
    as large. All three are None where there are too few to say."""

    treated: Arm
    held_out: Arm
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None

    @property
    def is_sure(self) -> bool:
        """The test says that it was not chance."""
        return self.p_value is not None and self.p_value < 1 - LEVEL

    @property
    def sentence(self) -> str:
        """What may be said of it, and no more."""
        treated, held_out = self.treated, self.held_out
        if not held_out.customers:
            return "Nobody was held out: cannot tell whether it worked."
        if self.difference is None or self.low is None or self.high is None or self.p_value is None:
            return (
                f"Too few to tell: {treated.converted:,} of {treated.customers:,} treated and "
                f"{held_out.converted:,} of {held_out.customers:,} held out reached the goal; "
                f"{FEWEST_IN_ARM} of each are needed."
            )
        shares = f"{treated.share:.1%} of {treated.customers:,} treated against {held_out.share:.1%} of "
        found = f"{shares}{held_out.customers:,} held out: {100 * self.difference:+.1f} points"
        between = f"95% interval {100 * self.low:+.1f} to {100 * self.high:+.1f}, p = {shown(self.p_value)}"
        if not self.is_sure:
            return f"No difference that could not be chance. {found} ({between})."
        return f"It {'worked' if self.difference > 0 else 'did harm'}. {found} ({between})."


def shown(p_value: float) -> str:
    return "below 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def is_enough(treated: Arm, held_out: Arm) -> bool:
    return min(treated.customers, held_out.customers) >= FEWEST_IN_ARM


def wilson(arm: Arm, level: float = LEVEL) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927)."""
    z, n, share = NormalDist().inv_cdf((1 + level) / 2), arm.customers, arm.share
    centre, half = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max((centre - half) / (1 + z * z / n), 0.0), min((centre + half) / (1 + z * z / n), 1.0)


def newcombe(treated: Arm, held_out: Arm, level: float = LEVEL) -> tuple[float, float]:
    """The interval of the share of treated less that of held out customers."""
    (low_1, high_1), (low_2, high_2) = wilson(treated, level), wilson(held_out, level)
    one, two = treated.share, held_out.share
    below = sqrt((one - low_1) ** 2 + (high_2 - two) ** 2)
    above = sqrt((high_1 - one) ** 2 + (two - low_2) ** 2)
    return one - two - below, one - two + above
