"""Did a campaign do anything? The share that reached its goal among treated customers, beside those held out."""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle.rules.explain import written

from .chance import LEVEL, Arm, p_shown
from .few import FEWEST_COMPARED


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
                f"{FEWEST_COMPARED} of each are needed."
            )
        shares = f"{treated.share:.1%} of {treated.customers:,} treated against {held_out.share:.1%} of "
        difference, low, high = (written(100 * one, "+.1f") for one in (self.difference, self.low, self.high))
        found = f"{shares}{held_out.customers:,} held out: {difference} points"
        between = f"95% interval {low} to {high}, p {p_shown(self.p_value)}"
        if not self.is_sure:
            return f"No difference that could not be chance. {found} ({between})."
        return f"It {'worked' if self.difference > 0 else 'did harm'}. {found} ({between})."


def is_enough(treated: Arm, held_out: Arm) -> bool:
    return min(treated.customers, held_out.customers) >= FEWEST_COMPARED
