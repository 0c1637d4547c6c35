"""What is shipped with customer success. One line a matter; its loader stands beside its engine."""

from __future__ import annotations

from datetime import datetime

from .advocacy import load_policy
from .plan_templates import load_plan_templates
from .scorecards import load_scorecards
from .task_rules import load_task_rules
from .tiers import load_policies


def load_defaults(*, now: datetime) -> list[str]:
    """Load what is shipped and not there yet; returns a line for each thing loaded. What is there stays."""
    return [
        *load_policies(),
        *load_scorecards(now=now),
        *load_plan_templates(),
        *load_policy(),
        *load_task_rules(now=now),
    ]
