"""What happened downstairs, for the floors above to claim; written with the change itself."""

from __future__ import annotations

from typing import Any

from django.db import models

from .customer import Customer


class Topic(models.TextChoices):
    TRANSITION = "transition", "A customer changed its tag"
    ROLLED_BACK = "rolled_back", "A move was taken back"
    EVENT = "event", "An event that somebody listens for"


class CurrentTransaction(models.Func):
    """The number of the transaction that is going on."""

    template = "pg_current_xact_id()::text::bigint"
    output_field: Any = models.BigIntegerField()


class OutboxMessage(models.Model):
    """One thing that upper floors may act upon, in the transaction in which it happened.

    Ids are given before a transaction ends, so a smaller one may show up later. That is why each message knows the
    transaction that wrote it: below the oldest one that still runs, nothing can show up any more.
    """

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=30, choices=Topic)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    subject_id = models.BigIntegerField(help_text="The row that the topic speaks of: the transition's or event's id.")
    created_at = models.DateTimeField()
    transaction_id = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("transaction_id", "id"), name="outbox_in_order"),)

    def __str__(self) -> str:
        return f"{self.topic} {self.subject_id}"


class OutboxCursor(models.Model):
    """How far a consumer has come: the last message that it took, in the order of their transactions."""

    consumer = models.CharField(max_length=40, primary_key=True)
    transaction_id = models.BigIntegerField(default=0)
    message_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.consumer


class EventListener(models.Model):
    """A floor above wants to hear of events with a name; of these, each that comes in writes a message."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=40)
    event = models.CharField(max_length=80)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("event", "consumer"), name="event_listener_unique"),)

    def __str__(self) -> str:
        return f"{self.consumer} hears {self.event}"
