"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from customer_success.engine.alerts import raise_alerts
from customer_success.engine.scoring import NoLifecycle, ScoringAlready, score_changed, score_everybody

log = logging.getLogger(__name__)


@shared_task
def score_health() -> None:
    """Every night, after days were collected: everybody's health, and the alerts that follow from it."""
    now = timezone.now()
    try:
        score_everybody(now=now)
    except (ScoringAlready, NoLifecycle) as reason:
        log.info("%s", reason)
    else:
        raise_alerts(now=now)


@shared_task
def score_changed_health() -> None:
    """Every hour: the health of those with news, and the alerts that follow from it."""
    now = timezone.now()
    try:
        score_changed(now=now)
    except (ScoringAlready, NoLifecycle) as reason:
        log.info("%s", reason)
    else:
        raise_alerts(now=now)
