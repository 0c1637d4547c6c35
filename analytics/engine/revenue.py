"""Keeping what the revenue dashboard shows of everybody, so that nobody waits for it."""

from __future__ import annotations

from datetime import datetime

from analytics.queries.revenue import Looked, largest, moved_customers, revenue, revenue_by
from analytics.rules.revenue import Basis, Split, Unit

FIRST_PAGE = 100  # of the customers behind a period


def keep_everybody_s_revenue(*, now: datetime) -> None:
    """All that can be chosen on the dashboard, and the customers behind the last period, asked anew and kept."""
    for basis in Basis:
        for unit in Unit:
            looked = Looked(basis, unit, None, now, is_anew=True)
            revenue(looked)
            largest(looked)
            moved_customers(looked, looked.last, movement=None, split=None, part=None, most=FIRST_PAGE)
            for split in Split:
                revenue_by(looked, split)
