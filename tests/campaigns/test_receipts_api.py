"""Receipts by the API and by the webhooks of providers: signed, or not taken."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from campaigns.models import Delivery, Receipt, Suppression
from campaigns.queries.contact import suppressed
from tests.factories.campaigns import DeliveryFactory

pytestmark = pytest.mark.django_db
OURS, OLD, THEIRS = ("whsec_" + b64encode(letter * 32).decode() for letter in (b"a", b"b", b"c"))
AT = "2026-03-02T09:00:00Z"


@pytest.fixture(autouse=True)
def _secrets(settings) -> None:
    settings.CAMPAIGN_RECEIPT_SECRETS = [OURS, OLD]


def post(body: Any, *, secret: str = OURS, late: timedelta = timedelta(), **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    at = datetime.now(UTC) - late
    signed = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("m1", at, text),
    } | headers
    return APIClient().post(reverse("api-receipts"), text, content_type="application/json", headers=signed)


def one(**more: Any) -> dict[str, Any]:
    return {"event_id": "e1", "kind": "delivered", "happened_at": AT, "message_id": str(uuid4()), **more}


def statuses(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [found["status"] for found in answer.json()["results"]]


@pytest.mark.parametrize("secret", [OURS, OLD])
def test_a_signed_receipt_is_stored_once_and_moves_its_message(secret):
    row = DeliveryFactory()
    receipt = one(message_id=str(row.message_id))

    assert statuses(post({"receipts": [receipt, receipt]}, secret=secret)) == ["stored", "repeated"]
    assert statuses(post({"receipts": [receipt]}, secret=secret)) == ["repeated"]

    assert Delivery.objects.get().state == "delivered"
    assert Receipt.objects.get().provider == "generic"


def test_says_of_each_receipt_what_became_of_it():
    bad = [
        one(event_id=""), one(kind="eaten"), one(happened_at="2026-03-02T09:00:00"), one(message_id="x"), one(more=1),
        one(message_id=None), one(detail="a\0b"), one(happened_at=(timezone.now() + timedelta(days=1)).isoformat()),
        one(happened_at="0001-01-01T00:00:00+14:00"), one(event_id="e" * 201), "x", None, [], 7,
    ]  # fmt: skip

    answer = post({"receipts": [one(event_id="good"), *bad]})

    assert statuses(answer) == ["unknown", *["rejected"] * len(bad)]
    assert all(found["reason"] for found in answer.json()["results"][1:])
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": THEIRS}, {"late": timedelta(minutes=6)}, {"late": timedelta(minutes=-6)}, {"webhook-id": "m2"},
        {"webhook-signature": ""}, {"webhook-signature": "v1,"}, {"webhook-signature": "v1"},
        {"webhook-signature": "v1,é"}, {"webhook-timestamp": "nan"}, {"webhook-timestamp": "1e400"},
    ],
)  # fmt: skip
def test_what_is_forged_is_not_stored(forged):
    answer = post({"receipts": [one()]}, **forged)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"]
    assert not Receipt.objects.exists()


def test_without_a_secret_nobody_can_tell_anything(settings):
    settings.CAMPAIGN_RECEIPT_SECRETS = []

    assert post({"receipts": [one()]}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400), ("{", 400), ("[]", 400), ({}, 400), ({"receipts": []}, 400), ({"receipts": "x"}, 400),
        ({"receipts": [one()], "more": 1}, 400), ({"receipts": [one()], "provider": "Not A Slug"}, 400),
        ({"receipts": [one()] * 1001}, 413), ("[" * 100_000, 400), ('{"receipts": [' + "[" * 90_000, 400),
    ],
)  # fmt: skip
def test_a_body_that_makes_no_sense_is_refused_whole(body, status):
    answer = post(body)

    assert answer.status_code == status, answer.content
    assert not Receipt.objects.exists()


def test_a_bounce_of_an_address_longer_than_any_is_taken_all_the_same():
    bounced = one(kind="bounced", message_id=None, recipient="x" * 288 + "@example.com")

    assert statuses(post({"receipts": [bounced]})) == ["unknown"]

    assert len(Suppression.objects.get().address) == 254
    assert suppressed([bounced["recipient"]])


def postmark(client: APIClient, event: dict[str, Any], *, login: str = "me:secret", provider: str = "postmark") -> Any:
    given = {"Authorization": "Basic " + b64encode(login.encode()).decode()} if login else {}
    url = reverse("api-anymail-tracking", kwargs={"provider": provider})
    return client.post(url, event, format="json", headers=given)


def bounce(row: Delivery, kind: str = "HardBounce") -> dict[str, Any]:
    return {
        "RecordType": "Bounce", "ID": 42, "Type": kind, "MessageID": "pm-1", "Email": row.recipient, "BouncedAt": AT,
        "Description": "No such user", "Details": "550 no such user", "Metadata": {"delivery": str(row.message_id)},
    }  # fmt: skip


@pytest.fixture
def client(settings) -> APIClient:
    settings.EMAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "me:secret"}
    return APIClient()


def test_the_webhook_of_the_provider_bounces_a_message(client):
    row = DeliveryFactory(recipient="gone@example.com")

    for _ in range(2):
        assert postmark(client, bounce(row)).status_code == 200

    row.refresh_from_db()
    assert (row.state, row.reason) == ("bounced", "550 no such user")
    receipt = Receipt.objects.get()
    assert (receipt.provider, receipt.delivery, receipt.kind) == ("postmark", row, "bounced")
    assert Suppression.objects.get().address == "gone@example.com"


def test_what_a_provider_says_in_characters_that_cannot_be_stored_is_taken(client):
    opened = {"RecordType": "Open", "MessageID": "pm\ud800\0", "ReceivedAt": AT, "Recipient": "ann\ud800@example.com"}
    url = reverse("api-anymail-tracking", kwargs={"provider": "postmark"})
    login = {"Authorization": "Basic " + b64encode(b"me:secret").decode()}

    assert client.post(url, json.dumps(opened), content_type="application/json", headers=login).status_code == 200

    assert Receipt.objects.get().recipient == "ann?@example.com"


def test_a_bounce_for_now_stops_nobody(client):
    postmark(client, bounce(DeliveryFactory(), "SoftBounce"))

    assert Receipt.objects.get().kind == "soft_bounced"
    assert not Suppression.objects.exists()


def test_events_without_a_number_are_told_apart_and_known_again(client):
    row = DeliveryFactory()
    opened = {"RecordType": "Open", "MessageID": "pm-1", "ReceivedAt": AT, "Recipient": row.recipient,
              "Metadata": {"delivery": str(row.message_id)}}  # fmt: skip

    for event in (opened, opened, {**opened, "ReceivedAt": "2026-03-02T10:00:00Z"}):
        assert postmark(client, event).status_code == 200

    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(("login", "provider", "status"), [
    ("", "postmark", 401), ("me:guess", "postmark", 401), ("me:secret", "brevo", 404), ("me:secret", "nobody", 404),
])  # fmt: skip
def test_nobody_else_can_tell_for_the_provider(client, login, provider, status):
    assert postmark(client, bounce(DeliveryFactory()), login=login, provider=provider).status_code == status
    assert not Receipt.objects.exists()


def test_a_provider_may_ask_whether_there_is_a_webhook_and_reads_nothing(client):
    url = reverse("api-anymail-tracking", kwargs={"provider": "postmark"})

    assert [getattr(client, method)(url).status_code for method in ("head", "get", "put")] == [200, 405, 405]


def test_a_provider_without_a_secret_has_no_webhook(client, settings):
    settings.ANYMAIL = {}

    assert postmark(client, bounce(DeliveryFactory()), login="").status_code == 404
