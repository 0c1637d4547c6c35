"""What providers tell ends in the same state, in whatever order it comes and however often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.engine.receipts import Told, match_receipts
from campaigns.models import Campaign, Consent, ConsentEntry, Delivery, DeliveryState, Receipt, ReceiptKind, Suppression
from campaigns.queries.contact import suppressed
from lifecycle.models import Customer
from tests.factories.campaigns import THEN, CampaignFactory

from .receipts import NOW, sent, state, take, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kinds", "ends"),
    [
        (["delivered", "accepted"], "delivered"), (["delivered", "opened", "clicked"], "clicked"),
        (["bounced", "delivered"], "bounced"), (["complained", "clicked", "bounced"], "complained"),
        (["failed", "accepted"], "failed"), (["failed", "delivered"], "delivered"), (["soft_bounced"], "accepted"),
    ],
)  # fmt: skip
def test_a_late_word_takes_nothing_back(kinds, ends):
    row = sent()

    for kind in kinds:
        take(told(row, kind))

    assert state(row)[0] == ends


@pytest.mark.parametrize("kind", ReceiptKind.values)
def test_any_word_settles_what_was_uncertain(kind):
    row = sent(state=DeliveryState.UNCERTAIN, accepted_at=None, reason="The answer was lost.")

    take(told(row, kind, detail="550 no"))

    assert state(row)[0] != DeliveryState.UNCERTAIN
    assert state(row)[1] in {"", "550 no"}


def test_an_event_is_stored_once_and_moves_nothing_twice():
    row = sent(recipient="gone@example.com")
    taken = take(told(row, "bounced"), told(row, "bounced"))
    Suppression.objects.all().delete()  # a person has released it

    again = take(told(row, "bounced"))

    assert (len(taken.stored), len(again.stored), Receipt.objects.count()) == (1, 0, 1)
    assert not Suppression.objects.exists()


def test_what_speaks_of_no_message_of_ours_is_kept():
    taken = take(told(None, "delivered"))

    assert taken.unknown == taken.stored
    assert Receipt.objects.get().delivery is None


def test_a_message_is_found_by_the_id_of_its_provider_and_not_by_that_of_another():
    row = sent(provider="postmark", provider_id="pm-1")

    take(told(None, "delivered", provider_id="pm-1"))
    take(replace(told(None, "bounced", provider_id="pm-1", event="b"), provider="brevo"))

    assert state(row)[0] == "delivered"


def test_a_click_within_two_seconds_is_a_programs():
    program, person = sent(), sent()

    take(told(program, "clicked", minutes=1 / 60), told(person, "clicked", minutes=1))

    assert (state(program)[0], program.clicked_at) == ("delivered", None)
    assert Receipt.objects.get(delivery=program).detail.startswith("Clicked by a program")
    assert (state(person)[0], person.clicked_at) == ("clicked", THEN + timedelta(minutes=1))


def test_of_two_openings_the_earlier_counts():
    row = sent()

    take(told(row, "opened", minutes=9))
    take(told(row, "opened", minutes=5))

    state(row)
    assert row.opened_at == row.ended_at == THEN + timedelta(minutes=5)


def ends() -> list[Any]:
    """All that receipts may change, without what numbers rows and says when they were stored."""
    fields = ("message_id", "state", "reason", "ended_at", "opened_at", "clicked_at")
    stored = ("provider", "event_id", "delivery__message_id", "kind", "happened_at", "recipient", "detail")
    return [
        sorted(Delivery.objects.values_list(*fields)),
        sorted(Receipt.objects.values_list(*stored), key=str),
        sorted(Suppression.objects.values_list("address", "reason")),
        sorted(ConsentEntry.objects.values_list("customer", "is_given")),
    ]


def in_batches(receipts: Sequence[Told]) -> Iterable[Sequence[Told]]:
    return (receipts[start : start + 1000] for start in range(0, len(receipts), 1000))


def a_world(chance: Random) -> tuple[list[Delivery], list[Told]]:
    """2,000 messages to 500 customers, and 10,000 receipts of which one in fifty is of no message of ours."""
    campaign: Campaign = CampaignFactory()
    customers = Customer.objects.bulk_create(
        Customer(external_id=f"c{n}", email=f"c{n}@example.com", created_at=THEN, updated_at=THEN) for n in range(500)
    )
    rows = Delivery.objects.bulk_create(
        Delivery(
            campaign=campaign, customer=customers[n % 500], channel="email", message_class="marketing",
            recipient=f"c{n % 500}@example.com", planned_at=THEN, state=chance.choice(["accepted", "uncertain"]),
        )
        for n in range(2000)
    )  # fmt: skip
    kinds = [kind for kind in ReceiptKind.values if kind != "soft_bounced"]
    kinds += ["accepted", "delivered", "opened", "clicked"] * 5
    receipts = [
        told(None if n % 50 == 0 else chance.choice(rows), chance.choice(kinds), minutes=chance.randrange(99),
             event=f"e{n}", detail=chance.choice(["", "550 no", "blocked"]))
        for n in range(10_000)
    ]  # fmt: skip
    return rows, receipts


@pytest.mark.slow
def test_ten_thousand_receipts_end_the_same_in_three_orders_and_doubled():
    chance = Random(6)
    rows, receipts = a_world(chance)
    before = {row.pk: row.state for row in rows}
    found = []

    for _ in range(3):
        chance.shuffle(receipts)
        for batch in in_batches(receipts + chance.sample(receipts, 5_000)):
            take(*batch)
        found.append(ends())
        Receipt.objects.all()._raw_delete("default")
        ConsentEntry.objects.all()._raw_delete("default")
        for one in (Suppression, Consent):
            one.objects.all().delete()
        for row in rows:
            row.state = before[row.pk]
        Delivery.objects.update(reason="", ended_at=None, opened_at=None, clicked_at=None)
        Delivery.objects.bulk_update(rows, ["state"])

    assert found[0] == found[1] == found[2]
    assert len(found[0][1]) == 10_000
    assert {one[1] for one in found[0][0]} >= {"delivered", "opened", "clicked", "bounced", "complained"}
    assert found[0][2]


@pytest.mark.parametrize(("kind", "ends"), [("delivered", "delivered"), ("bounced", "bounced"), ("opened", "opened")])
def test_a_receipt_that_came_before_the_id_of_the_provider_was_stored_is_matched_once_it_is(kind, ends):
    row, early = sent(provider="postmark"), told(None, kind, provider_id="p-1", recipient="ann@example.com")
    assert take(early).unknown == {early.event}
    assert match_receipts(now=NOW) == 0
    Delivery.objects.filter(pk=row.pk).update(provider_id="p-1")

    assert (match_receipts(now=NOW), match_receipts(now=NOW)) == (1, 0)

    assert state(row)[0] == ends
    assert Receipt.objects.get().delivery == row
    assert bool(suppressed(["ann@example.com"])) is (kind == "bounced")


def test_a_receipt_that_unsubscribes_does_so_once_its_message_is_known():
    row = sent(provider="postmark", provider_id="p-1")
    take(told(None, "unsubscribed", provider_id="p-2"))
    Delivery.objects.filter(pk=row.pk).update(provider_id="p-2")

    match_receipts(now=NOW)

    assert Consent.objects.get().customer_id == row.customer_id


def test_what_stays_unknown_and_what_another_provider_says_is_left_alone():
    sent(provider="mailgun", provider_id="p-1")
    take(told(None, "delivered", provider_id="p-1"), told(None, "opened", recipient="x@example.com"))

    assert match_receipts(now=NOW) == 0


def test_a_batch_takes_as_many_statements_as_one():
    kinds = ["bounced", "complained", "unsubscribed", "delivered"]
    few, many = ([sent(recipient=f"{n}@{name}.example") for n in range(name)] for name in (4, 40))

    counts = []
    for rows in (few, many):
        with CaptureQueriesContext(connection) as asked:
            take(*(told(row, kinds[number % 4]) for number, row in enumerate(rows)))
        counts.append(len(asked))

    assert counts[1] <= counts[0]
    assert Suppression.objects.count() == 22
    assert ConsentEntry.objects.count() == 11
    assert {entry.delivery.customer_id == entry.customer_id for entry in ConsentEntry.objects.all()} == {True}
