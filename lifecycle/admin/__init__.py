"""The admin. One module registers one concept; a page reads the clock once and makes one engine call."""

from . import (
    accounts,
    automation,
    backtests,
    customers,
    evaluations,
    history,
    history_checks,
    lifecycles,
    recommendations,
    rollbacks,
    rules,
    schedule,
    teams,
)

__all__ = [
    "accounts", "automation", "backtests", "customers", "evaluations", "history", "history_checks",
    "lifecycles", "recommendations", "rollbacks", "rules", "schedule", "teams",
]  # fmt: skip
