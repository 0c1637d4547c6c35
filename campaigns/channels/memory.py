"""A channel that keeps what it is given: for tests and for the virtual clock."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from uuid import UUID

from .port import Accepted, Outgoing, Result


class MemoryPort:
    """``sent``: each message once, whatever repeats come. ``answers``: what it says next instead of yes."""

    name = "memory"
    key_window: timedelta | None = timedelta(days=1)
    is_instant = True
    at_once = 1000

    def __init__(self) -> None:
        self.sent: dict[UUID, Outgoing] = {}
        self.answers: deque[Result] = deque()

    def send(self, message: Outgoing, *, seconds: float) -> Result:
        if self.answers:
            return self.answers.popleft()
        self.sent.setdefault(message.message_id, message)
        return Accepted(self.name, str(message.message_id))
