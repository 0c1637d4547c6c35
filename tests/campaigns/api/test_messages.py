"""Texts of messages, and messages that front ends show."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from campaigns.engine.in_app import MOST
from campaigns.models import InAppMessage, TemplateText
from tests.factories import InAppMessageFactory, TemplateTextFactory

from .conftest import API, fields

MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section></mj-body></mjml>"


def message_for(customer, **more):
    made: InAppMessage = InAppMessageFactory(delivery__run__enrollment__customer=customer, **more)
    return made


def fetched(client, external_id="ann"):
    answer = client.get(f"{API}/in-app-messages?external_id={external_id}")
    assert answer.status_code == 200, answer.content
    return [one["title"] for one in answer.json()]


def test_a_front_end_fetches_what_is_new_and_neither_expired_nor_acknowledged(marketer, ann, bob):
    now = timezone.now()
    message_for(ann, title="Old")
    message_for(ann, title="New", created_at=now, expires_at=now + timedelta(days=1))
    message_for(ann, title="Expired", expires_at=now - timedelta(seconds=1))
    message_for(ann, title="Seen", acknowledged_at=now)
    message_for(bob, title="Another's")

    assert fetched(marketer) == ["New", "Old"]
    assert fetched(marketer, "bob") == ["Another's"]


def test_fetching_is_marked_once_and_counts_as_delivered(marketer, ann):
    message = message_for(ann)

    fetched(marketer)
    message.refresh_from_db()
    first = message.fetched_at
    fetched(marketer)
    message.refresh_from_db()

    assert message.fetched_at == first is not None
    assert message.delivery.state == "delivered"


def test_no_more_than_a_hundred_come_at_once(marketer, ann):
    for _ in range(MOST + 1):
        message_for(ann)

    assert len(fetched(marketer)) == MOST


@pytest.mark.parametrize("query", ["", "?external_id=", "?external_id=a%00", "?external_id=" + "x" * 201, "?id=7"])
def test_the_customer_has_to_be_named(marketer, query):
    assert marketer.get(f"{API}/in-app-messages{query}").status_code == 400


def test_a_customer_that_is_not_there_has_no_messages(marketer):
    assert marketer.get(f"{API}/in-app-messages?external_id=nobody").status_code == 404


def test_acknowledging_twice_is_as_good_as_once(marketer, ann):
    message = message_for(ann)
    path = f"{API}/in-app-messages/{message.delivery.message_id}/acknowledge"

    for _ in range(2):
        assert marketer.post(path, {"external_id": "ann"}).status_code == 204

    message.refresh_from_db()
    message.delivery.refresh_from_db()
    assert message.acknowledged_at == message.fetched_at == message.delivery.opened_at
    assert message.delivery.state == "opened"
    assert fetched(marketer) == []


def test_another_s_message_is_not_there(marketer, ann, bob):
    message = message_for(bob)

    for key in (message.delivery.message_id, uuid4()):
        path = f"{API}/in-app-messages/{key}/acknowledge"
        assert marketer.post(path, {"external_id": "ann"}).status_code == 404
    assert fields(marketer.post(path, {})) == ["external_id"]
    assert InAppMessage.objects.get().acknowledged_at is None


def test_who_only_looks_leaves_no_mark(manager, ann):
    message_for(ann)

    assert manager.get(f"{API}/in-app-messages?external_id=ann").status_code == 403
    assert InAppMessage.objects.get().fetched_at is None


def test_a_text_is_written_in_a_language_with_advice(marketer):
    template = TemplateTextFactory().template
    body = {"subject": "Hallo", "body": MJML.format("{{ customer.first_name }}")}

    found = marketer.put(f"{API}/templates/{template.pk}/texts/de", body)

    assert found.status_code == 200, found.content
    assert "customer.first_name" in found.json()["advice"][0]["message"]
    assert TemplateText.objects.get(template=template, language="de").subject == "Hallo"
    assert marketer.get(f"{API}/templates/{template.pk}").json()["languages"] == ["de", "en"]


@pytest.mark.parametrize(
    ("language", "change", "field"),
    [
        ("german!", {}, "language"), ("de", {"subject": ""}, "subject"), ("de", {"subject": 7}, "subject"),
        ("de", {"body": "Hello"}, "body"), ("de", {"body": MJML.format("{{ custmer.name }}")}, "body"),
        ("de", {"body": MJML.format("{% for %}")}, "body"), ("de", {"more": "x"}, "more"),
        ("de", {"preheader": "a\0"}, "preheader"), ("de", {"body": "x" * 90_001}, "body"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_text_is_told_at_its_field(marketer, language, change, field):
    template = TemplateTextFactory().template
    body = {"subject": "Hallo", "body": MJML.format("x"), **change}

    assert fields(marketer.put(f"{API}/templates/{template.pk}/texts/{language}", body)) == [field]
    assert TemplateText.objects.get().language == "en"


def test_a_message_is_rendered_with_a_customer(marketer, ann):
    ann.name = "Ann Lee"
    ann.save()
    path = f"{API}/templates/{TemplateTextFactory().template_id}/render"

    assert marketer.post(path, {"customer": "ann"}).json()["subject"] == "Welcome, Ann Lee"
    assert "customer.name" in marketer.post(path, {}).json()["subject"]
    assert marketer.post(path, {"customer": "nobody"}).status_code == 404
    assert marketer.post(path, {"language": "fr"}).status_code == 404
    draft = {"texts": {"subject": "Hi {{ customer.name }}", "body": MJML.format("x")}, "customer": "ann"}
    assert marketer.post(path, draft).json()["subject"] == "Hi Ann Lee"
    draft["texts"]["body"] = "x"
    assert fields(marketer.post(path, draft)) == ["texts.body"]


def test_a_message_is_not_rendered_with_another_s_customer(manager, bob):
    path = f"{API}/templates/{TemplateTextFactory().template_id}/render"

    assert manager.post(path, {"customer": "bob"}).status_code == 404
