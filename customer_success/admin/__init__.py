"""Pages of the success team."""

from . import reviews

__all__ = ["reviews"]
