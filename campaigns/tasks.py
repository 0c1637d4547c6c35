"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

from celery import shared_task

from campaigns.engine.enroll import enroll_from_outbox
from campaigns.engine.exits import end_who_may_not_stay
from campaigns.engine.triggers import look_for_triggers
from campaigns.queries.clock import database_now


@shared_task
def enroll() -> None:
    """Take moves and events while there are any, and let them act upon campaigns."""
    while enroll_from_outbox(now=database_now()):
        pass


@shared_task
def look_for_campaigns() -> None:
    """Every few minutes: conditions that became true, dates and schedules whose time has come, and who may not stay."""
    now = database_now()
    look_for_triggers(now=now)
    end_who_may_not_stay(now=now)
