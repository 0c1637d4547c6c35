"""The doors of analytics. Dashboards count the own portfolio; who sees everybody's counts everybody."""

from __future__ import annotations

from .doors import ADMINS, ALL, Door, door, pages

DASHBOARDS: dict[str, Door] = {
    **pages("analytics_snapshot", see=ALL, at="snapshot"),
    **pages("analytics_kpitarget", see=ALL, edit=ADMINS, at="target"),
    "admin:analytics_snapshot_status_tags": door(get=ALL),
    "admin:analytics_snapshot_kpis": door(get=ALL),
    "admin:analytics_snapshot_behind": door(get=ALL),
    "admin:analytics_snapshot_definitions": door(get=ALL),
    "api-analytics-kpis": door(get=ALL),
    "api-analytics-kpi": door(get=ALL, patch=ADMINS, address={"code": "active_learner_rate"}),
}
