"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from customer_success.engine.periods import write_ended_periods
from customer_success.engine.tiers import note_changed_tiers


@shared_task
def note_tiers() -> None:
    """Each night: the tiers that events have changed get their history."""
    note_changed_tiers(now=timezone.now())


@shared_task
def write_success_metrics() -> None:
    """Each night: what accounts reached in the days, weeks, months, quarters and years that have ended."""
    write_ended_periods(now=timezone.now())
