"""Which port serves a channel; the settings name it."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from .port import Port


class NoPort(LookupError):
    """A channel goes out by no port: it is unknown, or happens in the database alone."""


def port_for(channel: str) -> Port:
    """The port of a channel, one a process. Raises ``NoPort``."""
    path: str | None = settings.CAMPAIGN_PORTS.get(channel)
    if path is None:
        raise NoPort(f"No port serves the channel {channel!r}; there are those of {sorted(settings.CAMPAIGN_PORTS)}.")
    return _made(channel, path)


@lru_cache(maxsize=50)
def _made(channel: str, path: str) -> Port:
    port: Port = import_string(path)()
    return port
