"""What is due is done: claimed, run kind by kind, written down, and the next step of each customer planned."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from campaigns.models import EndReason, Enrollment, EnrollmentState, RunState, SendingSwitch
from lifecycle.engine.locks import again_after_deadlock

from .advance import plan_next
from .attempts import poisoned, run_kinds, settled
from .claim import Claim, Ending, claim, complete, works_of
from .exits import end_enrollments, hold_customers
from .kinds import Done, Ends, Failed, Later, Outcome, Skipped, Work, kinds_by_channel
from .sending import send

AT_ONCE = 1_000
SENT_AT_ONCE = 20  # few, so that a slow channel keeps nobody waiting and ends within its lease
log = logging.getLogger(__name__)


def run_due(*, now: datetime, most: int = AT_ONCE, customers: Collection[int] | None = None) -> int:
    """Do what is due, of all customers or of some, a batch for each channel; returns how many runs were taken.

    Any number of workers may do so at the same time. 0: there is nothing for now.
    """
    return sum(_run_channel(channel, kinds, now, most, customers) for channel, kinds in _open_channels())


def _open_channels() -> list[tuple[str, list[str]]]:
    """What is done in the database alone, and each channel that is not switched off."""
    off = set(SendingSwitch.objects.filter(is_on=False).values_list("channel", flat=True))
    found = kinds_by_channel().items()
    return [(channel, kinds) for channel, kinds in found if not channel or not off.intersection(("", channel))]


def _run_channel(
    channel: str, kinds: Sequence[str], now: datetime, most: int, customers: Collection[int] | None
) -> int:
    at_once = min(most, SENT_AT_ONCE) if channel else most
    mine = claim(kinds=kinds, now=now, most=at_once, customers=customers)
    if mine.runs:
        _finish(mine=mine, sent=_sent(mine, now) if channel else None, now=now)
    return len(mine.runs)


def _sent(mine: Claim, now: datetime) -> dict[int, Outcome]:
    """Outside of any transaction. What has no outcome stays leased; whether it went out is for the sweep to say."""
    works, _ = works_of(mine)
    outcomes = poisoned(works)
    try:
        return {**outcomes, **send([work for work in works if work.run.id not in outcomes], now)}
    except Exception:
        log.exception("Messages of %d runs could not be sent", len(works))
        return outcomes


@again_after_deadlock
@transaction.atomic
def _finish(*, mine: Claim, sent: Mapping[int, Outcome] | None, now: datetime) -> None:
    """Do what the database alone has to do, write what became of all runs, and plan what follows.

    1. Hold the customers: nobody ends an enrollment, or hears an event for it, in between.
    2. Read the runs anew. Those that another worker has by now are its own; who has left goes no further.
    3. Run kind by kind, or take what was sent.
    4. Write by the token, and plan the next steps.
    """
    hold_customers(mine.customers)
    works, lost = works_of(mine, held=True)
    outcomes = _done_here(works, now) if sent is None else sent
    done = [(work, settled(work, outcomes[work.run.id])) for work in works if work.run.id in outcomes]
    endings = [_ending(work, outcome) for work, outcome in done]
    endings += (Ending(run.id, RunState.FAILED, reason="The campaign does not speak of this step.") for run in lost)
    complete(token=mine.token, endings=endings, now=now)
    _go_on([one for one in done if one[0].enrollment.state == EnrollmentState.ACTIVE], now)
    _leave({EndReason.CAMPAIGN_ENDED: [run.enrollment_id for run in lost]}, now)


def _done_here(works: Sequence[Work], now: datetime) -> dict[int, Outcome]:
    outcomes = poisoned(works)
    return {**outcomes, **run_kinds([work for work in works if work.run.id not in outcomes], now)}


def _ending(work: Work, outcome: Outcome) -> Ending:
    match outcome:
        case Done(path):
            return Ending(work.run.id, RunState.DONE, path=path)
        case Ends(reason):
            return Ending(work.run.id, RunState.DONE, reason=reason)
        case Skipped(reason):
            return Ending(work.run.id, RunState.SKIPPED, reason=reason)
        case Failed(reason):
            return Ending(work.run.id, RunState.FAILED, reason=reason)
        case Later(at, reason, is_fault):
            return Ending(work.run.id, RunState.WAITING, due_at=at, reason=reason, is_forgiven=not is_fault)


def _go_on(done: Sequence[tuple[Work, Outcome]], now: datetime) -> None:
    """Those inside take their next step, or leave."""
    paths = {work.run.id: outcome.path for work, outcome in done if isinstance(outcome, Done)}
    on = [work for work, outcome in done if isinstance(outcome, Done | Skipped | Failed)]
    plan_next(works=on, paths=paths, now=now)
    leaving = defaultdict(list)
    for work, outcome in done:
        if isinstance(outcome, Ends):
            leaving[EndReason(outcome.reason)].append(work.enrollment.id)
    _leave(leaving, now)


def _leave(enrollments: Mapping[EndReason, list[int]], now: datetime) -> None:
    for reason, ids in enrollments.items():
        if ids:
            end_enrollments(enrollments=Enrollment.objects.filter(id__in=ids), reason=reason, now=now)
