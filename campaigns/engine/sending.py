"""Messages go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from .kinds import Outcome, Work


def send(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    """Send the messages of works; returns what became of each run, by its id."""
    raise NotImplementedError
