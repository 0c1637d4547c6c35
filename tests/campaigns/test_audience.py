"""The audience of a campaign is who would have entered it in the last 30 days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from campaigns.queries import audience as asked
from campaigns.queries.audience import audience
from campaigns.queries.definitions import read
from lifecycle.models import Customer, CustomerFacts, Lifecycle
from tests.factories import CustomerFactory, EventFactory, SegmentFactory, TransitionFactory
from tests.lifecycle.stage import NOW, days_ago, is_at_least, lifecycle_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Lifecycle:
    CustomerFactory.create_batch(4)
    return lifecycle_with("NEW OLD LAST")


def people() -> list[Customer]:
    return list(Customer.objects.order_by("id"))


def count(shop: Lifecycle, trigger: dict[str, Any], **more: Any) -> int | None:
    text = {
        "lifecycle": shop.code, "trigger": trigger, "message_class": "transactional",
        "steps": [{"key": "a", "kind": "wait"}], **more,
    }  # fmt: skip
    return audience(read(text), now=NOW)


def moves(shop: Lifecycle, customer: Customer, start: str, to: str, days: int) -> None:
    TransitionFactory(
        lifecycle=shop, customer=customer, from_tag=shop.tags.get(code=start), to_tag=shop.tags.get(code=to),
        applied_at=days_ago(days), reason="x", rule=None,
    )  # fmt: skip


def test_entered_and_left_tags_are_counted_once_a_customer(shop):
    ann, bob, cat, _ = people()
    for customer, start, to, days in (
        (ann, "NEW", "OLD", 1), (ann, "NEW", "OLD", 9), (bob, "LAST", "OLD", 29), (cat, "NEW", "OLD", 31),
    ):  # fmt: skip
        moves(shop, customer, start, to, days)

    into_old = {"kind": "entered_tag", "lifecycle": shop.code, "tag": "OLD"}
    assert count(shop, into_old) == 2
    assert count(shop, {**into_old, "from_tag": "LAST"}) == 1
    assert count(shop, {"kind": "left_tag", "lifecycle": shop.code, "tag": "NEW"}) == 1


def test_the_entry_condition_holds_now(shop):
    ann, bob, *_ = people()
    for customer in (ann, bob):
        EventFactory(customer=customer, name="CART", occurred_at=days_ago(2), properties={"size": 2})
    CustomerFacts.objects.filter(customer=ann).update(order_count=3)

    assert count(shop, {"kind": "event", "name": "CART"}) == 2
    assert count(shop, {"kind": "event", "name": "CART", "where": {"size": 3}}) == 0
    assert count(shop, {"kind": "event", "name": "CART"}, entry=is_at_least("order_count", 3)) == 1


def test_conditions_and_segments_count_who_meets_them_now(shop):
    CustomerFacts.objects.filter(customer=people()[0]).update(order_count=3)
    SegmentFactory(key="buyers", lifecycle=shop, condition=is_at_least("order_count", 3))

    assert count(shop, {"kind": "metric", "condition": is_at_least("order_count", 3)}) == 1
    assert count(shop, {"kind": "schedule", "segment": "buyers", "every": "week"}) == 1


def test_dates_count_who_reaches_them_in_the_next_30_days(shop):
    for customer, days in zip(people(), (10, 89, 95, 59), strict=True):
        customer.traits = {"renewal": (NOW + timedelta(days=days)).date().isoformat()}
        customer.save()

    assert count(shop, {"kind": "date", "date": "renewal", "days": -60}) == 1
    assert count(shop, {"kind": "date", "date": "last_order_on", "days": 7}) == 0


def test_a_count_that_takes_too_long_is_given_up(shop, monkeypatch):
    monkeypatch.setattr(asked, "COUNT_SECONDS", 0.001)
    monkeypatch.setattr(asked, "first_at", _slow)

    assert count(shop, {"kind": "event", "name": "CART"}) is None


def _slow(*_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(1)")
