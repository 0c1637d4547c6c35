"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from customer_success.engine.milestones import mark_overdue, remind_of_milestones


@shared_task
def watch_milestones() -> None:
    """Every hour, for somewhere a day begins: milestones past their due date, and tasks for those due soon."""
    now = timezone.now()
    mark_overdue(now=now)
    remind_of_milestones(now=now)
