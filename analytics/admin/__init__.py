"""The dashboards. One module is one of them; all hang below the list of snapshots."""

from . import campaigns, definitions, kpis, managers, snapshots, status_tags

__all__ = ["campaigns", "definitions", "kpis", "managers", "snapshots", "status_tags"]
