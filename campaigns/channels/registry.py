"""Which port serves a channel. A stand-in: another part writes it."""

from __future__ import annotations

from .port import Port


def port_for(channel: str) -> Port:
    raise LookupError(f"no port serves {channel}")
