"""The doors of analytics. Dashboards count the own portfolio; who sees everybody's counts everybody."""

from __future__ import annotations

from .doors import ADMINS, ALL, Door, door, pages

DASHBOARDS: dict[str, Door] = {
    **pages("analytics_snapshot", see=ALL, at="snapshot"),
    **pages("analytics_kpitarget", see=ALL, edit=ADMINS, at="target"),
    "admin:analytics_snapshot_status_tags": door(get=ALL),
    "admin:analytics_snapshot_tag_customers": door(get=ALL, shows=ALL),
    "admin:analytics_snapshot_automation_customers": door(get=ALL, shows=ALL, query={"lifecycle": "commerce"}),
    "admin:analytics_snapshot_automation": door(get=ALL),
    "admin:analytics_snapshot_cohorts": door(get=ALL),
    "admin:analytics_snapshot_cohort_customers": door(get=ALL, shows=ALL),
    "admin:analytics_snapshot_executive": door(get=ALL),
    "admin:analytics_snapshot_portfolio_health": door(get=ALL),
    "admin:analytics_snapshot_health_customers": door(get=ALL, shows=ALL),
    "admin:analytics_snapshot_insights": door(get=ALL),
    "admin:analytics_snapshot_insight_customers": door(get=ALL),
    "api-analytics-health-overview": door(get=ALL),
    "api-analytics-insights": door(get=ALL),
    "admin:analytics_snapshot_managers": door(get=ALL),
    "admin:analytics_snapshot_campaign_results": door(get=ALL),
    "api-analytics-success-managers": door(get=ALL),
    "api-analytics-campaigns": door(get=ALL),
    "api-analytics-campaign": door(get=ALL, at="campaign_key"),
    "admin:analytics_snapshot_definitions": door(get=ALL),
    "api-status-tags-dashboard": door(get=ALL),
    "api-analytics-status-tags-dashboard": door(get=ALL),
    "api-analytics-cohorts": door(get=ALL, query={"lifecycle": "commerce", "target": "VIP"}),
    "admin:analytics_snapshot_revenue": door(get=ALL),
    "admin:analytics_snapshot_revenue_customers": door(get=ALL),
    "api-analytics-revenue": door(get=ALL),
    "admin:analytics_snapshot_kpis": door(get=ALL),
    "admin:analytics_snapshot_behind": door(get=ALL),
    "api-analytics-kpis": door(get=ALL),
    "api-analytics-kpi": door(get=ALL, patch=ADMINS, address={"code": "active_learner_rate"}),
}
