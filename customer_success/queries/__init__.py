"""Questions that doors ask, answered without writing. Each is a fixed number of statements."""

from .capacity import Capacity, Portfolio, Proposal, after, capacity_of, handovers, handovers_of, managers, proposal

__all__ = [
    "Capacity",
    "Portfolio",
    "Proposal",
    "after",
    "capacity_of",
    "handovers",
    "handovers_of",
    "managers",
    "proposal",
]
