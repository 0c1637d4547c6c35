"""What is shipped for the success program; each matter loads its own."""

from __future__ import annotations

from datetime import datetime

from .advocacy import load_policy


def load_defaults(*, now: datetime) -> list[str]:
    """Load what is shipped and not there yet, and return a line for each thing loaded."""
    return [*load_policy()]
