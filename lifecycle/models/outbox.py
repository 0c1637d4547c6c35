"""What happened downstairs, for the floors above to claim; written with the change itself."""

from __future__ import annotations

from django.db import models

from .customer import Customer


class Topic(models.TextChoices):
    TRANSITION = "transition", "A customer changed its tag"
    ROLLED_BACK = "rolled_back", "A move was taken back"


class OutboxMessage(models.Model):
    """One thing that upper floors may act upon, in the transaction in which it happened."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=30, choices=Topic)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    subject_id = models.BigIntegerField(help_text="The row that the topic speaks of: the transition's id.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.topic} {self.subject_id}"
