"""Messages for the floors above, each taken once by each consumer, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from lifecycle.models import OutboxCursor, OutboxMessage, Topic
from lifecycle.sql import outbox as statements
from lifecycle.sql.run import rows

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Batch:
    """What messages speak of, by topic and in the order of their transactions.

    Empty: there are none yet, or another worker takes them.
    """

    by_topic: Mapping[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, messages: Iterable[OutboxMessage]) -> Batch:
        """Messages that somebody has read without taking them."""
        by_topic: dict[str, list[int]] = defaultdict(list)
        for message in messages:
            by_topic[message.topic].append(message.subject_id)
        return cls(by_topic)

    def __len__(self) -> int:
        return sum(map(len, self.by_topic.values()))

    def subjects(self, topic: Topic) -> list[int]:
        return self.by_topic.get(topic, [])


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
    found = rows(statements.NEXT, **place)
    if found:
        *_, cursor.transaction_id, cursor.message_id = found[0]
        cursor.save()
    return Batch({topic: subjects for topic, subjects, *_ in found})


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
