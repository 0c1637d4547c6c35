"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from customer_success.engine.expansion import detect_expansion

log = logging.getLogger(__name__)


@shared_task
def find_expansion() -> None:
    """Every night, after the scores: opportunities that are new, changed or gone."""
    done = detect_expansion(now=timezone.now())
    log.info("%d opportunities of expansion found, %d gone", done.found, done.gone)
