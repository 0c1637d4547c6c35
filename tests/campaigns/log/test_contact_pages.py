"""Pages about whether customers may be written to: consents, suppression, switches, quiet hours, endpoints."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.engine.consent import suppress
from campaigns.models import Consent, ConsentEntry, QuietHours, SendingSwitch, Suppression, WebhookEndpoint
from tests.factories import (
    BreakerFactory,
    CustomerFactory,
    QuietHoursFactory,
    SendingSwitchFactory,
    StepRunFactory,
    TopicFactory,
    WebhookEndpointFactory,
)
from tests.factories.campaigns import THEN

pytestmark = pytest.mark.django_db
SWITCHES = reverse("admin:campaigns_sendingswitch_changelist")


def add(model: str) -> str:
    return reverse(f"admin:campaigns_{model}_add")


def turn(channel: str) -> str:
    return reverse("admin:campaigns_sendingswitch_turn", args=[channel])


def test_adds_an_address_by_hand_and_releases_it_after_a_reason(desk: Any, boss: Any) -> None:
    desk.post(add("suppression"), {"address": "Gone@Example.com", "note": "By phone"})
    row = Suppression.objects.get()
    url = reverse("admin:campaigns_suppression_release", args=[row.pk])
    without = desk.post(url, {"reason": " "})

    assert (row.address, row.by, row.note) == ("gone@example.com", boss, "By phone")
    assert without.context["form"].errors
    assert Suppression.objects.exists()

    desk.post(url, {"reason": "Has a new mailbox"})

    assert not Suppression.objects.exists()


@pytest.mark.parametrize("address", ["", "no address", "a\x00@example.com", f"{'a' * 300}@example.com"])
def test_suppresses_nothing_that_is_no_address(desk: Any, address: str) -> None:
    answer = desk.post(add("suppression"), {"address": address})

    assert answer.context["adminform"].form.errors["address"]
    assert not Suppression.objects.exists()


def test_says_that_an_address_is_on_the_list_already(desk: Any) -> None:
    suppress(address="gone@example.com", reason="by_hand", by=None, now=THEN)

    answer = desk.post(add("suppression"), {"address": "GONE@example.com"})

    assert "on the list already" in answer.content.decode()


def test_a_success_manager_sees_the_addresses_of_the_own_customers(mia: Any, desk_of: Any) -> None:
    CustomerFactory(owner=mia, email="Mine@example.com")
    for address in ("mine@example.com", "theirs@example.com"):
        suppress(address=address, reason="by_hand", by=None, now=THEN)

    text = desk_of(mia).get(reverse("admin:campaigns_suppression_changelist")).content.decode()

    assert "mine@example.com" in text
    assert "theirs@example.com" not in text


def test_writes_down_what_a_customer_has_said(desk: Any, boss: Any) -> None:
    customer, topic = CustomerFactory(), TopicFactory(name="Offers")
    url = reverse("admin:campaigns_consententry_say", args=[customer.pk])

    without = desk.post(url, {"says": "no", "topic": topic.pk, "wording": ""})
    desk.post(url, {"says": "no", "topic": topic.pk, "wording": "Told us by phone"})

    entry = ConsentEntry.objects.get()
    text = desk.get(reverse("admin:campaigns_consententry_customer", args=[customer.pk])).content.decode()
    assert without.context["form"].errors
    assert (entry.by, entry.source, entry.wording) == (boss, "admin", "Told us by phone")
    assert not Consent.objects.get().is_given
    assert "No to Offers" in text


def test_the_kill_switch_is_two_clicks_away(desk: Any, boss: Any) -> None:
    page = desk.get(SWITCHES).content.decode()

    assert "Stop all sending" in page

    desk.post(turn("all"), {"turn": "off", "reason": "Stopped at once"})

    switch = SendingSwitch.objects.get()
    assert (switch.channel, switch.is_on, switch.changed_by) == ("", False, boss)
    assert "Stop all sending" not in desk.get(SWITCHES).content.decode()


def test_a_switch_that_somebody_else_has_turned_stays(desk: Any) -> None:
    desk.post(turn("email"), {"turn": "off", "reason": "one"})

    answer = desk.post(turn("email"), {"turn": "off", "reason": "two"}, follow=True)

    assert "is off already" in answer.content.decode()
    assert not SendingSwitch.objects.get().is_on


@pytest.mark.parametrize("reason", ["", "   ", "a\x00", "x" * 501])
def test_turns_no_switch_without_a_reason(desk: Any, reason: str) -> None:
    answer = desk.post(turn("email"), {"turn": "off", "reason": reason})

    assert answer.context["form"].errors["reason"]
    assert not SendingSwitch.objects.exists()


def test_shows_what_is_held_back_and_which_channel_does_not_answer(desk: Any) -> None:
    SendingSwitchFactory(channel="webhook", reason="Repairs")
    BreakerFactory(channel="email", open_until="2999-01-01T00:00Z", reason="421 busy")
    StepRunFactory.create_batch(2, kind="action", due_at=THEN)
    StepRunFactory(kind="email", due_at="2999-01-01T00:00Z")

    text = desk.get(SWITCHES).content.decode()

    assert "2 steps due, held back" in text
    assert "421 busy" in text


def test_the_page_of_switches_costs_the_same_with_few_and_many_steps(desk: Any) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            desk.get(SWITCHES)
        return len(found)

    StepRunFactory(kind="email", due_at=THEN)
    asked()
    few = asked()
    StepRunFactory.create_batch(30, kind="email", due_at=THEN)

    assert asked() == few


def test_quiet_hours_do_not_end_when_they_start(desk: Any) -> None:
    quiet = QuietHoursFactory()
    url = reverse("admin:campaigns_quiethours_change", args=[quiet.pk])

    answer = desk.post(url, {"is_on": "on", "starts": "22:00", "ends": "22:00"})

    assert answer.context["adminform"].form.errors["ends"]
    assert f"{QuietHours.objects.get().starts:%H:%M}" == "21:00"


def test_a_secret_is_shown_once(desk: Any) -> None:
    made = desk.post(add("webhookendpoint"), {"name": "Academy", "key": "academy", "url": "https://a.example.com/x"})
    endpoint = WebhookEndpoint.objects.get()
    page = desk.get(reverse("admin:campaigns_webhookendpoint_change", args=[endpoint.pk])).content.decode()

    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert endpoint.secret not in page


def test_a_new_secret_leaves_the_old_one_until_it_is_dropped(desk: Any) -> None:
    endpoint = WebhookEndpointFactory()
    before = endpoint.secret
    pages = [
        reverse(f"admin:campaigns_webhookendpoint_{name}", args=[endpoint.pk]) for name in ("new_secret", "drop_secret")
    ]

    shown = desk.post(pages[0], {"confirm": "yes"}).content.decode()
    endpoint.refresh_from_db()

    assert endpoint.old_secret == before != endpoint.secret
    assert endpoint.secret in shown

    desk.post(pages[1], {"confirm": "yes"})
    endpoint.refresh_from_db()

    assert endpoint.old_secret == ""


def test_a_question_makes_no_new_secret(desk: Any) -> None:
    endpoint = WebhookEndpointFactory()

    desk.get(reverse("admin:campaigns_webhookendpoint_new_secret", args=[endpoint.pk]))

    assert WebhookEndpoint.objects.get().secret == endpoint.secret


def test_an_endpoint_that_is_switched_on_again_forgets_why_it_was_off(desk: Any) -> None:
    endpoint = WebhookEndpointFactory(is_active=False, off_reason="It answered 410")
    url = reverse("admin:campaigns_webhookendpoint_change", args=[endpoint.pk])

    desk.post(url, {"name": endpoint.name, "url": endpoint.url, "is_active": "on"})

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.off_reason, endpoint.secret) == (True, "", WebhookEndpointFactory.secret)


def test_whoever_wants_to_add_quiet_hours_is_led_to_those_there_are(desk: Any) -> None:
    quiet = QuietHoursFactory()

    answer = desk.get(add("quiethours"))

    assert answer.headers["Location"] == reverse("admin:campaigns_quiethours_change", args=[quiet.pk])


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://crm.example.com:8443/", "The port 8443 is not one of 80, 443."),
        ("https://crm.example.com:99999/", "ort out of range"),
        ("http://127.0.0.1/", "127.0.0.1 is not an address of the internet."),
        ("http://localhost/", "localhost is not an address of the internet."),
        ("https://user:pw@crm.example.com/", "without a login"),
    ],
)
def test_an_endpoint_that_no_webhook_reaches_is_refused_when_it_is_written(desk: Any, url: str, says: str) -> None:
    answer = desk.post(add("webhookendpoint"), {"name": "CRM", "key": "crm", "url": url})

    assert says in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()
