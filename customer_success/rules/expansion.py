"""Signs that an account is ready for more (specs 3 and 4): what they say, what they are worth, how likely it is.

Probability, in percent: that of the sign, moved by the health level (excellent +15, good +5, fair -15, poor -30) and by
the latest NPS answer (9 and more +5, 6 and less -10); the stated expansion probability counts as it is.

Revenue: what leads from the annual revenue to the lower bound of the next tier. Where usage is over its limit, the same
share of the annual revenue that it is over. Not known where the figures are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# In percent, from which on a sign is seen.
NEAR_LIMIT = 85
HIGH_ADOPTION = 70
HIGH_ROI = 200
STATED_PROBABILITY_ABOVE = 50
NEAR_TIER_WITHIN = 15
# Others.
FAST_WITHIN_DAYS = 90
USE_CASES = 2
BUSINESS_UNITS = 2
NPS_ABOVE = 8
QUIET_DAYS = 90  # after a person ended an opportunity, before the same sign counts again
TASK_FROM_PROBABILITY = 60

NEXT: Mapping[str, tuple[str, ...]] = {
    "OPEN": ("PURSUED", "WON", "LOST", "DISMISSED"),
    "PURSUED": ("WON", "LOST", "DISMISSED"),
}
_PROBABILITY = {
    "USAGE_NEAR_LIMIT": 55,
    "FAST_ADOPTION": 45,
    "SEVERAL_UNITS": 45,
    "ROI": 50,
    "NEAR_NEXT_TIER": 50,
    "HIGH_SATISFACTION": 45,
}
_HEALTH = {"EXCELLENT": 15, "GOOD": 5, "FAIR": -15, "POOR": -30}
# Spec 4, "Expansion Opportunity Identification".
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "USAGE_NEAR_LIMIT": ("Talk about a larger plan before the limit is reached", "Calculate the ROI of an upgrade"),
    "FAST_ADOPTION": ("Model the ROI of additional use cases", "Offer a pilot of new features"),
    "SEVERAL_UNITS": ("Win an executive sponsor across the units", "Plan the roll-out to further units"),
    "ROI": ("Write down the success story", "Plan the expansion and its roadmap", "Propose additional licences"),
    "HIGH_PROBABILITY": ("Start the expansion talk", "Prepare a custom upgrade proposal"),
    "NEAR_NEXT_TIER": ("Show what the next tier includes", "Talk about value with the executives"),
    "HIGH_SATISFACTION": ("Talk about value with the executives", "Ask for a reference"),
}


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """What is known of an account; ``None``: unknown. Shares and ROI in percent."""

    annual_revenue: Decimal | None = None
    next_tier_from: Decimal | None = None
    plan_usage: int | None = None
    plan_limit: int | None = None
    active_users: int | None = None
    licensed_users: int | None = None
    features_used: int | None = None
    features_available: int | None = None
    use_cases: int | None = None
    business_units: int | None = None
    roi: Decimal | None = None
    expansion_probability: Decimal | None = None
    nps_score: Decimal | None = None
    level: str | None = None


def probability(kind: str, known: AccountFigures) -> int:
    if kind == "HIGH_PROBABILITY":
        return int((known.expansion_probability or Decimal(0)).quantize(Decimal(1), ROUND_HALF_UP))
    nps = known.nps_score
    by_nps = 0 if nps is None else 5 if nps >= 9 else -10 if nps <= 6 else 0
    return min(max(_PROBABILITY[kind] + _HEALTH.get(known.level or "", 0) + by_nps, 0), 100)


def estimated_revenue(kind: str, known: AccountFigures) -> Decimal | None:
    """Per year."""
    if known.annual_revenue is None:
        return None
    over = _usage(known)[0] - 100 if kind == "USAGE_NEAR_LIMIT" else Decimal(0)
    if over > 0:
        return (known.annual_revenue * over / 100).quantize(Decimal("0.01"))
    if known.next_tier_from is None:
        return None
    return max(known.next_tier_from - known.annual_revenue, Decimal(0))


def reason(kind: str, known: AccountFigures) -> str:
    """Why, in a sentence with the figures."""
    return _REASONS[kind](known)


def _of_usage(known: AccountFigures) -> str:
    share, used, limit, what = _usage(known)
    return f"{used:,} of {limit:,} {what} in use, {_percent(share)}."


def _of_adoption(known: AccountFigures) -> str:
    parts = []
    if (known.use_cases or 0) >= USE_CASES:
        parts.append(f"{known.use_cases} use cases in production")
    share = _share(known.features_used, known.features_available)
    if share >= HIGH_ADOPTION:
        parts.append(f"{known.features_used} of {known.features_available} features used")
    return f"{' and '.join(parts)} within the first {FAST_WITHIN_DAYS} days."


def _of_tier(known: AccountFigures) -> str:
    return f"Annual revenue of {known.annual_revenue:,.0f}; the next tier begins at {known.next_tier_from:,.0f}."


_REASONS: Mapping[str, Callable[[AccountFigures], str]] = {
    "USAGE_NEAR_LIMIT": _of_usage,
    "FAST_ADOPTION": _of_adoption,
    "SEVERAL_UNITS": lambda known: f"{known.business_units} business units use the product.",
    "ROI": lambda known: f"Measured ROI of {known.roi:,.0f}%; {HIGH_ROI}% and more is excellent.",
    "HIGH_PROBABILITY": lambda known: f"Expansion probability of {known.expansion_probability:,.0f}%.",
    "NEAR_NEXT_TIER": _of_tier,
    "HIGH_SATISFACTION": lambda known: f"NPS answer of {known.nps_score:.1f} and excellent health.",
}


def move_problem(old: str, new: str) -> str | None:
    """A sentence if an opportunity cannot go from one status to another."""
    if new in NEXT.get(old, ()):
        return None
    return f"The opportunity is {old}; it cannot become {new}."


def _usage(known: AccountFigures) -> tuple[Decimal, int, int, str]:
    """The larger share of two limits: in percent, used, limit, of what."""
    plan = (_share(known.plan_usage, known.plan_limit), known.plan_usage or 0, known.plan_limit or 0, "of the plan")
    seats = (
        _share(known.active_users, known.licensed_users), known.active_users or 0, known.licensed_users or 0,
        "licensed users",
    )  # fmt: skip
    return max(plan, seats)


def _share(part: int | None, whole: int | None) -> Decimal:
    return Decimal(part) * 100 / whole if part and whole else Decimal(0)


def _percent(share: Decimal) -> str:
    return f"{share.quantize(Decimal(1), ROUND_HALF_UP)}%"
