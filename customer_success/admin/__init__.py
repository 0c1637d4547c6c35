"""Pages of the success team."""

from . import alerts, health, scorecards  # noqa: F401
