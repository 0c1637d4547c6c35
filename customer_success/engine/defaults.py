"""What customer success is shipped with. Each matter loads its own."""

from __future__ import annotations

from datetime import datetime

from .task_rules import load_task_rules


def load_defaults(*, now: datetime) -> list[str]:
    """Load what is shipped and not there yet, and return a line for each thing loaded."""
    return [*load_task_rules(now=now)]
