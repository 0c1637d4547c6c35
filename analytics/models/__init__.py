"""What is kept of each day, and what the success team wants to reach."""

from .figure import Figure, Snapshot
from .target import KpiTarget

__all__ = ["Figure", "KpiTarget", "Snapshot"]
