"""The targets that are shipped."""

from __future__ import annotations

from datetime import datetime

from analytics.models import KpiTarget
from analytics.rules.kpis import KPIS


def load_defaults(*, now: datetime) -> list[str]:
    """Create the targets that are not there yet; returns a line for each one made."""
    return [
        f"target of “{kpi.name}”"
        for kpi in KPIS
        if KpiTarget.objects.get_or_create(code=kpi.code, defaults={"target": kpi.target})[1]
    ]
