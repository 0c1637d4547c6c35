"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from customer_success.engine.task_rules import apply_task_rules


@shared_task
def make_tasks() -> None:
    """Every few minutes: what the latest moves ask people to do."""
    while apply_task_rules(now=timezone.now()):
        pass
