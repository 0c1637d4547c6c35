"""Values of accounts and profiles that limit each other. The database holds the limits, doors say them at the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

# Days that people mean; calculating with others leads out of the calendar.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
DAY_NEEDED = f"A day from {FIRST_DAY} to {LAST_DAY} is needed."


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


# What people say that no constraint holds: rows from before may be otherwise.
SAID_OF_ACCOUNTS = (
    *OF_ACCOUNTS,
    Limit("contract_start_date", "renewal_date", "renewal_date", "The renewal cannot be before the contract starts."),
)
SAID_OF_PROFILES = (
    *OF_PROFILES,
    Limit("active_users", "licensed_users", "active_users", "There cannot be more active users than licensed ones."),
)


def future_problems(values: Mapping[str, Any], *, now: datetime) -> dict[str, str]:
    """A sentence for each of the values that has not happened yet; a day begins early somewhere."""
    today = (now + timedelta(hours=14)).date()
    return {
        name: "It cannot lie in the future."
        for name, value in values.items()
        if value is not None and value > (now if isinstance(value, datetime) else today)
    }


def problems_of(values: Mapping[str, Any], limits: Iterable[Limit]) -> dict[str, str]:
    """A sentence for each limit that is not kept, and each day far from today, by the field where it is said."""
    far = {name: DAY_NEEDED for name, value in values.items() if isinstance(value, date) and _is_far(value)}
    known = (one for one in limits if values.get(one.lower) is not None and values.get(one.upper) is not None)
    return {**{one.at: one.sentence for one in known if values[one.lower] > values[one.upper]}, **far}


def _is_far(day: date) -> bool:
    return not isinstance(day, datetime) and not FIRST_DAY <= day <= LAST_DAY
