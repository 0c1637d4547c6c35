"""Pages of the success team."""

from . import portfolio

__all__ = ["portfolio"]
