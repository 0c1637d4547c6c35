"""Nightly proofs that the stored history follows from what was known."""

from __future__ import annotations

from django.db import models

from .status import Lifecycle


class HistoryCheck(models.Model):
    """``doubts``: what did not follow, of each customer the first step: customer, name, at, cause."""

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.CASCADE, related_name="+")
    checked_at = models.DateTimeField()
    customers = models.PositiveBigIntegerField()
    moves = models.PositiveBigIntegerField("moves derived", help_text="Moves that rules made, derived anew.")
    open = models.PositiveBigIntegerField(
        "left open",
        help_text="Moves that cannot be judged: news came while the run was under way, or a rule reads traits.",
    )
    doubts = models.JSONField(default=list)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.lifecycle} on {self.checked_at:%Y-%m-%d}"
