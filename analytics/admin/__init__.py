"""The dashboards. One module is one of them; all hang below the list of snapshots."""

from . import behind, definitions, kpis, snapshots, status_tags

__all__ = ["behind", "definitions", "kpis", "snapshots", "status_tags"]
