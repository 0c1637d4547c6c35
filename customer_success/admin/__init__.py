"""Pages of the success team."""

from . import advocacy, expansion

__all__ = ["advocacy", "expansion"]
