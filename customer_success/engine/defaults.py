"""What is shipped for the success team. One loader a matter, beside the matter's writers."""

from __future__ import annotations

from datetime import datetime

from .plan_templates import load_plan_templates


def load_defaults(*, now: datetime) -> list[str]:
    """Load what is not there yet, and return a line for each thing loaded. What is there stays as people made it."""
    return [*load_plan_templates()]
