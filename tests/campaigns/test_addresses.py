"""Webhooks reach the internet and nothing inside, whatever a name resolves to at the moment."""

from __future__ import annotations

import socket
from uuid import UUID

import pytest

from campaigns.channels import addresses
from campaigns.channels.addresses import NotAllowed, connect, is_public
from campaigns.channels.port import Outgoing, Refused
from campaigns.channels.webhook import Endpoint, WebhookPort
from tests.campaigns.servers import hook_server
from tests.campaigns.test_port_contract import SECRETS, Known

INSIDE = (
    "0.0.0.1", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.1.2.3", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%1", "fec0::1", "ff02::1", "5f00::1",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8")
LOCALHOST = ("localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0")


@pytest.mark.parametrize("address", INSIDE)
def test_keeps_away_from_what_is_inside(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_knows_the_internet(address):
    assert is_public(address)


@pytest.mark.parametrize("name", LOCALHOST)
def test_a_number_in_disguise_is_what_it_resolves_to(name):
    with pytest.raises(NotAllowed, match="not an address of the internet"):
        connect(name, 80, seconds=1, may_be_private=False)


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 8080])
def test_knocks_at_no_other_ports(port):
    with pytest.raises(NotAllowed, match=str(port)):
        connect("example.com", port, seconds=1, may_be_private=False)


def resolver(monkeypatch, *answers: list[str]) -> list[int]:
    """Answers in turn, as a name server that changes its mind; returns how often it was asked."""
    asked: list[int] = []

    def resolve(host, port, **more):
        asked.append(1)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", resolve)
    return asked


def test_one_address_inside_spoils_all(monkeypatch):
    resolver(monkeypatch, ["8.8.8.8", "10.0.0.1"])

    with pytest.raises(NotAllowed, match=r"10\.0\.0\.1"):
        connect("shop.example.com", 443, seconds=1, may_be_private=False)


def test_connects_to_the_address_that_was_looked_at_and_asks_no_second_time(monkeypatch):
    reached = []
    asked = resolver(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    monkeypatch.setattr(addresses.socket.socket, "connect", lambda self, place: reached.append(place))

    connect("shop.example.com", 443, seconds=1, may_be_private=False).close()

    assert reached == [("8.8.8.8", 443)]
    assert len(asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "[::ffff:127.0.0.1]"])
def test_a_webhook_to_this_machine_never_arrives(host, settings):
    settings.CAMPAIGN_WEBHOOKS_MAY_BE_PRIVATE = False
    with hook_server() as hooks:
        port = WebhookPort()
        port.endpoints = Known("")
        port.endpoints.all["shop"] = Endpoint(f"http://{host}/hooks", SECRETS)

        result = port.send(Outgoing(UUID(int=1), "webhook", "shop"), seconds=2)

    assert isinstance(result, Refused)
    assert result.retry_after is None
    assert hooks.taken == []


def test_a_name_that_is_not_found_is_said_with_the_name(monkeypatch):
    def unknown(*asked, **more):
        raise addresses.socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", unknown)

    with pytest.raises(OSError, match=r"^crm\.example is not found: Name or service not known\.$"):
        addresses.connect("crm.example", 443, seconds=1, may_be_private=False)
