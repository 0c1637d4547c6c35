"""The doors of analytics. Dashboards count the own portfolio; who sees everybody's counts everybody."""

from __future__ import annotations

from .doors import ADMINS, ALL, Door, door, pages

DASHBOARDS: dict[str, Door] = {
    **pages("analytics_snapshot", see=ALL, at="snapshot"),
    **pages("analytics_kpitarget", see=ALL, edit=ADMINS, at="target"),
    "admin:analytics_snapshot_status_tags": door(get=ALL),
    "admin:analytics_snapshot_managers": door(get=ALL),
    "admin:analytics_snapshot_campaign_results": door(get=ALL),
    "api-analytics-success-managers": door(get=ALL),
    "api-analytics-campaigns": door(get=ALL),
    "api-analytics-campaign": door(get=ALL, at="campaign_key"),
    "admin:analytics_snapshot_definitions": door(get=ALL),
}
