"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

from time import monotonic

from celery import shared_task

from campaigns.engine import autopause, waking
from campaigns.engine.enroll import enroll_from_outbox
from campaigns.engine.exits import end_who_may_not_stay
from campaigns.engine.receipts import match_receipts
from campaigns.engine.steps import end_unknown_kinds, run_due
from campaigns.engine.sweep import sweep
from campaigns.engine.triggers import look_for_triggers
from campaigns.queries.clock import database_now

TICK_SECONDS = 10  # less than a worker gets to come to its end when it is stopped


@shared_task(expires=2)
def run_due_steps() -> None:
    """Every second: who enters campaigns, and what is due in them, as long as there is something to do.

    A tick that comes late is left out, since the next one does the same; several at once share the work.
    """
    until = monotonic() + TICK_SECONDS
    while monotonic() < until:
        now = database_now()
        if not run_due(now=now, seconds=TICK_SECONDS / 2) + enroll_from_outbox(now=now):
            return


@shared_task(expires=60)
def wake_waits() -> None:
    """Every minute: waits whose condition holds by now."""
    waking.wake_waits(now=database_now())


@shared_task
def look_after_campaigns() -> int:
    """Pauses campaigns that do harm; switches off those that have come to their end."""
    return autopause.look_after_campaigns(now=database_now())


@shared_task(expires=60)
def sweep_leases() -> None:
    """Every minute: what workers that died have left behind, and receipts that were faster than they.

    And steps of kinds that no worker knows any more.
    """
    now = database_now()
    sweep(now=now)
    end_unknown_kinds(now=now)
    match_receipts(now=now)


@shared_task
def look_for_campaigns() -> None:
    """Every few minutes: conditions that became true, dates and schedules whose time has come, and who may not stay."""
    now = database_now()
    look_for_triggers(now=now)
    end_who_may_not_stay(now=now)
