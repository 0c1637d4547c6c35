"""Which port serves a channel."""

from __future__ import annotations

from .port import Port


class NoPort(LookupError):
    """A channel goes out by no port: it is unknown, or happens in the database alone."""


def port_for(channel: str) -> Port:
    """The port of a channel. Raises ``NoPort``."""
    raise NoPort(f"No port serves the channel {channel!r}.")
