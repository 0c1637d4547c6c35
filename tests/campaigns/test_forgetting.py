"""What was said to a customer is forgotten; that it was said is not."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from campaigns.engine.consent import suppress
from campaigns.engine.enroll import enroll_customers
from campaigns.engine.receipts import Told, take_receipts
from campaigns.models import Delivery, InAppMessage, Receipt, ReceiptKind, StepRun, Suppression
from campaigns.queries.contact import suppressed
from lifecycle.engine.erasing import erase_customer
from tests.campaigns.inside import NOW, campaign_of, inside
from tests.factories import CustomerFactory, DeliveryFactory, EventFactory, UserFactory

pytestmark = pytest.mark.django_db
PERSONAL = ("zoe", "secret")


def sent_to(customer, **more):
    return DeliveryFactory(customer=customer, run__enrollment__customer=customer, **more)


def test_texts_and_addresses_are_gone_and_the_counts_stay(capsys):
    zoe, ben = CustomerFactory(external_id="c1", email="zoe@example.com"), CustomerFactory(email="ben@example.com")
    mail = sent_to(zoe, recipient="zoe@old.example", subject="A secret", state="bounced", reason="no zoe here")
    note, other = sent_to(zoe, channel="in_app"), sent_to(ben, recipient="ben@example.com", subject="Hello")
    InAppMessage.objects.create(delivery=note, customer=zoe, title="A secret", body="For zoe", created_at=NOW)
    bounced = {"kind": ReceiptKind.SOFT_BOUNCED, "happened_at": NOW, "detail": "no zoe"}
    take_receipts(
        receipts=[
            Told("smtp", "1", message_id=mail.message_id, recipient="zoe@old.example", **bounced),
            Told("smtp", "2", recipient="Zoe@Example.com", **bounced),
        ],
        now=NOW,
    )
    suppress(address="zoe@old.example", reason="hard_bounce", by=None, now=NOW, note="no zoe here")

    call_command("forget_messages", "c1")

    assert capsys.readouterr().out == "2 messages forgotten.\n"
    for model in (Delivery, InAppMessage, Receipt, Suppression):
        rows = str(list(model.objects.values())).lower()
        assert not any(word in rows for word in PERSONAL), model
    assert list(Delivery.objects.filter(customer=zoe).values_list("state", flat=True)) == ["accepted", "bounced"]
    assert Receipt.objects.count() == 2
    assert suppressed(["zoe@old.example"])
    other.refresh_from_db()
    assert (other.recipient, other.subject) == ("ben@example.com", "Hello")


def test_who_is_forgotten_is_in_no_campaign_any_more():
    zoe = CustomerFactory(external_id="c1", email="zoe@example.com")
    enrollment = inside(campaign_of({"key": "rest", "kind": "wait"}), zoe)

    call_command("forget_messages", "c1")

    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.data) == ("cancelled", {})
    assert StepRun.objects.get().state == "cancelled"
    assert "forgotten" in enrollment.campaign.entries.get().did


@pytest.mark.parametrize("unknown", ["nobody", "a\x00", ""])
def test_nobody_is_forgotten_who_is_not_known(unknown):
    with pytest.raises(CommandError, match="There is no customer"):
        call_command("forget_messages", unknown)


def erased(customer):
    customer.refresh_from_db()
    erase_customer(customer=customer, by=UserFactory(), now=NOW)
    return customer


def test_who_is_erased_is_not_written_to_and_enters_nothing():
    zoe = CustomerFactory(external_id="c1", email="zoe@example.com")
    version = campaign_of({"key": "rest", "kind": "wait"}, reentry="always")
    enrollment = inside(version, zoe)
    suppress(address="zoe@example.com", reason="complaint", by=None, now=NOW, note="Zoe said so")

    erased(zoe)

    enrollment.refresh_from_db()
    assert (enrollment.state, StepRun.objects.get().state) == ("cancelled", "cancelled")
    assert suppressed(["zoe@example.com"])
    assert enroll_customers(version=version, customers=[zoe], occasion="again", by=None, now=NOW) == 0


def test_of_what_is_told_later_about_the_messages_of_an_erased_customer_only_the_fact_is_kept():
    zoe = CustomerFactory(external_id="c1", email="zoe@example.com")
    mail = sent_to(zoe, recipient="zoe@example.com")
    erased(zoe)

    told = Told("smtp", "1", ReceiptKind.BOUNCED, NOW, mail.message_id, recipient="zoe@example.com", detail="no zoe")
    take_receipts(receipts=[told], now=NOW)

    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("bounced", "")
    assert Receipt.objects.values_list("kind", "recipient", "detail").get() == ("bounced", "", "")


def test_addresses_of_former_days_are_forgotten_too():
    zoe = CustomerFactory(external_id="c1", email="zoe@example.com")
    EventFactory(customer=zoe, name="identify", properties={"email": "zoe@old.example"})
    suppress(address="zoe@old.example", reason="by_hand", by=None, now=NOW)

    erased(zoe)

    assert Suppression.objects.get().address == ""
