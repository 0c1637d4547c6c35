"""Two writers at the same time: nobody waits in a circle, nothing is counted twice or lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from lifecycle.engine import ingest as engine
from lifecycle.models import Customer, CustomerFacts, CustomerStatus, Event, Order

from .stage import NOW, Tree, at_once, event, lifecycle_with, paid, send

pytestmark = pytest.mark.django_db(transaction=True)


def history(people: int, events: int, seed: int) -> list[Tree]:
    random = Random(seed)

    def one(number: int) -> Tree:
        customer = f"c{random.randrange(people)}"
        at = NOW - timedelta(minutes=random.randrange(10_000))
        kind = random.random()
        if kind < 0.4:
            return paid(customer, at, message_id=f"{number}", amount=0.1, order_id=f"o{random.randrange(5)}")
        if kind < 0.6:
            return event(customer, "identify", at, message_id=f"{number}", name=f"name {number}")
        return event(customer, "login", at, message_id=f"{number}")

    return [one(number) for number in range(events)]


def parcels(events: list[Tree], seed: int, size: int = 60) -> list[list[Tree]]:
    mixed = list(events)
    Random(seed).shuffle(mixed)
    return [mixed[start : start + size] for start in range(0, len(mixed), size)]


@pytest.mark.parametrize("people", [5, 200])
def test_writers_of_the_same_messages_count_each_once(people: int) -> None:
    lifecycle_with("NEW OLD")
    events = history(people, 900, seed=people)
    start = Barrier(3)

    def writer(seed: int) -> int:
        start.wait()
        return sum(send(*parcel).stored for parcel in parcels(events, seed))

    stored = at_once(*(lambda seed=seed: writer(seed) for seed in range(3)))

    assert sum(stored) == len(events) == Event.objects.count()
    assert Customer.objects.count() == CustomerStatus.objects.count() == len({one["customer_id"] for one in events})
    for customer in Customer.objects.select_related("facts"):
        own = [one for one in events if one["customer_id"] == customer.external_id]
        orders = [one["properties"]["order_id"] for one in own if one["name"] == "ORDER_PAID"]
        assert customer.facts.order_count == len(set(orders)) == Order.objects.filter(customer=customer).count()
        assert customer.facts.total_spend == Decimal("0.1") * len(orders)
        assert customer.facts.login_count == sum(one["name"] == "login" for one in own)
        told = sorted((one["occurred_at"], one["message_id"]) for one in own if one["name"] == "identify")
        assert customer.name == (f"name {told[-1][1]}" if told else None)


def test_traits_do_not_wait_for_those_who_store_events_of_the_same_customers() -> None:
    """The check of foreign keys holds the key of a customer until the other commits; traits are no part of it."""
    send(event("ann", "login"), event("bob", "login"))
    is_held, is_over = Barrier(2), Barrier(2)

    def storing() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM lifecycle_customer FOR KEY SHARE")
            is_held.wait()
            is_over.wait()

    def identifying() -> int:
        is_held.wait()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            return send(event("ann", "identify", name="Ann"), event("bob", "identify", name="Bob")).stored
        finally:
            is_over.wait()

    assert at_once(storing, identifying) == [None, 2]


def test_a_customer_that_appears_in_between_leads_to_no_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first writer has not seen the stranger, the second one has: they meet the rows in different order."""
    send(event("old", "login"))
    batch = [event("stranger", "login", message_id="1"), event("old", "login", message_id="2")]
    may_go_on, create = Barrier(2), engine.create_customers

    def create_late(**arguments: Any) -> int:
        if "stranger" in arguments["external_ids"] and not Customer.objects.filter(external_id="stranger").exists():
            may_go_on.wait()  # the first writer holds what it has stored so far
            may_go_on.wait()
        return create(**arguments)

    monkeypatch.setattr(engine, "create_customers", create_late)

    def second() -> int:
        may_go_on.wait()
        create(external_ids=["stranger"], now=NOW)
        may_go_on.wait()
        return send(*batch).stored

    stored = at_once(lambda: send(*batch).stored, second)

    assert sorted(stored) == [0, 2]
    assert set(CustomerFacts.objects.values_list("login_count", flat=True)) == {1, 2}
