"""The admin. One module registers one concept; a page reads the clock once and makes one engine call."""

from . import accounts, customers, evaluations, history, lifecycles, recommendations, rules, schedule

__all__ = ["accounts", "customers", "evaluations", "history", "lifecycles", "recommendations", "rules", "schedule"]
