"""What providers tell of an address stops messages to it: bounces, complaints, and who unsubscribes there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from campaigns.engine.receipts import SOFT_BOUNCES
from campaigns.models import Channel, Consent, ConsentEntry, Suppression
from campaigns.queries.contact import suppressed

from .receipts import sent, take, told

pytestmark = pytest.mark.django_db


def test_a_complaint_about_an_unknown_message_still_stops_the_address():
    take(told(None, "complained", recipient="Angry@example.com"))

    assert suppressed(["angry@example.com"])


@pytest.mark.parametrize(
    ("kind", "reason"), [("bounced", "hard_bounce"), ("complained", "complaint")]
)  # fmt: skip
def test_a_bounce_and_a_complaint_stop_the_address_the_message_went_to(kind, reason):
    row = sent(recipient="gone@example.com")

    take(told(row, kind, recipient="forwarded@example.org", detail="550 no such user"))

    assert list(Suppression.objects.values_list("address", "reason", "note")) == [
        ("gone@example.com", reason, "550 no such user")
    ]


def test_what_arrives_late_lifts_no_suppression():
    row = sent(recipient="gone@example.com")
    take(told(row, "bounced"))

    take(told(row, "delivered"), told(row, "opened"))

    assert suppressed(["gone@example.com"])


def test_a_webhook_that_bounces_suppresses_nobody():
    row = sent(channel=Channel.WEBHOOK, recipient="shop")

    take(told(row, "bounced"))

    assert not Suppression.objects.exists()


def soft_bounces(states: Sequence[str]) -> None:
    first = sent(recipient="full@example.com")
    rows = [first, *(sent(recipient="full@example.com", run=None, campaign=first.campaign, customer=first.customer)
                     for _ in states[1:])]  # fmt: skip
    take(*(told(row, kind) for row, kind in zip(rows, states, strict=True)))


def test_five_soft_bounces_in_a_row_stop_an_address():
    soft_bounces(["soft_bounced"] * SOFT_BOUNCES)

    assert Suppression.objects.get().reason == "soft_bounces"


@pytest.mark.parametrize("states", [["soft_bounced"] * 4, [*["soft_bounced"] * 4, "delivered", "soft_bounced"]])
def test_fewer_or_not_in_a_row_stop_nothing(states):
    soft_bounces(states)

    assert not Suppression.objects.exists()


def test_one_message_that_is_tried_again_and_again_is_one():
    row = sent()

    take(*(told(row, "soft_bounced", minutes=minute) for minute in range(9)))

    assert not Suppression.objects.exists()


def test_who_unsubscribes_at_the_provider_is_not_written_to_any_more():
    row = sent()

    take(told(row, "unsubscribed"))

    entry = ConsentEntry.objects.get()
    assert (entry.customer, entry.delivery, entry.source, entry.is_given) == (row.customer, row, "receipt", False)
    assert Consent.objects.get(customer=row.customer).is_given is False


def test_of_what_speaks_against_one_address_a_complaint_weighs_most():
    rows = [sent(recipient=address) for address in ("ann@example.com", "Ann@example.com", "ANN@example.com")]

    take(*(told(row, kind) for row, kind in zip(rows, ("bounced", "complained", "bounced"), strict=True)))

    assert [one.reason for one in Suppression.objects.all()] == ["complaint"]
