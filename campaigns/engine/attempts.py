"""A kind runs for the works that are due, so that one work that cannot be done stops no other."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction

from campaigns.models import CampaignState, EndReason, EnrollmentState, SkipReason

from .kinds import Ends, Failed, Kind, Later, Outcome, Run, Skipped, Work, run_of

MOST_ATTEMPTS = 3
BACKOFF = timedelta(minutes=2)
log = logging.getLogger(__name__)


def run_kind(kind: Kind, works: Sequence[Work], now: datetime) -> dict[int, Outcome]:
    """Run a kind once for all its works, in the transaction of the caller; what became of each run, by its id."""
    outcomes = poisoned(works)
    rest = []
    for work in works:
        if needless := outcomes.get(work.run.id) or _needless(kind, work, now):
            outcomes[work.run.id] = needless
        else:
            rest.append(work)
    return {**outcomes, **_run(run_of(kind.name), rest, now)} if rest else outcomes


def poisoned(works: Sequence[Work]) -> dict[int, Outcome]:
    """Works that were taken again and again while no worker lived to say what became of them."""
    return {work.run.id: Failed("No worker that took it came to its end.")
            for work in works if work.run.attempts > MOST_ATTEMPTS}  # fmt: skip


def settled(work: Work, outcome: Outcome) -> Outcome:
    """The outcome, but no further attempt once there were enough."""
    if isinstance(outcome, Later) and outcome.is_fault and work.run.attempts >= MOST_ATTEMPTS:
        return Failed(outcome.reason)
    return outcome


def _needless(kind: Kind, work: Work, now: datetime) -> Outcome | None:
    if work.enrollment.state != EnrollmentState.ACTIVE:
        return Skipped(SkipReason.ENDED)
    if work.enrollment.version.campaign.state == CampaignState.OFF:
        return Ends(EndReason.CAMPAIGN_ENDED)
    latest = work.run.due_at + timedelta(hours=work.step.max_late_hours)
    return Skipped(SkipReason.LATE) if kind.is_timely and now > latest else None


def _run(run: Run, works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    """If something is wrong with one of many, by halves until it stands alone."""
    try:
        with transaction.atomic():
            return run(works, now)
    except (InterfaceError, OperationalError):  # it is not the works that are at fault
        raise
    except Exception as error:
        if len(works) > 1:
            middle = len(works) // 2
            return {**_run(run, works[:middle], now), **_run(run, works[middle:], now)}
        [work] = works
        log.exception("Step %s of enrollment %d failed", work.step.key, work.enrollment.id)
        wait = BACKOFF * 2 ** (work.run.attempts - 1)
        return {work.run.id: Later(now + wait, f"{type(error).__name__}: {error}", is_fault=True)}
