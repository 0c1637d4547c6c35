"""The dashboards. One module is one of them; all hang below the list of snapshots."""

from . import definitions, health, kpis, snapshots, status_tags

__all__ = ["definitions", "health", "kpis", "snapshots", "status_tags"]
