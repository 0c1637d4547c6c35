"""The dashboards. One module is one of them; all hang below the list of snapshots."""

from . import definitions, executive, health, insights, kpis, snapshots, status_tags

__all__ = ["definitions", "executive", "health", "insights", "kpis", "snapshots", "status_tags"]
