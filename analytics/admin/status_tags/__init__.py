"""Status tags: where customers are in a lifecycle, how they moved, who is at risk, what automation did about it."""

from . import automation_customers, board, customers

__all__ = ["automation_customers", "board", "customers"]
