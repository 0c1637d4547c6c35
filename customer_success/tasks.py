"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from customer_success.engine.milestones import mark_overdue, remind_of_milestones
from customer_success.engine.periods import write_ended_periods
from customer_success.engine.scoring import NoLifecycle, ScoringAlready, score_changed, score_everybody
from customer_success.engine.tiers import note_changed_tiers

log = logging.getLogger(__name__)


@shared_task
def note_tiers() -> None:
    """Each night: the tiers that events have changed get their history."""
    note_changed_tiers(now=timezone.now())


@shared_task
def write_success_metrics() -> None:
    """Each night: what accounts reached in the days, weeks, months, quarters and years that have ended."""
    write_ended_periods(now=timezone.now())


@shared_task
def score_health() -> None:
    """Every night, after days were collected: everybody's health."""
    try:
        score_everybody(now=timezone.now())
    except (ScoringAlready, NoLifecycle) as reason:
        log.info("%s", reason)


@shared_task
def score_changed_health() -> None:
    """Every hour: the health of those with news."""
    try:
        score_changed(now=timezone.now())
    except (ScoringAlready, NoLifecycle) as reason:
        log.info("%s", reason)


@shared_task
def watch_milestones() -> None:
    """Every hour, for somewhere a day begins: milestones past their due date, and tasks for those due soon."""
    now = timezone.now()
    mark_overdue(now=now)
    remind_of_milestones(now=now)
