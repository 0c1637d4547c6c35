"""Backtests that people asked for: a job, how far it is, and what it found."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models

from .status import Lifecycle

SILENT = timedelta(minutes=10)  # a job that has not been heard of for so long has no worker any more


class BacktestState(models.TextChoices):
    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class BacktestRun(models.Model):
    """``tried``: the rules in the canonical notation, as they were written when it was asked for."""

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.CASCADE, related_name="+")
    tried = models.JSONField(default=list)
    first_day = models.DateField()
    last_day = models.DateField()
    asks = models.BooleanField(default=True, help_text="Moves wait for people where the review policy says so.")
    state = models.CharField(max_length=10, choices=BacktestState, default=BacktestState.WAITING)
    days_done = models.PositiveIntegerField(default=0)
    days_all = models.PositiveIntegerField(default=0)
    heard_at = models.DateTimeField(null=True, help_text="When the worker last said how far it is.")
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "backtest"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.lifecycle}, {self.first_day} to {self.last_day}"
