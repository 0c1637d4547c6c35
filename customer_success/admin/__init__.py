"""Pages of the success team."""

from . import accounts, profiles, success_metrics, tiers

__all__ = ["accounts", "profiles", "success_metrics", "tiers"]
