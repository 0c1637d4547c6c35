"""POST /api/events: each event by itself, once, and for good."""

import json
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from config.celery import app
from lifecycle import wake
from lifecycle.api.parsers import MAX_BODY
from lifecycle.api.views import events as door
from lifecycle.engine.erasing import erase_customer
from lifecycle.models import Customer, CustomerFacts, DirtyMark, Event
from tests.api.conftest import person, speaking_for
from tests.factories import UserFactory
from tests.lifecycle.stage import at_once, code_of, event, is_at_least, lifecycle_with, paid

CART = {"from": "NEW", "to": "LEAD", "when": is_at_least("cart_adds", 1)}


def post(client, body: bytes | str, content_type: str = "application/json"):
    return client.post("/api/events", body, content_type=content_type)


def test_stores_events_and_answers_for_each_in_order(send):
    told = send(event("ann", "login", message_id="1"), event("bob", "login", message_id="2"))

    assert told == {
        "stored": 2,
        "repeated": 0,
        "rejected": 0,
        "results": [
            {"index": 0, "message_id": "1", "status": "stored", "reason": None},
            {"index": 1, "message_id": "2", "status": "stored", "reason": None},
        ],
    }
    assert set(Event.objects.values_list("source", "message_id")) == {("api", "1"), ("api", "2")}


def test_events_of_an_erased_customer_are_rejected(send):
    send(event("ann", "login", message_id="1"))
    erase_customer(customer=Customer.objects.get(), by=UserFactory(), now=timezone.now())

    told = send(event("ann", "login", message_id="1"), event("bob", "login", message_id="2"))

    assert (told["stored"], told["repeated"], told["rejected"]) == (1, 0, 1)
    assert told["results"][0] == {
        "index": 0, "message_id": "1", "status": "rejected", "reason": "the customer was erased",
    }  # fmt: skip


def test_stores_the_good_ones_beside_the_bad(send):
    told = send(
        event("ann", "login", message_id="1"),
        {"message_id": "2", "customer_id": 7},
        "nonsense",
        paid("ann", amount=-1, message_id="3"),
        event("ann", "login", timezone.now() + timedelta(days=1), message_id="4"),
        {**event("ann", "login", message_id="5"), "colour": "red"},
        event("ann", "login", message_id="6"),
    )

    assert (told["stored"], told["repeated"], told["rejected"]) == (2, 0, 5)
    assert [(one["index"], one["message_id"], one["status"]) for one in told["results"]] == [
        (0, "1", "stored"), (1, "2", "rejected"), (2, None, "rejected"), (3, "3", "rejected"),
        (4, "4", "rejected"), (5, "5", "rejected"), (6, "6", "stored"),
    ]  # fmt: skip
    assert all(bool(one["reason"]) is (one["status"] == "rejected") for one in told["results"])
    assert "amount must be from 0" in told["results"][3]["reason"]


def test_stores_a_repeat_once(send):
    batch = [paid("ann", amount=10, message_id="1"), paid("ann", amount=10, message_id="2")]
    send(*batch)

    told = send(*batch, paid("ann", amount=10, message_id="3"))

    assert [one["status"] for one in told["results"]] == ["repeated", "repeated", "stored"]
    assert (told["stored"], told["repeated"]) == (1, 2)
    assert CustomerFacts.objects.get().total_spend == 30


def test_stores_what_stands_twice_in_one_batch_once(send):
    told = send(*[paid("ann", amount=10, message_id="1")] * 3)

    assert [one["status"] for one in told["results"]] == ["stored", "repeated", "repeated"]
    assert (told["stored"], told["repeated"]) == (1, 2)
    assert CustomerFacts.objects.get().total_spend == 10


def test_counts_the_same_id_of_another_source_as_another_event(send):
    send(event("ann", "login", message_id="1"))

    assert send(event("ann", "login", message_id="1"), source="crm")["stored"] == 1


def test_accepts_an_empty_list(send):
    assert send() == {"stored": 0, "repeated": 0, "rejected": 0, "results": []}


def test_accepts_a_thousand_and_no_more(shop):
    batch = [event(f"customer-{number}", "login") for number in range(1_001)]

    assert shop.post("/api/events", {"events": batch[:1_000]}, format="json").json()["stored"] == 1_000
    answer = shop.post("/api/events", {"events": batch}, format="json")

    assert answer.status_code == 413
    assert "1,001 events are too many" in answer.json()["detail"]
    assert Event.objects.count() == 1_000


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "events"),
        (b"[]", None),
        (b'{"events": {}}', "events"),
        (b'{"events": null}', "events"),
        (b'{"events": [], "source": 5}', "source"),
        (b'{"events": [], "source": ""}', "source"),
        (b'{"events": [], "source": "a b"}', "source"),
        (b'{"events": [], "source": "a\\u0000"}', "source"),
        (b'{"events": [], "sorce": "shop"}', "sorce"),
    ],
)
def test_refuses_a_body_of_another_shape_at_its_field(shop, body, field):
    answer = post(shop, body)

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"events": [}',
        b'{"events": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"events": [], "source": "\xff"}',
    ],
    ids=["cut", "no-utf8", "malformed", "deep", "no-utf8-inside"],
)
def test_refuses_a_body_that_nobody_can_read(shop, body):
    answer = post(shop, body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


@pytest.mark.parametrize("body", [b"", b" "])
def test_refuses_an_empty_body(shop, body):
    assert post(shop, body).status_code == 400


@pytest.mark.parametrize(
    "text", ['"\\u0000"', '"\\ud800"', "1e400", "NaN", "[" * 5_000 + "]" * 5_000, '{"\\u0000": 1}'], ids=range(6)
)
def test_refuses_an_event_with_properties_that_cannot_be_stored_and_keeps_its_neighbour(shop, text):
    good = json.dumps(event("ann", "login"))
    bad = json.dumps(event("ann", "login", what="?")).replace('"?"', text)

    answer = post(shop, f'{{"events": [{good}, {bad}]}}')

    assert answer.status_code in {200, 400}  # 400 where the whole body cannot be read
    if answer.status_code == 200:
        assert [one["status"] for one in answer.json()["results"]] == ["stored", "rejected"]


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "2020-01-01T00:00:00"])
def test_refuses_instants_outside_the_calendar_or_without_a_zone(send, instant):
    told = send({**event("ann", "login"), "occurred_at": instant})

    assert [one["status"] for one in told["results"]] == ["rejected"]


def test_understands_offsets_that_the_database_does_not(send):
    assert send({**event("ann", "login"), "occurred_at": "2020-05-12T06:55:34+23:28"})["stored"] == 1


def test_refuses_a_body_beyond_the_limit(shop):
    answer = post(shop, b" " * (MAX_BODY + 1))

    assert answer.status_code == 413
    assert answer.json()["code"] == "payload_too_large"


def test_reads_json_alone(shop):
    assert post(shop, b"events=1", "application/x-www-form-urlencoded").status_code == 415


class TestWakeUp:
    def test_names_tasks_that_workers_know(self):
        assert {wake.EVALUATE, wake.BACKTEST} <= set(app.tasks)

    def test_moves_the_customer_in_a_moment(self, send):
        lifecycle = lifecycle_with("NEW LEAD", CART)

        send(event("ann", "ADD_TO_CART"))

        assert code_of("ann", lifecycle) == "LEAD"

    def test_loses_nothing_when_the_broker_is_down(self, send):
        lifecycle = lifecycle_with("NEW LEAD", CART)

        with mock.patch.object(wake, "signature", side_effect=OperationalError("connection refused")):
            told = send(event("ann", "ADD_TO_CART"))

        assert told["stored"] == 1
        assert Event.objects.count() == 1
        assert DirtyMark.objects.filter(lifecycle=lifecycle, customer_id=Customer.objects.get().id).exists()

    def test_does_not_wake_anybody_for_a_repeat(self, send):
        one = event("ann", "ADD_TO_CART")
        send(one)

        with mock.patch.object(wake, "signature") as signature:
            send(one)

        signature.assert_not_called()


def test_asks_the_same_number_of_questions_for_any_number_of_events(
    shop, django_assert_num_queries, django_assert_max_num_queries
):
    with mock.patch.object(door, "wake"):
        with django_assert_max_num_queries(12) as one:
            shop.post("/api/events", {"events": [event("ann", "login")]}, format="json")

        with django_assert_num_queries(len(one.captured_queries)):
            shop.post("/api/events", {"events": [event(f"c{number}", "login") for number in range(300)]}, format="json")


@pytest.mark.django_db(transaction=True)
def test_stores_once_what_many_send_at_the_same_time():
    batch = {"events": [paid(f"customer-{number % 7}", amount=1) for number in range(200)]}
    clients = [speaking_for(person(f"shop{number}", "add_event")) for number in range(4)]

    answers = at_once(*(lambda one=one: one.post("/api/events", batch, format="json").json() for one in clients))

    assert sum(one["stored"] for one in answers) == 200
    assert sum(one["repeated"] for one in answers) == 600
    assert sum(CustomerFacts.objects.values_list("total_spend", flat=True)) == 200
