"""Events that campaigns listen for bring customers in, each once, with what the event told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.engine.enroll import enroll_from
from campaigns.models import Enrollment, StepRun
from lifecycle.engine.ingest import ingest
from lifecycle.models import Event, Lifecycle, OutboxMessage, Topic
from tests.campaigns.entry_stage import all_messages, enroll, inside, live_version, shop
from tests.lifecycle.stage import NOW, event, read, send

pytestmark = pytest.mark.django_db(transaction=True)
CART = {"kind": "event", "name": "CART_UPDATED"}


@pytest.fixture
def lifecycle() -> Lifecycle:
    return shop()


def told() -> int:
    return OutboxMessage.objects.filter(topic=Topic.EVENT).count()


def test_only_events_that_somebody_listens_for_are_told(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, CART)

    send(event("ann", "login"), event("ann", "CART_UPDATED"))

    message = OutboxMessage.objects.get(topic=Topic.EVENT)
    cart = Event.objects.get(name="CART_UPDATED")
    assert (message.subject_id, message.customer_id, message.created_at) == (cart.id, cart.customer_id, NOW)


def test_an_event_that_is_sent_three_times_is_told_once(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, CART, reentry="always")
    same = event("ann", "CART_UPDATED", message_id="m-one")

    for _ in range(3):
        send(same)
        enroll()

    assert told() == 1
    assert inside(version) == ["ann"]


def test_imported_history_is_told_to_nobody(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, CART)

    ingest(batch=read(event("ann", "CART_UPDATED")), source="shop", now=NOW, is_history=True)

    assert Event.objects.exists()
    assert told() == 0


def test_an_event_enrolls_from_when_it_happened_with_what_it_told(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, CART, reentry="always")
    send(event("ann", "CART_UPDATED", NOW - timedelta(minutes=10), total=40))

    enroll()

    one, cart = Enrollment.objects.get(), Event.objects.get()
    assert (one.event_id, one.occasion, one.data) == (cart.id, f"event:{cart.id}", {"total": 40})
    assert StepRun.objects.get().due_at == NOW + timedelta(minutes=50)


@pytest.mark.parametrize(("total", "enters"), [(40, True), (40.0, True), ("40", False), (41, False), (None, False)])
def test_an_event_has_to_have_the_very_properties(lifecycle: Lifecycle, total: object, enters: bool) -> None:
    version = live_version(lifecycle, {**CART, "where": {"total": 40}})
    send(event("ann", "CART_UPDATED", total=total))

    enroll()

    assert inside(version) == (["ann"] if enters else [])


def test_every_event_is_an_occasion_if_reentry_is_always(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, CART, reentry="always")
    send(event("ann", "CART_UPDATED"), event("ann", "CART_UPDATED"))

    enroll()

    assert Enrollment.objects.count() == 2


def test_events_within_the_days_are_one_occasion(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, CART, reentry=1)
    send(*(event("ann", "CART_UPDATED", NOW - timedelta(hours=hours)) for hours in (3, 2, 1)))
    enroll()
    send(event("ann", "CART_UPDATED"))

    enroll()

    assert Enrollment.objects.get().entered_at == NOW - timedelta(hours=3)


def test_messages_that_come_twice_enroll_once(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, CART, reentry="always")
    send(event("ann", "CART_UPDATED"))
    batch = all_messages()

    for _ in range(3):
        enroll_from(messages=batch, now=NOW)

    assert (Enrollment.objects.count(), StepRun.objects.count()) == (1, 1)


@pytest.mark.parametrize(("hours", "enters"), [(48, True), (49, False)])
def test_an_event_that_is_told_two_days_late_starts_nothing(lifecycle: Lifecycle, hours: int, enters: bool) -> None:
    version = live_version(lifecycle, CART)
    send(event("ann", "CART_UPDATED", NOW - timedelta(hours=hours)))

    enroll()

    assert inside(version) == (["ann"] if enters else [])
