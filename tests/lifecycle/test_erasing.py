"""A customer is erased: nobody knows who it was, what was counted stays, and it does not come back."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import transaction

from customer_success.engine.traits import TraitRefused, tell
from lifecycle.engine.erasing import erase_customer
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.ingest import ingest
from lifecycle.engine.lifecycles import set_up
from lifecycle.engine.verify import verify_history
from lifecycle.models import (
    Customer,
    CustomerFacts,
    CustomerStatus,
    Event,
    Lifecycle,
    Order,
    OutboxMessage,
    Transition,
)
from tests.factories import LifecycleFactory, StatusTagFactory, UserFactory

from .processes import kill, manage, running
from .stage import (
    NOW,
    at_once,
    days_ago,
    event,
    is_at_least,
    lifecycle_with,
    paid,
    path,
    read,
    send,
    until_somebody_waits,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Lifecycle:
    """Ann, who bought twice, has become a regular; Ben is new."""
    lifecycle = lifecycle_with(
        "NEW REGULAR LOST", {"from": "NEW", "to": "REGULAR", "when": is_at_least("order_count", 2)}
    )
    lifecycle.tags.filter(code="LOST").update(category="churned")
    send(
        event("ann", "identify", days_ago(9), message_id="i", name="Ann", email="ann@example.com", phone="1234"),
        paid("ann", days_ago(8), 20, message_id="1", order_id="A1"),
        paid("ann", days_ago(7), 30, message_id="2", order_id="A2"),
        event("ben", "login", days_ago(7)),
    )
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    return lifecycle


def erase(external_id: str = "ann", **more: Any) -> bool:
    customer = Customer.objects.get(external_id=external_id)
    return erase_customer(**{"customer": customer, "by": UserFactory(), "now": NOW, **more})


def erased() -> Customer:
    return Customer.objects.get(external_id__startswith="erased:")


def test_what_was_counted_stays(shop: Lifecycle) -> None:
    before = list(Event.objects.order_by("id").values_list("name", "occurred_at", "value"))
    spent = CustomerFacts.objects.get(customer__external_id="ann").total_spend

    assert erase()

    assert list(Event.objects.order_by("id").values_list("name", "occurred_at", "value")) == before
    assert erased().facts.total_spend == spent == 50
    assert sorted(Order.objects.values_list("amount", flat=True)) == [20, 30]
    assert Transition.objects.get(rule__isnull=False).evidence == {"order_count": 2}


def test_it_leaves_each_lifecycle_for_good(shop: Lifecycle) -> None:
    erase()
    evaluate_everybody(lifecycle=shop, as_of=NOW, now=NOW)

    assert path(shop, erased().external_id) == ["NEW>REGULAR", "REGULAR>LOST"]
    assert CustomerStatus.objects.get(customer=erased()).pinned_until is not None
    assert not OutboxMessage.objects.filter(customer=erased()).exists()


def test_a_new_lifecycle_has_no_place_for_it(shop: Lifecycle) -> None:
    erase()
    another = LifecycleFactory()
    StatusTagFactory(lifecycle=another, code="NEW", is_initial=True)

    set_up(lifecycle=another)

    found = CustomerStatus.objects.filter(lifecycle=another)
    assert list(found.values_list("customer__external_id", flat=True)) == ["ben"]


def test_its_history_is_not_doubted(shop: Lifecycle) -> None:
    erase()

    found = verify_history(lifecycle=shop, now=NOW)

    assert (found.customers, found.doubts) == (1, ())


def test_events_that_still_come_are_refused_and_bring_nobody_back(shop: Lifecycle) -> None:
    erase()

    taken = ingest(batch=read(paid("ann", message_id="1"), event("cid", "login")), source="shop", now=NOW)

    assert (taken.stored, taken.erased) == (1, {"ann"})
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"ben", "cid", erased().external_id}
    assert Event.objects.filter(customer=erased()).exclude(properties={}).count() == 0


def test_nobody_is_told_anything_by_the_name_of_the_erased(shop: Lifecycle) -> None:
    erase()

    assert "must not begin" in read(event(erased().external_id, "login")).rejected[0].reason
    with pytest.raises(TraitRefused, match="erased"):
        tell(traits={"ann": {"name": "Ann"}}, now=NOW)


def test_twice_is_once_and_takes_what_has_come_since(shop: Lifecycle) -> None:
    assert erase()
    Transition._base_manager.filter(customer=erased()).update(notes="Ann")
    moves = path(shop, erased().external_id)

    assert not erase(erased().external_id)

    assert path(shop, erased().external_id) == moves
    assert not Transition.objects.exclude(notes="").exists()
    assert LogEntry.objects.get().change_message == "Erased"


@pytest.mark.django_db(transaction=True)
def test_who_writes_events_meanwhile_is_waited_for(shop: Lifecycle) -> None:
    has_written = threading.Event()

    def writes() -> None:
        with transaction.atomic():
            send(event("ann", "note", text="Ann was here"))
            has_written.set()
            until_somebody_waits()

    def erases() -> bool:
        has_written.wait(timeout=60)
        return erase()

    assert at_once(writes, erases) == [None, True]
    assert not Event.objects.exclude(properties={}).exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_is_as_if_it_had_not_begun(child_environment: dict[str, str], shop: Lifecycle) -> None:
    UserFactory(username="zoe")
    with transaction.atomic():
        CustomerStatus.objects.select_for_update().get(customer__external_id="ann")
        with running(manage("erase_customer", "ann", "--by", "zoe", "--yes", environment=child_environment)) as process:
            until_somebody_waits(seconds=60)
            kill(process)
    assert Event.objects.get(message_id="i").properties["email"] == "ann@example.com"

    call_command("erase_customer", "ann", "--by", "zoe", "--yes")

    assert not Event.objects.exclude(properties={}).exists()


def test_the_command_asks_and_says_what_it_did(
    shop: Lifecycle, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    UserFactory(username="zoe")
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_customer", "ann", "--by", "zoe")

    call_command("erase_customer", "ann", "--by", "zoe", "--yes")
    call_command("erase_customer", "ann", "--by", "zoe", "--yes")

    number = erased().pk
    assert capsys.readouterr().out.splitlines() == [
        f"Customer {number} is erased.",
        f"Customer {number} is erased once more: it had been erased before.",
    ]


@pytest.mark.parametrize("unknown", ["nobody", "a\x00", ""])
def test_the_command_refuses_whom_it_does_not_know(unknown: str) -> None:
    UserFactory(username="zoe")

    with pytest.raises(CommandError, match="There is no customer"):
        call_command("erase_customer", unknown, "--by", "zoe", "--yes")
