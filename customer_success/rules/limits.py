"""Values of accounts and profiles that limit each other. The database holds the limits, doors say them at the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limit:
    """``lower`` may not be above ``upper``, where both are known. ``at``: the field where that is said."""

    lower: str
    upper: str
    at: str
    sentence: str


OF_ACCOUNTS = (
    Limit("contract_start_date", "contract_end_date", "contract_end_date", "The contract has to end after it starts."),
    Limit(
        "active_policies", "total_policies", "active_policies", "There cannot be more policies in force than in all."
    ),
)
OF_PROFILES = (
    Limit(
        "features_used", "features_available", "features_used", "There cannot be more features used than available."
    ),
    Limit(
        "onboarding_started_on", "onboarding_completed_on", "onboarding_completed_on",
        "Onboarding has to end after it starts.",
    ),
    Limit(
        "onboarding_started_on", "first_value_on", "first_value_on",
        "The first value cannot come before onboarding starts.",
    ),
)  # fmt: skip


def problems_of(values: Mapping[str, Any], limits: Iterable[Limit]) -> dict[str, str]:
    """A sentence for each limit that is not kept, by the field where it is said."""
    known = (one for one in limits if values.get(one.lower) is not None and values.get(one.upper) is not None)
    return {one.at: one.sentence for one in known if values[one.lower] > values[one.upper]}
