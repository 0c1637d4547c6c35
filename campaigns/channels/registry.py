"""Which port serves a channel; the settings name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from .port import Port


class NoPort(LookupError):
    """A channel goes out by no port: it is unknown, or happens in the database alone."""


_instead: ContextVar[Port | None] = ContextVar("instead", default=None)


@contextmanager
def all_through(port: Port) -> Iterator[None]:
    """Let every channel go out by this port, whatever the settings name; for this thread alone."""
    before = _instead.set(port)
    try:
        yield
    finally:
        _instead.reset(before)


def port_for(channel: str) -> Port:
    """The port of a channel, one a process. Raises ``NoPort``."""
    if (port := _instead.get()) is not None:
        return port
    path: str | None = settings.CAMPAIGN_PORTS.get(channel)
    if path is None:
        raise NoPort(f"No port serves the channel {channel!r}; there are those of {sorted(settings.CAMPAIGN_PORTS)}.")
    return _made(channel, path)


@lru_cache(maxsize=50)
def _made(channel: str, path: str) -> Port:
    port: Port = import_string(path)()
    return port
