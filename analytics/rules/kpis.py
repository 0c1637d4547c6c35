"""The key figures: what each says, how it is folded from one value a customer, and where its target comes from.

The values of each stand in ``analytics/sql/kpi_<code>.sql``: one row a customer that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

FEWEST = 5  # a figure of fewer customers is shown as a count of them, and not judged
NEAR = Decimal("0.9")  # of the way to the target


class Fold(StrEnum):
    """How the values of customers become one figure."""

    SHARE = "share"  # of the values that are 1, in percent; the others are 0
    MEAN = "mean"
    SUM = "sum"
    NPS = "nps"  # of answers from 0 to 10: promoters less detractors, in percent of all


class Standing(StrEnum):
    REACHED = "reached"
    NEAR = "near"
    MISSED = "missed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kpi:
    """``lifecycle``: the code of the one that it is about; empty: of none. ``source``: who set the target first."""

    code: str
    name: str
    definition: str
    unit: str
    fold: Fold
    target: Decimal
    source: str
    lifecycle: str = ""
    is_lower_better: bool = False

    @property
    def report(self) -> str:
        return f"kpi_{self.code}"


KPIS: tuple[Kpi, ...] = (
    Kpi(
        "active_learner_rate", "Active learner rate", "Learners who are active or progressing, of all with a tag.",
        "%", Fold.SHARE, Decimal(70), "Status tags, KPIs", "learning",
    ),
)  # fmt: skip


def standing(kpi: Kpi, value: Decimal | None, n: int, target: Decimal) -> Standing:
    """Whether a figure reaches its target, or is within a tenth of it."""
    if value is None or n < FEWEST:
        return Standing.UNKNOWN
    if value <= target if kpi.is_lower_better else value >= target:
        return Standing.REACHED
    near = value * NEAR <= target if kpi.is_lower_better else value >= target * NEAR
    return Standing.NEAR if near else Standing.MISSED
