"""Identify events: the latest word on each trait counts, whenever it arrives."""

from __future__ import annotations

import pytest

from lifecycle.models import Customer

from .stage import days_ago, event, send

pytestmark = pytest.mark.django_db


def ann() -> Customer:
    return Customer.objects.get(external_id="ann")


def test_the_latest_word_wins_out_of_order() -> None:
    send(event("ann", "identify", days_ago(1), name="Ann Lee", plan="gold"))

    send(event("ann", "identify", days_ago(2), name="Ann", tier="MID_MARKET"))

    assert (ann().name, ann().plan, ann().tier) == ("Ann Lee", "gold", "MID_MARKET")


def test_traits_have_columns_or_are_kept_together() -> None:
    send(
        event(
            "ann",
            "identify",
            email="ann@example.com",
            product_tag="PT_002",
            timezone="Asia/Tokyo",
            color="red",
            ids=[1, {"a": 2}],
        )
    )

    assert (ann().email, ann().product_tag, ann().timezone) == ("ann@example.com", "PT_002", "Asia/Tokyo")
    assert ann().traits == {"color": "red", "ids": [1, {"a": 2}]}


def test_null_clears_a_trait() -> None:
    send(event("ann", "identify", days_ago(2), email="ann@example.com", timezone="Asia/Tokyo", color="red"))

    send(event("ann", "identify", days_ago(1), email=None, timezone=None, color=None))

    assert (ann().email, ann().timezone) == (None, "UTC")
    assert ann().traits.get("color") is None


def test_an_older_null_clears_nothing() -> None:
    send(event("ann", "identify", days_ago(1), email="ann@example.com"))

    send(event("ann", "identify", days_ago(2), email=None))

    assert ann().email == "ann@example.com"


def test_another_customer_stays_as_it_is() -> None:
    send(event("ann", "identify", name="Ann"), event("bob", "identify", name="Bob"))

    send(event("bob", "identify", name="Bobby"))

    assert ann().name == "Ann"
