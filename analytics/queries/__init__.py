"""What dashboards ask. Everything is told of a portfolio (``owners``; ``None``: of everybody) as of an instant."""

from .behind import all_behind, customers_behind
from .figures import figures, history
from .kept import are_to_come
from .kpis import KpiStanding, kpi_standing, kpi_standings
from .reports import ask

__all__ = [
    "KpiStanding",
    "all_behind",
    "are_to_come",
    "ask",
    "customers_behind",
    "figures",
    "history",
    "kpi_standing",
    "kpi_standings",
]
