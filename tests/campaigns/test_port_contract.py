"""What every port promises, and what each answer or silence of a server means."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from itertools import count
from uuid import UUID

import pytest
from django.test import override_settings
from standardwebhooks import Webhook

from campaigns.channels import registry
from campaigns.channels.email import EmailPort
from campaigns.channels.memory import MemoryPort
from campaigns.channels.null import NullPort
from campaigns.channels.port import Accepted, Outgoing, Port, Refused, Unknown
from campaigns.channels.webhook import Endpoint, WebhookPort
from tests.campaigns.servers import Hooks, Mails, hook_server, mail_server

SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
MAIL = Outgoing(
    UUID(int=7), "email", "ann@example.com", "Your order", "<p>Thank you</p>", "Thank you", "Me <hello@example.org>",
    headers={"List-Unsubscribe": "<https://example.org/m/u/x>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)  # fmt: skip
HOOK = Outgoing(UUID(int=7), "webhook", "shop", payload={"type": "unlock", "data": {"course": "Größe"}})


class Known:
    def __init__(self, url: str) -> None:
        self.all = {"shop": Endpoint(url, SECRETS), "off": Endpoint(url, SECRETS, "It was closed.")}
        self.off: list[tuple[str, str]] = []

    def find(self, key: str) -> Endpoint | None:
        return self.all.get(key)

    def switch_off(self, key: str, reason: str) -> None:
        self.off.append((key, reason))


@pytest.fixture
def mails(settings) -> Iterator[Mails]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "campaigns.channels.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def hooks(settings) -> Iterator[Hooks]:
    settings.CAMPAIGN_WEBHOOKS_MAY_BE_PRIVATE = True
    with hook_server() as server:
        yield server


@pytest.fixture
def webhook(hooks) -> WebhookPort:
    port = WebhookPort()
    port.endpoints = Known(hooks.url)
    return port


@pytest.fixture(params=["memory", "null", "smtp", "mailbox", "locmem", "webhook"])
def way(request, settings, tmp_path) -> tuple[Port, Outgoing]:
    """A port that works, and a message for it."""
    settings.TENURE_HOME = tmp_path
    match request.param:
        case "memory":
            return MemoryPort(), MAIL
        case "null":
            return NullPort(), MAIL
        case "webhook":
            return request.getfixturevalue("webhook"), HOOK
        case "smtp":
            request.getfixturevalue("mails")
        case "mailbox":
            settings.EMAIL_BACKEND = "campaigns.channels.mailbox.EmailBackend"
        case "locmem":
            settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return EmailPort(), MAIL


def test_takes_a_message_and_names_the_provider(way):
    port, message = way

    result = port.send(message, seconds=5)

    assert isinstance(result, Accepted)
    assert 0 < len(result.provider) <= 40
    assert port.at_once >= 1
    assert port.name


def test_answers_a_repeat_as_the_first(way):
    port, message = way

    assert [type(port.send(message, seconds=5)) for _ in range(3)] == [Accepted] * 3


def test_never_raises_whatever_it_is_given(way):
    port, message = way
    broken = [
        {"recipient": "\0"}, {"subject": "a\r\nBcc: x@example.com"}, {"sender": "no address"},
        {"recipient": "a@example.com, b@example.com"}, {"headers": {"X\n": "y"}}, {"payload": {"a": {1}}},
        {"payload": {"a": float("nan")}},
    ]  # fmt: skip

    for change in broken:
        assert isinstance(port.send(replace(message, **change), seconds=5), Accepted | Refused)


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "ann@example.com\nBcc: all@example.com"}, {"recipient": "a@example.com, b@example.com"},
        {"recipient": ""}, {"recipient": "ann"}, {"subject": "Hello\r\nBcc: all@example.com"}, {"subject": "a\0b"},
        {"sender": "x@example.org\r\nX: y"}, {"reply_to": "x@example.org\nX: y"},
        {"headers": {"X-A": "b\r\nBcc: all@example.com"}}, {"headers": {"X-A\n": "b"}},
    ],
)  # fmt: skip
def test_refuses_what_would_smuggle_a_header_or_a_recipient(mails, change):
    result = EmailPort().send(replace(MAIL, **change), seconds=5)

    assert isinstance(result, Refused)
    assert result.retry_after is None
    assert mails.taken == []


def test_a_mail_carries_its_id_where_it_may_come_back(mails):
    EmailPort().send(MAIL, seconds=5)

    mail = message_from_bytes(mails.taken[0])
    assert mail["Message-ID"] == f"<{MAIL.message_id}@example.org>"
    assert mail["X-Tenure-Delivery"] == str(MAIL.message_id)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in mail.get_payload()] == ["text/plain", "text/html"]


# Where the server fails → what that means, whether it is tried again, whether it is an outage, how many mails it took.
SMTP = {
    ("drop at connect", ""): (Refused, True, True, 0),
    ("drop at EHLO", ""): (Refused, True, True, 0),
    ("drop at MAIL", ""): (Refused, True, True, 0),
    ("drop at RCPT", ""): (Refused, True, True, 0),
    ("drop at DATA", ""): (Refused, True, True, 0),
    ("drop after 354", ""): (Unknown, None, None, 0),
    ("take, then drop", ""): (Unknown, None, None, 1),
    ("take, answer late", ""): (Unknown, None, None, 1),
    ("say at text", "451 try again"): (Refused, True, False, 0),
    ("say at text", "550 no"): (Refused, False, False, 0),
    ("say at RCPT", "450 greylisted"): (Refused, True, False, 0),
    ("drop after 250", ""): (Accepted, None, None, 1),
    ("say at RCPT", "550 no such user"): (Refused, False, False, 0),
    ("say at MAIL", "421 closing"): (Refused, True, True, 0),
    ("say at MAIL", "530 log in first"): (Refused, True, True, 0),
    ("say at text", "299 well"): (Unknown, None, None, 0),
    ("say at text", "hello"): (Unknown, None, None, 0),
}


@pytest.mark.parametrize("fault", SMTP, ids=" ".join)
def test_says_of_a_mail_server_what_is_certain_and_no_more(mails, fault):
    kind, again, is_outage, taken = SMTP[fault]
    mails.fault = fault

    result = EmailPort().send(MAIL, seconds=1)

    assert type(result) is kind, result
    assert len(mails.taken) == taken
    if isinstance(result, Refused):
        assert (result.retry_after is not None, result.is_outage) == (again, is_outage)


def test_a_mail_server_that_is_not_there_is_an_outage(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free.getsockname()[1]
        settings.EMAIL_BACKEND = "campaigns.channels.smtp.EmailBackend"

        result = EmailPort().send(MAIL, seconds=1)

    assert isinstance(result, Refused)
    assert result.is_outage


def test_another_smtp_backend_that_tells_no_phase_leaves_it_open(mails, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    mails.fault = ("drop at MAIL", "")

    assert isinstance(EmailPort().send(MAIL, seconds=1), Unknown)


def test_a_connection_serves_many_mails_and_is_opened_anew_when_the_server_left(mails):
    port = EmailPort()
    port.send(MAIL, seconds=1)
    before = mails.connections
    for fault in ("", "", "drop after 250"):
        mails.fault = (fault, "")
        assert isinstance(port.send(MAIL, seconds=1), Accepted)
    assert mails.connections == before

    mails.fault = ("", "")
    assert isinstance(port.send(MAIL, seconds=1), Accepted)

    assert mails.connections == before + 1
    assert len(mails.taken) == 5


def test_a_mailbox_keeps_whole_mails_that_only_the_owner_reads(settings, tmp_path):
    settings.TENURE_HOME = tmp_path
    settings.EMAIL_BACKEND = "campaigns.channels.mailbox.EmailBackend"
    port = EmailPort()
    for number in count(1):
        port.send(replace(MAIL, message_id=UUID(int=number)), seconds=1)
        if number == 3:
            break

    files = sorted((tmp_path / "mailbox").iterdir())
    assert [file.suffix for file in files] == [".eml"] * 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    ids = [message_from_bytes(file.read_bytes())["X-Tenure-Delivery"] for file in files]
    assert ids == [str(UUID(int=number)) for number in (1, 2, 3)]


def test_a_webhook_is_signed_with_all_secrets_and_keeps_its_id(webhook, hooks):
    for _ in range(2):
        assert isinstance(webhook.send(HOOK, seconds=5), Accepted)

    for headers, body in hooks.taken:
        assert headers["webhook-id"] == str(HOOK.message_id)
        for secret in SECRETS:
            assert Webhook(secret).verify(body, headers) == HOOK.payload


# What the endpoint answers → what that means, whether it is tried again, whether it is an outage.
ANSWERS = {
    200: (Accepted, None, None), 204: (Accepted, None, None), 301: (Refused, True, False), 304: (Refused, True, False),
    400: (Refused, True, False), 404: (Refused, True, False), 410: (Refused, False, False), 429: (Refused, True, True),
    500: (Refused, True, True), 502: (Unknown, None, None), 503: (Refused, True, True), 504: (Unknown, None, None),
}  # fmt: skip


@pytest.mark.parametrize("status", ANSWERS)
def test_only_2xx_is_a_yes_of_a_webhook(webhook, hooks, status):
    kind, again, is_outage = ANSWERS[status]
    hooks.answer = (status, {"Location": hooks.url, "Content-Length": "2"}, b"no")

    result = webhook.send(HOOK, seconds=5)

    assert type(result) is kind
    assert len(hooks.taken) == 1, "a redirect was followed"
    if isinstance(result, Refused):
        assert (result.retry_after is not None, result.is_outage) == (again, is_outage)
    assert webhook.endpoints.off == ([("shop", "It answered 410, it is gone.")] if status == 410 else [])


@pytest.mark.parametrize(
    ("header", "wait"),
    [("120", timedelta(minutes=2)), ("99999999999999", timedelta(days=1)), ("-3", timedelta(minutes=1)),
     ("soon", timedelta(minutes=1)), ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta(minutes=1))],
)  # fmt: skip
def test_waits_as_long_as_an_endpoint_asks(webhook, hooks, header, wait):
    hooks.answer = (503, {"Retry-After": header}, b"")

    assert webhook.send(HOOK, seconds=5).retry_after == wait


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("drop before", Unknown), ("drop after", Unknown), ("late", Unknown), ("drip", Unknown), ("endless", Accepted)],
)
def test_says_of_an_endpoint_what_is_certain_and_no_more(webhook, hooks, fault, kind):
    hooks.fault = fault
    hooks.answer = (200, {}, b"x" * 10_000)

    assert type(webhook.send(HOOK, seconds=1)) is kind


@pytest.mark.parametrize(
    ("url", "kind", "again"),
    [("http://127.0.0.1:1/", Refused, True), ("file:///etc/passwd", Refused, False), ("http://", Refused, False),
     ("gopher://example.com/", Refused, False), ("http://me:secret@127.0.0.1/", Refused, False),
     ("http://127.0.0.1/a b", Refused, False), ("http://127.0.0.1:x/", Refused, False),
     ("http://nowhere.invalid/", Refused, True)],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_certainly_not_reached(webhook, url, kind, again):
    webhook.endpoints.all["shop"] = Endpoint(url, SECRETS)

    result = webhook.send(HOOK, seconds=2)

    assert type(result) is kind
    assert (result.retry_after is not None) is again


def test_an_endpoint_that_is_off_or_unknown_gets_nothing(webhook, hooks):
    assert webhook.send(replace(HOOK, recipient="off"), seconds=1) == Refused(
        "webhook", "The endpoint is switched off. It was closed."
    )
    assert "no endpoint 'x'" in webhook.send(replace(HOOK, recipient="x"), seconds=1).reason
    assert hooks.taken == []


def test_the_settings_say_which_port_serves_a_channel():
    assert isinstance(registry.port_for("email"), EmailPort)
    with override_settings(CAMPAIGN_PORTS={"email": "campaigns.channels.memory.MemoryPort"}):
        assert registry.port_for("email") is registry.port_for("email")
        assert isinstance(registry.port_for("email"), MemoryPort)
        with pytest.raises(registry.NoPort, match="webhook"):
            registry.port_for("webhook")
