"""Upper floors take each message once, in order, and lose none: over real connections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from lifecycle.engine.outbox import Batch, forget_messages, take
from lifecycle.models import OutboxCursor, OutboxMessage, Topic
from tests.factories import OutboxCursorFactory, OutboxMessageFactory

from .stage import NOW, at_once, days_ago

WRITE = """
INSERT INTO lifecycle_outboxmessage (topic, customer_id, subject_id, created_at) VALUES ('transition', 1, %s, now())
"""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """A second connection to the test's database, with a transaction of its own."""
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]) as second:
        yield second


@transaction.atomic
def taken(consumer: str = "tasks", most: int = 100) -> list[int]:
    return take(consumer=consumer, most=most).subjects(Topic.TRANSITION)


def write(*subjects: int) -> None:
    with transaction.atomic():
        for subject in subjects:
            OutboxMessageFactory(subject_id=subject)


def test_each_message_is_taken_once_and_in_order() -> None:
    write(1, 2, 3)

    assert [taken(most=2), taken(most=2), taken(most=2)] == [[1, 2], [3], []]


def test_every_consumer_gets_all_messages() -> None:
    write(1)

    assert (taken("tasks"), taken("campaigns")) == ([1], [1])


def test_a_message_whose_transaction_commits_late_is_not_lost(other: psycopg.Connection[Any]) -> None:
    other.execute(WRITE, [1])  # has the smaller id, and is not committed
    write(2)

    before = taken()
    other.commit()

    assert (before, taken(), taken()) == ([], [1, 2], [])


def test_a_transaction_that_only_reads_keeps_nobody_waiting(other: psycopg.Connection[Any]) -> None:
    other.execute("SELECT count(*) FROM lifecycle_outboxmessage")
    write(1)

    assert taken() == [1]


def test_the_message_of_a_change_that_was_taken_back_never_shows_up(other: psycopg.Connection[Any]) -> None:
    other.execute(WRITE, [1])
    other.rollback()
    write(2)

    assert taken() == [2]


def test_what_is_being_written_is_not_taken_by_its_own_transaction() -> None:
    with transaction.atomic():
        write(1)

        assert taken() == []


def test_a_handler_that_fails_gets_the_messages_again() -> None:
    write(1, 2)

    @transaction.atomic
    def fail() -> None:
        take(consumer="tasks", most=1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert taken() == [1, 2]


def test_while_one_worker_is_busy_another_takes_nothing() -> None:
    OutboxCursorFactory(consumer="tasks")
    write(1, 2)

    with transaction.atomic():
        mine = take(consumer="tasks", most=1)
        (others,) = at_once(taken)

    assert (mine.subjects(Topic.TRANSITION), others, taken()) == ([1], [], [2])


def test_workers_at_once_share_the_messages_without_taking_one_twice() -> None:
    write(*range(60))

    def some() -> list[int]:
        return [subject for _ in range(10) for subject in taken(most=5)]

    found = [subject for subjects in at_once(some, some, some) for subject in subjects]

    assert sorted(found + taken()) == list(range(60))


def test_nothing_is_taken_outside_of_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        take(consumer="tasks", most=1)


def test_an_empty_batch_is_false() -> None:
    assert not Batch()


def test_messages_are_kept_for_the_slowest_consumer_and_for_a_week() -> None:
    for subject, days in ((1, 9), (2, 8), (3, 6), (4, 9)):
        OutboxMessageFactory(subject_id=subject, created_at=days_ago(days))
    taken("quick")
    taken("slow", most=3)

    assert forget_messages(now=NOW) == 2
    assert sorted(OutboxMessage.objects.values_list("subject_id", flat=True)) == [3, 4]


def test_without_a_consumer_everything_is_kept() -> None:
    OutboxMessageFactory(created_at=NOW - timedelta(days=30))

    assert forget_messages(now=NOW) == 0


def test_a_cursor_is_known_by_its_consumer() -> None:
    OutboxCursorFactory(consumer="tasks")

    assert str(OutboxCursor.objects.get()) == "tasks"
