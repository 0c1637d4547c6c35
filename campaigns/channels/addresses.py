"""Connecting to addresses that people typed in, and to none inside: the resolved address is checked, and it is used."""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address

PORTS = frozenset({80, 443})

# Neither private nor reserved in the standard library's tables of all versions, and yet not the internet: translation
# and tunnels that lead inside (NAT64, 6to4, Teredo, IPv4-compatible), discard, site-local, segment routing, protocol
# assignments, the old 6to4 relays.
_INSIDE = tuple(
    ipaddress.ip_network(one)
    for one in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "::/96", "fec0::/10", "100::/64", "5f00::/16",
        "192.0.0.0/24", "192.88.99.0/24",
    )
)  # fmt: skip


class NotAllowed(ValueError):
    """An address leads inside, or the way to it is not one for webhooks."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet. IPv4 that is written as IPv6 counts as what it is."""
    found: IPv4Address | IPv6Address = ipaddress.ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if not found.is_global or found.is_multicast or found.is_reserved:
        return False
    return not any(found in network for network in _INSIDE if network.version == found.version)


def look_at(host: str, port: int, *, may_be_private: bool) -> None:
    """What can be told before a name is resolved. Raises ``NotAllowed``."""
    if may_be_private:
        return
    if port not in PORTS:
        raise NotAllowed(f"The port {port} is not one of {', '.join(map(str, sorted(PORTS)))}.")
    try:
        is_inside = not is_public(host)
    except ValueError:  # a name
        is_inside = host == "localhost"
    if is_inside:
        raise NotAllowed(f"{host} is not an address of the internet.")


def connect(host: str, port: int, *, seconds: float, may_be_private: bool) -> socket.socket:
    """A connection to a host, at an address that was looked at. Raises ``NotAllowed`` and ``OSError``.

    The name is resolved once: a second answer, which may differ, is never asked for. One address inside spoils all.
    """
    look_at(host, port, may_be_private=may_be_private)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise OSError(f"{host} is not found: {error.strerror}.") from None
    for _, _, _, _, place in found:
        if not may_be_private and not is_public(str(place[0])):
            raise NotAllowed(f"{host} leads to {place[0]}, which is not an address of the internet.")
    return _first_that_answers(found, seconds)


def _first_that_answers(found: list, seconds: float) -> socket.socket:
    last: OSError = OSError("The name leads nowhere.")
    for family, kind, protocol, _, place in found[:3]:
        one = socket.socket(family, kind, protocol)
        one.settimeout(seconds / 3)
        try:
            one.connect(place)
        except OSError as error:
            one.close()
            last = error
        else:
            return one
    raise last
