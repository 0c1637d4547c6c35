"""Customers say no by one click; programs that look at links change nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.signing import Signer
from django.test import Client

from campaigns.engine.links import links_for, open_link
from campaigns.models import Consent, ConsentEntry
from tests.factories import CustomerFactory, DeliveryFactory, TopicFactory

from .posting import hears

pytestmark = pytest.mark.django_db
BASE = "https://tenure.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def address(settings):
    settings.PUBLIC_URL = BASE


@pytest.fixture
def tips():
    return TopicFactory(key="tips", name="Tips & tricks", description="Once a week.")


@pytest.fixture
def ann():
    return CustomerFactory(email="ann@example.com")


@pytest.fixture
def delivery(ann):
    return DeliveryFactory(customer=ann, run__enrollment__customer=ann)


@pytest.fixture
def links(ann, tips, delivery):
    found = links_for(customer=ann.pk, topic=tips.key, message_id=delivery.message_id)
    return {name.removesuffix("_url"): url.removeprefix(BASE) for name, url in found.items()}


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("body", ["urlencoded", "multipart", "none", "nonsense", "huge"])
def test_one_click_is_in_force_when_the_answer_leaves(browser, links, ann, delivery, body):
    sent = {
        "urlencoded": {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        "multipart": {"data": ONE_CLICK},
        "none": {},
        "nonsense": {"data": b"\x00\xff", "content_type": "multipart/form-data; boundary="},
        "huge": {"data": b"x" * 5_000_000, "content_type": "application/x-www-form-urlencoded"},
    }
    answer = browser.post(links["unsubscribe"], **sent[body])

    assert answer.status_code == 200
    assert not answer.cookies
    assert not hears(ann)
    entry = ConsentEntry.objects.get()
    assert (entry.customer, entry.is_given, entry.source, entry.delivery) == (ann, False, "one_click", delivery)


@pytest.mark.parametrize("door", ["unsubscribe", "preferences"])
@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_looking_changes_nothing(browser, links, ann, door, method):
    answer = getattr(browser, method)(links[door], {"nothing": "1", **ONE_CLICK} if method == "get" else None)

    assert answer.status_code == (200 if method in {"get", "head"} else 405)
    assert not answer.cookies
    assert not ConsentEntry.objects.exists()
    assert hears(ann)


def test_the_page_asks_and_runs_no_scripts(browser, links):
    page = browser.get(links["unsubscribe"])

    assert "<button" in page.text
    assert "Tips &amp; tricks" in page.text
    assert "<script" not in page.text
    assert page["Content-Security-Policy"].startswith("default-src 'none'")
    assert page["Referrer-Policy"] == "no-referrer"


def test_one_click_twice_is_one_word(browser, links):
    for _ in range(2):
        assert browser.post(links["unsubscribe"], ONE_CLICK).status_code == 200

    assert ConsentEntry.objects.count() == 1


def test_one_click_holds_for_all_customers_with_the_address(browser, links):
    other = CustomerFactory(email="ANN@example.com")

    browser.post(links["unsubscribe"], ONE_CLICK)

    assert not hears(other)


def test_a_mail_without_a_topic_ends_all_marketing(browser, ann, tips):
    url = links_for(customer=ann.pk, topic="", message_id=uuid4())["unsubscribe_url"]

    browser.post(url.removeprefix(BASE), ONE_CLICK)

    assert not hears(ann)
    assert not hears(ann, "")


def test_a_topic_that_is_gone_ends_all_marketing(browser, ann):
    url = links_for(customer=ann.pk, topic="gone", message_id=uuid4())["unsubscribe_url"]

    browser.post(url.removeprefix(BASE), ONE_CLICK)

    assert not hears(ann, "")


def test_a_token_that_is_not_ours_is_not_there(browser, links):
    token = links["unsubscribe"].rsplit("/", 1)[1]
    other = Signer(salt="customer_success.share").sign_object([1, "", uuid4().hex])
    forged = [token[:-1], token + "x", "x" + token, token.split(":")[0], other, "x", ":", "%00", "a" * 5_000]
    for wrong in forged:
        for door in "up":
            for answer in (browser.get(f"/m/{door}/{wrong}"), browser.post(f"/m/{door}/{wrong}", ONE_CLICK)):
                assert answer.status_code == 404, wrong
    assert not ConsentEntry.objects.exists()


def test_a_link_of_a_customer_that_is_gone_is_not_there(browser):
    url = links_for(customer=999_999, topic="", message_id=uuid4())["unsubscribe_url"]

    assert browser.post(url.removeprefix(BASE)).status_code == 404


def test_a_delivery_of_somebody_else_is_not_named(ann):
    foreign = DeliveryFactory()
    url = links_for(customer=ann.pk, topic="", message_id=foreign.message_id)["unsubscribe_url"]

    assert open_link(url.rsplit("/", 1)[1]).delivery is None


def test_preferences_are_saved_topic_by_topic(browser, links, ann, tips):
    offers = TopicFactory(key="offers")

    page = browser.post(links["preferences"], {"topic": [str(offers.pk)]})

    assert "Saved." in page.text
    assert not hears(ann)
    assert hears(ann, "offers")
    entry = ConsentEntry.objects.get()
    assert entry.wording.endswith("Tips & tricks: Once a week.")
    assert entry.source == "preferences"


def test_a_customer_may_come_back(browser, links, ann, tips):
    TopicFactory(key="offers")
    browser.post(links["preferences"], {"nothing": "1"})
    assert not hears(ann)

    browser.post(links["preferences"], {"topic": [str(tips.pk)]})

    assert hears(ann)
    assert not hears(ann, "offers")
    assert Consent.objects.get(topic=None).is_given


@pytest.mark.parametrize("topics", [["-1"], ["9" * 30], ["²"], ["x", "\0"], ["999999"], [""]])
def test_topics_that_do_not_exist_count_for_nothing(browser, links, ann, topics):
    assert browser.post(links["preferences"], {"topic": topics}).status_code == 200
    assert not hears(ann)
