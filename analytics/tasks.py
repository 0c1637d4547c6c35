"""What workers do for the dashboards. Each reads the clock once and makes one engine call."""

from __future__ import annotations

from datetime import UTC, timedelta

from celery import shared_task
from django.utils import timezone

from analytics.engine.revenue import keep_everybody_s_revenue
from analytics.engine.snapshots import backfill

LOOK_BACK = timedelta(days=7)  # for days that were missed


@shared_task
def take_snapshots() -> None:
    """Today's figures as of now, those of yesterday as of its end, and what was missed in the last days."""
    now = timezone.now()
    backfill(since=(now - LOOK_BACK).astimezone(UTC).date(), now=now)


@shared_task
def keep_revenue() -> None:
    """Retention and revenue of everybody, for the pages of the day."""
    keep_everybody_s_revenue(now=timezone.now())
