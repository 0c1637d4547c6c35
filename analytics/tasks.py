"""What workers do for the dashboards. Each reads the clock once and makes one engine call."""

from __future__ import annotations

from datetime import UTC, timedelta

from celery import shared_task
from django.utils import timezone

from analytics.engine import answers
from analytics.engine.snapshots import backfill

LOOK_BACK = timedelta(days=7)  # for days that were missed


@shared_task
def take_snapshots() -> None:
    """Today's figures as of now and the answers that go with them; those of yesterday as of its end, and what was
    missed in the last days."""
    now = timezone.now()
    backfill(since=now.astimezone(UTC).date(), now=now)
    keep_answers.delay()
    backfill(since=(now - LOOK_BACK).astimezone(UTC).date(), now=now)


@shared_task
def keep_answers() -> None:
    """What dashboards show of everybody before anything is chosen; large portfolios are asked by tasks of their own."""
    now = timezone.now()
    for owners in answers.portfolios(now=now):
        keep_portfolio.apply_async((owners,), expires=answers.AGAIN.total_seconds())
    answers.keep_answers(now=now)


@shared_task
def keep_portfolio(owners: list[int]) -> None:
    """What dashboards show of a large portfolio before anything is chosen."""
    answers.keep_portfolio(owners, now=timezone.now())


@shared_task
def keep_revenue() -> None:
    """Retention and revenue of everybody, for the pages of the day."""
    answers.keep_revenue(now=timezone.now())
