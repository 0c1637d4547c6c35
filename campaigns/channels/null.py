"""A channel that takes everything and does nothing: for measuring, and for trying an installation out."""

from __future__ import annotations

from datetime import timedelta

from .port import Accepted, Outgoing, Result


class NullPort:
    name = "null"
    key_window: timedelta | None = timedelta(days=365)
    is_instant = True
    at_once = 1000

    def send(self, message: Outgoing, *, seconds: float) -> Result:
        return Accepted(self.name)
