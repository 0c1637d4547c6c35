"""What is shipped with campaigns. One line a matter; its loader stands beside its engine."""

from __future__ import annotations

from datetime import datetime

from .contact_policy import load_contact_policy
from .programmes import load_programmes


def load_defaults(*, now: datetime) -> list[str]:
    """Load what is shipped and not there yet; returns a line for each thing loaded. What is there stays."""
    return [*load_contact_policy(now=now), *load_programmes(now=now)]
