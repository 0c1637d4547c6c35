"""The doors of analytics. Dashboards count the own portfolio; who sees everybody's counts everybody."""

from __future__ import annotations

from .doors import ADMINS, ALL, Door, door, pages

DASHBOARDS: dict[str, Door] = {
    **pages("analytics_snapshot", see=ALL, at="snapshot"),
    **pages("analytics_kpitarget", see=ALL, edit=ADMINS, at="target"),
    "admin:analytics_snapshot_status_tags": door(get=ALL),
    "admin:analytics_snapshot_executive": door(get=ALL),
    "admin:analytics_snapshot_portfolio_health": door(get=ALL),
    "admin:analytics_snapshot_health_customers": door(get=ALL, shows=ALL),
    "admin:analytics_snapshot_insights": door(get=ALL),
    "admin:analytics_snapshot_insight_customers": door(get=ALL),
    "api-analytics-health-overview": door(get=ALL),
    "api-analytics-insights": door(get=ALL),
    "admin:analytics_snapshot_definitions": door(get=ALL),
}
