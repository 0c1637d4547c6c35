"""What becomes of events: stored once, facts and orders follow, customers appear and are marked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lifecycle.engine.ingest import create_customers, ingest
from lifecycle.models import Customer, CustomerFacts, CustomerStatus, DirtyMark, Event, NextCheck, Order

from .stage import NOW, code_of, days_ago, event, lifecycle_with, paid, read, send

pytestmark = pytest.mark.django_db


def facts(customer: str = "ann") -> CustomerFacts:
    return CustomerFacts.objects.get(customer__external_id=customer)


def test_a_repeat_is_harmless_and_named() -> None:
    send(event("ann", "login", message_id="1"))

    again = send(event("ann", "login", message_id="1"), event("ann", "login", message_id="2"))

    assert (again.stored, again.repeated) == (1, {"1"})
    assert facts().login_count == 2


def test_a_repeat_creates_nobody_and_changes_nothing() -> None:
    send(event("ann", "login", message_id="1"))

    again = send(event("bob", "login", message_id="1"), event("cem", "login", message_id="2"))

    assert (again.stored, again.repeated) == (1, {"1"})
    assert list(Customer.objects.order_by("id").values_list("external_id", flat=True)) == ["ann", "cem"]


def test_the_same_message_id_of_another_source_is_another_message() -> None:
    send(event("ann", "login", message_id="1"), source="shop")

    other = send(event("ann", "login", message_id="1"), source="app")

    assert other.stored == 1
    assert facts().login_count == 2


def test_a_message_that_stands_twice_in_a_batch_counts_once() -> None:
    stored = send(*[event("ann", "login", message_id="1")] * 2)

    assert stored.stored == 1
    assert facts().login_count == 1


def test_a_repeat_leaves_no_mark() -> None:
    lifecycle_with("NEW OLD")
    send(event("ann", "login", message_id="1"))
    DirtyMark.objects.all().delete()

    again = send(event("ann", "login", message_id="1"))

    assert again.customers == ()
    assert not DirtyMark.objects.exists()


def test_an_unknown_customer_appears_with_all_that_a_customer_has() -> None:
    first, second = lifecycle_with("NEW OLD"), lifecycle_with("A B", is_tagged=False)

    stored = send(event("ann", "login"))

    ann = Customer.objects.get(external_id="ann")
    assert stored.customers == (ann.id,)
    assert (ann.created_at, ann.timezone, ann.traits, ann.email) == (NOW, "UTC", {}, None)
    assert (code_of("ann", first), code_of("ann", second)) == ("NEW", None)
    assert NextCheck.objects.filter(status__customer=ann, at=None).count() == 2
    assert set(DirtyMark.objects.values_list("lifecycle", "customer_id")) == {(first.id, ann.id), (second.id, ann.id)}
    assert facts().login_count == 1


def test_known_and_unknown_customers_may_stand_in_one_batch() -> None:
    send(event("ann", "login"))

    stored = send(event("bob", "login"), event("ann", "login"), event("bob", "login"))

    assert stored.stored == 3
    assert (facts("ann").login_count, facts("bob").login_count) == (2, 2)
    assert len(stored.customers) == 2


def test_a_customer_of_an_inactive_lifecycle_is_not_marked_by_news() -> None:
    lifecycle = lifecycle_with("NEW OLD")
    send(event("ann", "login"))
    lifecycle.is_active = False
    lifecycle.save()
    DirtyMark.objects.all().delete()

    send(event("ann", "login"))

    assert not DirtyMark.objects.exists()


def test_customers_that_are_there_stay_as_they_are() -> None:
    lifecycle_with("NEW OLD")
    send(event("ann", "identify", name="Ann"))

    created = create_customers(external_ids=["ann", "bob"], now=NOW + timedelta(days=1))

    assert created == 1
    assert Customer.objects.get(external_id="ann").name == "Ann"
    assert CustomerStatus.objects.count() == 2


def test_several_payments_of_an_order_are_one_order() -> None:
    send(
        paid("ann", days_ago(1), 10, order_id="A"),
        paid("ann", days_ago(3), 5.5, order_id="A"),
        paid("ann", days_ago(2), 1, order_id="B"),
    )
    send(paid("ann", NOW, 4, order_id="A"), paid("bob", NOW, 3, order_id="A"))

    orders = Order.objects.filter(customer__external_id="ann").order_by("reference")
    assert list(orders.values_list("reference", "ordered_at", "amount")) == [
        ("A", days_ago(3), Decimal("19.5")),
        ("B", days_ago(2), Decimal(1)),
    ]
    assert (facts().order_count, facts().total_spend) == (2, Decimal("20.5"))
    assert (facts().first_order_at, facts().last_order_at) == (days_ago(3), NOW)
    assert facts("bob").order_count == 1


def test_a_payment_without_an_order_id_is_an_order_of_its_own() -> None:
    send(paid("ann", message_id="1"), paid("ann", message_id="2"), paid("ann", message_id="3", order_id=None))

    assert facts().order_count == 3
    assert set(Order.objects.values_list("reference", flat=True)) == {"shop:1", "shop:2", "shop:3"}


def test_money_is_exact() -> None:
    send(*(paid("ann", amount=0.1) for _ in range(30)), paid("ann", amount=999_999_999_999.99))
    send(paid("ann", amount=0.2))

    assert facts().total_spend == Decimal("1000000000003.19")
    assert Event.objects.filter(value=Decimal("0.1")).count() == 30


def test_of_two_scores_at_one_instant_the_larger_counts() -> None:
    send(event("ann", "support_rated", score=2), event("ann", "support_rated", score=4))
    send(event("ann", "support_rated", score=3))

    assert facts().support_satisfaction_score == 4


def test_the_latest_score_counts_even_if_an_older_one_comes_later() -> None:
    send(event("ann", "support_rated", days_ago(1), score=2))
    send(event("ann", "support_rated", days_ago(2), score=4))

    assert (facts().support_satisfaction_score, facts().support_rated_at) == (2, days_ago(1))


def test_identify_is_no_activity() -> None:
    send(event("ann", "identify", name="Ann"))

    assert (facts().first_event_at, facts().last_event_at) == (None, None)


def test_an_event_that_feeds_no_fact_is_activity() -> None:
    send(event("ann", "page_viewed", days_ago(2)), event("ann", "identify", name="Ann"))

    assert (facts().first_event_at, facts().last_event_at) == (days_ago(2), days_ago(2))


def test_history_counts_as_known_from_when_it_happened() -> None:
    ingest(batch=read(paid("ann", days_ago(300))), source="shop", now=NOW, is_history=True)
    ingest(batch=read(paid("ann", days_ago(200))), source="shop", now=NOW)

    assert list(Event.objects.order_by("id").values_list("received_at", flat=True)) == [days_ago(300), NOW]


def test_the_instant_is_kept_to_the_microsecond_in_utc() -> None:
    at = (NOW + timedelta(microseconds=123_456)).isoformat().replace("+00:00", "-07:00")

    send({**event("ann", "login"), "occurred_at": at}, now=NOW + timedelta(hours=8))

    assert facts().last_login_at == NOW + timedelta(hours=7, microseconds=123_456)
