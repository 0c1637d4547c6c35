"""Mails over the API of a provider: what each of its answers means, and the key by which it drops a repeat."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from campaigns.channels.email import EmailPort
from campaigns.channels.port import Accepted, Refused, Unknown
from tests.campaigns.servers import Hooks, hook_server
from tests.campaigns.test_port_contract import MAIL

GOOD = {"postmark": {"To": "ann@example.com", "MessageID": "pm-1", "ErrorCode": 0, "Message": "OK"},
        "resend": {"id": "re-1"}, "brevo": {"messageId": "br-1"}}  # fmt: skip


@pytest.fixture
def provider(settings, request):
    name = getattr(request, "param", "postmark")
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    with hook_server() as hooks:
        base = hooks.url.partition("hooks")[0]
        keys = ("POSTMARK_SERVER_TOKEN", "RESEND_API_KEY", "BREVO_API_KEY")
        urls = (f"{one.upper()}_API_URL" for one in GOOD)
        settings.ANYMAIL = {
            "IGNORE_UNSUPPORTED_FEATURES": True,
            **dict.fromkeys(keys, "x"),
            **dict.fromkeys(urls, base),
        }
        hooks.answer = (200, {}, json.dumps(GOOD[name]).encode())
        yield hooks


@pytest.mark.parametrize(
    ("provider", "known_as", "window"),
    [("postmark", "pm-1", None), ("resend", "re-1", timedelta(hours=23)), ("brevo", "br-1", timedelta(minutes=14))],
    indirect=["provider"],
)
def test_a_provider_gets_our_id_and_a_key_if_it_knows_one(provider: Hooks, settings, known_as, window):
    port = EmailPort()

    for _ in range(2):
        assert port.send(MAIL, seconds=5) == Accepted(port.provider, known_as)

    assert port.key_window == window
    for headers, body in provider.taken:
        assert body.count(str(MAIL.message_id).encode()) >= 2, "as header and as metadata"
        if port.provider == "resend":
            assert headers["idempotency-key"] == str(MAIL.message_id)
        if port.provider == "brevo":
            assert json.loads(body)["headers"]["idempotencyKey"] == str(MAIL.message_id)


# The answer → what that means, whether it is tried again, whether it is an outage.
ANSWERS = {
    (200, b"{"): (Unknown, None, None), (400, b"{}"): (Refused, False, False), (401, b"{}"): (Refused, True, True),
    (422, b"{}"): (Refused, False, False), (429, b"{}"): (Refused, True, True), (500, b""): (Unknown, None, None),
    (502, b""): (Unknown, None, None), (503, b""): (Unknown, None, None), (504, b""): (Unknown, None, None),
    (400, b'{"code": "duplicate_parameter"}'): (Accepted, None, None),
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
@pytest.mark.parametrize("provider", ["resend"], indirect=True)
def test_says_of_a_providers_answer_what_is_certain_and_no_more(provider, answer):
    kind, again, is_outage = ANSWERS[answer]
    provider.answer = (answer[0], {}, answer[1])

    result = EmailPort().send(MAIL, seconds=2)

    assert type(result) is kind, result
    if isinstance(result, Refused):
        assert (result.retry_after is not None, result.is_outage) == (again, is_outage)


@pytest.mark.parametrize("fault", ["drop before", "drop after", "late"])
def test_a_provider_that_falls_silent_may_have_the_mail(provider, fault):
    provider.fault = fault

    assert isinstance(EmailPort().send(MAIL, seconds=1), Unknown)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://nowhere.invalid/"])
def test_a_provider_that_is_not_reached_has_no_mail(provider, settings, url):
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": url}

    result = EmailPort().send(MAIL, seconds=2)

    assert isinstance(result, Refused), result
    assert result.is_outage


def test_a_provider_that_asks_for_patience_gets_it(provider):
    provider.answer = (503, {"Retry-After": "90"}, b"")

    assert EmailPort().send(MAIL, seconds=2).retry_after == timedelta(seconds=90)


def test_a_provider_that_is_not_set_up_is_an_outage_and_not_the_end_of_the_message(settings):
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.postmark.EmailBackend", {}

    result = EmailPort().send(MAIL, seconds=2)

    assert isinstance(result, Refused)
    assert result.is_outage
