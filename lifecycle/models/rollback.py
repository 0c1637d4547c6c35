"""Moves taken back: what was asked for, and what became of each customer."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .evaluation import Evaluation, Transition
from .rule import TransitionRule
from .status import Lifecycle


class Rollback(models.Model):
    """One taking back: of a run, of one move, of all moves of a rule version, or of another rollback."""

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, null=True, on_delete=models.PROTECT, related_name="rollbacks")
    transition = models.ForeignKey(Transition, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(TransitionRule, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    restored = models.PositiveBigIntegerField(default=0, db_default=0)
    left_alone = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.lifecycle}: {self.restored:,} taken back on {self.made_at:%Y-%m-%d %H:%M}"


class LeftAlone(models.TextChoices):
    """Why a customer was not brought back."""

    MOVED_SINCE = "moved_since", "Moved on since, by a rule or a person"
    PINNED = "pinned", "A person pinned the customer since"


class RolledBack(models.Model):
    """What became of one customer of a rollback: brought back by ``reversal``, or left alone and why.

    ``first`` and ``last`` are the moves of the batch, which may have been several at one instant.
    """

    id = models.BigAutoField(primary_key=True)
    rollback = models.ForeignKey(Rollback, on_delete=models.CASCADE, related_name="customers")
    customer_id = models.BigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    reversal_id = models.BigIntegerField(null=True)
    left_because = models.CharField(max_length=12, choices=LeftAlone, null=True)

    class Meta:
        indexes = (
            models.Index(fields=("rollback", "left_because", "id"), name="rolled_back_why"),
            models.Index(fields=("reversal_id",), name="rolled_back_by"),
        )
        verbose_name_plural = "rolled back"

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.left_because or 'brought back'}"
