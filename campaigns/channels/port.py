"""What a channel to the world promises. Three answers: yes, no, and nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, ready to go. ``message_id`` is the key by which a provider knows a repeat.

    ``recipient``: an address, or the key of an endpoint. ``payload``: what a webhook carries, plain JSON values.
    """

    message_id: UUID
    channel: str
    recipient: str
    subject: str = ""
    html: str = ""
    text: str = ""
    sender: str = ""
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken it and answers for it from now on."""

    provider: str
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider certainly has not taken it. ``retry_after``: when to try again; ``None``: never."""

    provider: str
    reason: str
    retry_after: timedelta | None = None
    is_outage: bool = False  # of the provider, not of this message: the breaker counts it, attempts do not


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been taken or not: the answer was lost."""

    provider: str
    reason: str


Result = Accepted | Refused | Unknown


class Port(Protocol):
    """A way out. ``send`` never raises: whatever happens is one of the three results.

    ``key_window``: for how long the provider drops a repeat with the same key; ``None``: it does not.
    ``is_instant``: no time passes while it sends, so that a virtual clock stands still.
    ``at_once``: how many messages may be on their way together, each of which a crash would leave uncertain.
    """

    name: str
    key_window: timedelta | None
    is_instant: bool
    at_once: int

    def send(self, message: Outgoing, *, seconds: float) -> Result:
        """Hand over one message within some seconds."""
        ...
