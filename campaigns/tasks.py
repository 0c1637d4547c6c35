"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from campaigns.engine import autopause


@shared_task
def look_after_campaigns() -> int:
    """Pauses campaigns that do harm; switches off those that have come to their end."""
    return autopause.look_after_campaigns(now=timezone.now())
