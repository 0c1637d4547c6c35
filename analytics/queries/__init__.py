"""What dashboards ask. Everything is told of a portfolio (``owners``; ``None``: of everybody) as of an instant."""

from .figures import Told, figures, history, latest_day, month_before
from .kept import kept
from .reports import ask

__all__ = ["Told", "ask", "figures", "history", "kept", "latest_day", "month_before"]
