"""Messages for the floors above, each taken once by each consumer, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from lifecycle.models import OutboxCursor, OutboxMessage, Topic
from lifecycle.sql import outbox as statements
from lifecycle.sql.run import rows

KEPT_FOR = timedelta(days=7)


class Message(NamedTuple):
    """An ``OutboxMessage`` as it is handed on: many come at a time."""

    transaction_id: int
    id: int
    topic: str
    customer_id: int
    subject_id: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages in the order of their transactions. Empty: there are none yet, or another worker takes them."""

    messages: tuple[Message | OutboxMessage, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.messages)

    def subjects(self, topic: Topic) -> list[int]:
        """What the messages of a topic speak of."""
        return [message.subject_id for message in self.messages if message.topic == topic]


def take(*, consumer: str, most: int) -> Batch:
    """The next messages of a consumer, which it will not get again once the caller's transaction is committed.

    1. Lock the consumer's cursor; if another worker has it, there is nothing to do here.
    2. Read what lies behind it, and only what no running transaction can still come before.
    3. Move it. The caller acts upon the messages in the same transaction: if that fails, the cursor is where it was.

    A new consumer begins with the oldest message that is kept.
    """
    cursor = _locked(consumer)
    if cursor is None:
        return Batch()
    place = {"transaction": cursor.transaction_id, "message": cursor.message_id, "most": most}
    messages = tuple(map(Message._make, rows(statements.NEXT, **place)))
    if messages:
        cursor.transaction_id, cursor.message_id = messages[-1].transaction_id, messages[-1].id
        cursor.save()
    return Batch(messages)


def forget_messages(*, now: datetime) -> int:
    """Delete messages that all consumers have passed, a week after they were written; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(statements.FORGET, {"before": now - KEPT_FOR})
        return cursor.rowcount


def _locked(consumer: str) -> OutboxCursor | None:
    mine = OutboxCursor.objects.filter(consumer=consumer)
    if not mine.exists():
        OutboxCursor.objects.bulk_create([OutboxCursor(consumer=consumer)], ignore_conflicts=True)
    return mine.select_for_update(skip_locked=True).first()
