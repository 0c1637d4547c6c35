"""Reading what was sent: good events pass, each bad one is refused with its place and a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import BatchError, read_batch
from lifecycle.models import CustomerFacts, Event

from .stage import NOW, Tree, event, paid, read


def refused(*events: Any) -> list[tuple[int, str]]:
    batch = read_batch(msgspec.json.encode(events), now=NOW)
    return [(one.index, one.reason) for one in batch.rejected]


def without(key: str) -> Tree:
    return {name: value for name, value in event("ann", "login").items() if name != key}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (without("message_id"), "message_id is missing"),
        (without("customer_id"), "customer_id is missing"),
        (without("name"), "name is missing"),
        (without("occurred_at"), "occurred_at is missing"),
        ({**event("ann", "login"), "colour": 1}, "there is no field colour"),
        ({**event("ann", "login"), "message_id": ""}, "message_id must be a text of 1 to 200"),
        ({**event("ann", "login"), "message_id": "x" * 201}, "message_id must be a text of 1 to 200"),
        ({**event("ann", "login"), "customer_id": 5}, "customer_id must be a text"),
        ({**event("ann", "login"), "customer_id": "x" * 201}, "customer_id must be a text of 1 to 200"),
        ({**event("ann", "login"), "occurred_at": "yesterday"}, "occurred_at must be an instant with its zone"),
        (
            {**event("ann", "login"), "occurred_at": "2026-01-31T12:00:00"},
            "occurred_at must be an instant with its zone",
        ),
        ({**event("ann", "login"), "properties": []}, "properties must be an object"),
        (event("ann", ""), "name must be a text of 1 to 80"),
        (event("ann", "1login"), "name must start with a letter"),
        (event("ann", "x" * 81), "name must be a text of 1 to 80"),
        (event("ann", "login\n"), "name must start with a letter"),
        (event("ann", "login", NOW + timedelta(hours=1, seconds=1)), "lies in the future"),
        (event("ann\x00", "login"), "NUL"),
        (event("ann", "login", deep={"list": ["\x00"]}), "NUL"),
        (event("ann", "login", **{"\x00": 1}), "NUL"),
        (event("ann", "ORDER_PAID"), "needs the number properties.amount"),
        (paid("ann", amount=True), "needs the number properties.amount"),
        (paid("ann", amount="12"), "needs the number properties.amount"),  # type: ignore[arg-type]
        (paid("ann", amount=-0.01), "must be from 0 to 1e12"),
        (paid("ann", amount=10**13), "must be from 0 to 1e12"),
        *((paid("ann", order_id=wrong), "order_id") for wrong in ("x" * 201, "", True, 1.5, [1])),
        (event("ann", "assessment_completed", score=101), "must be from 0 to 100"),
        (event("ann", "support_rated", score=None), "needs the number properties.score"),
        (event("ann", "identify", email="ann"), "email must be an address"),
        (event("ann", "identify", email=5), "email must be an address"),
        (event("ann", "identify", product_tag="Pro"), "product_tag must be one of PT_001"),
        (event("ann", "identify", timezone="Mars/Base"), "timezone must be an IANA time zone"),
        (event("ann", "identify", plan=""), "plan must be a text of up to 60"),
        (event("ann", "identify", **{f"t{number}": 1 for number in range(101)}), "101 traits are too many"),
        (event("ann", "login", text="x" * 32_001), "properties"),
        ({**event("ann", "login"), "occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        (5, "an event must be an object"),
        (None, "an event must be an object"),
    ],
)
def test_refuses_a_bad_event_with_its_place_and_a_reason(bad: Any, reason: str) -> None:
    found = refused(event("ann", "login"), bad, event("bob", "login"))

    assert [place for place, _ in found] == [1]
    assert reason.lower() in found[0][1].lower()


def test_names_every_bad_event_in_order() -> None:
    found = refused(without("name"), event("ann", "login"), paid("ann", amount=-1), 5)

    assert [place for place, _ in found] == [0, 2, 3]


def test_good_events_keep_their_places() -> None:
    batch = read_batch(msgspec.json.encode([5, event("ann", "login"), 5, event("bob", "login")]), now=NOW)

    assert batch.places == [1, 3]
    assert [one.customer_id for one in batch.events] == ["ann", "bob"]


@pytest.mark.parametrize(
    "good",
    [
        event("ann", "login", NOW + timedelta(hours=1)),
        event("ann", "a.b:c/d-e f"),
        event("x" * 200, "x" * 80, message_id="y" * 200),
        paid("ann", amount=0),
        paid("ann", order_id="x" * 200),
        event("ann", "identify", email=None, product_tag=None, timezone=None),
        event("ann", "login", text="x" * 31_000),
    ],
)
def test_takes_what_is_at_the_edge(good: Tree) -> None:
    assert refused(good) == []


def test_what_is_deeper_than_python_can_read_is_refused_as_a_whole() -> None:
    deep = (
        b'{"message_id":"2","customer_id":"ann","name":"login","occurred_at":"2020-01-01T00:00:00Z","properties":{"a":'
    )
    body = b"[" + deep + b"[" * 20_000 + b"]" * 20_000 + b"}}]"

    with pytest.raises(BatchError):
        read_batch(body, now=NOW)


@pytest.mark.parametrize("body", [b"", b"[", b"{}", b"5", b"null", b"[1,]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_list_of_events_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(BatchError):
        read_batch(body, now=NOW)


def test_an_empty_list_is_an_empty_batch() -> None:
    batch = read_batch(b"[]", now=NOW)

    assert (batch.events, batch.rejected) == ([], [])


@pytest.mark.django_db
def test_the_good_events_of_a_batch_are_stored() -> None:
    batch = read(event("ann", "login"), paid("ann", amount=-1), event("ann", "login"))

    ingest(batch=batch, source="shop", now=NOW)

    assert [one.index for one in batch.rejected] == [1]
    assert CustomerFacts.objects.get(customer__external_id="ann").login_count == 2


@pytest.mark.django_db
def test_a_batch_without_a_good_event_stores_nothing() -> None:
    stored = ingest(batch=read(paid("ann", amount=-1)), source="shop", now=NOW)

    assert (stored.stored, stored.customers) == (0, ())
    assert not Event.objects.exists()
