"""What is due is done: claimed, run kind by kind, written down, and the next step of each customer planned."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from campaigns.models import EndReason, Enrollment, EnrollmentState, RunState, SendingSwitch, StepRun
from lifecycle.engine.locks import again_after_deadlock

from .advance import plan_next
from .attempts import poisoned, run_kind, settled
from .claim import Claim, Ending, claim, complete, due_kinds, unknown_kinds, works_of
from .exits import end_enrollments, end_who_may_not_stay, hold_customers
from .failpoints import reach
from .kinds import Done, Ends, Failed, Kind, Later, Outcome, Skipped, Work, channel_of, kind_of, known_kinds
from .sending import send
from .watch import Watch

AT_ONCE = 1_000
SENT_AT_ONCE = 20  # few, so that a slow channel keeps nobody waiting and ends within its lease
SECONDS = 10.0
log = logging.getLogger(__name__)


def run_due(
    *, now: datetime, most: int = AT_ONCE, customers: Collection[int] | None = None, seconds: float = SECONDS
) -> int:
    """Do what is due, of all customers or of some, a batch of each kind; returns how many runs were taken.

    Any number of workers may do so at the same time. 0: there is nothing for now. After ``seconds``, of which each kind
    has its share, no more messages are begun, and a slow channel takes no time from another.
    """
    watch = Watch.start(now, seconds)
    kinds = due_kinds(_open_kinds(), now=now)
    return sum(_run_kind(kind, watch.allow(seconds / len(kinds)), most, customers) for kind in kinds)


def end_unknown_kinds(*, now: datetime) -> int:
    """Fail what is due of kinds that are not registered any more; returns how many.

    The definition of such a step cannot be read either, so that its customers leave the campaign.
    """
    number = 0
    for kind in unknown_kinds(known_kinds(), now=now):
        while (mine := claim(kind=kind, now=now, most=AT_ONCE)).runs:
            log.error("%d steps of the kind %s have failed: it is not registered", len(mine.runs), kind)
            _fail(mine=mine, reason=f"There is no kind of step {kind} any more.", now=now)
            number += len(mine.runs)
    return number


@again_after_deadlock
@transaction.atomic
def _fail(*, mine: Claim, reason: str, now: datetime) -> None:
    hold_customers(mine.customers)
    runs = StepRun.objects.filter(id__in=mine.runs, token=mine.token, state=RunState.LEASED).order_by("id")
    held = list(runs.select_for_update(no_key=True))
    complete(token=mine.token, endings=[Ending(run.id, RunState.FAILED, reason=reason) for run in held], now=now)
    _leave({EndReason.CAMPAIGN_ENDED: [run.enrollment_id for run in held]}, now)


def _open_kinds() -> list[str]:
    """What is done in the database alone, and what goes out by a channel that is not switched off."""
    off = set(SendingSwitch.objects.filter(is_on=False).values_list("channel", flat=True))
    return [kind for kind in known_kinds() if not channel_of(kind) or not off.intersection(("", channel_of(kind)))]


def _run_kind(name: str, watch: Watch, most: int, customers: Collection[int] | None) -> int:
    kind, now = kind_of(name), watch.now
    at_once = min(most, SENT_AT_ONCE) if kind.channel else most
    mine = claim(kind=name, now=now, most=at_once, customers=customers)
    reach("after_claim")
    if mine.runs:
        end_who_may_not_stay(now=now, customers=mine.customers)  # nothing is done for who should have left by now
        _finish(kind=kind, mine=mine, sent=_sent(mine, watch) if kind.channel else {}, now=now)
    return len(mine.runs)


def _sent(mine: Claim, watch: Watch) -> dict[int, Outcome]:
    """Outside of any transaction. What has no outcome stays leased; whether it went out is for the sweep to say."""
    works, _ = works_of(mine)
    outcomes = poisoned(works)
    try:
        return {**outcomes, **send([work for work in works if work.run.id not in outcomes], watch)}
    except Exception:
        log.exception("Messages of %d runs could not be sent", len(works))
        return outcomes


@again_after_deadlock
@transaction.atomic
def _finish(*, kind: Kind, mine: Claim, sent: Mapping[int, Outcome], now: datetime) -> None:
    """Do what the database alone has to do, write what became of all runs, and plan what follows.

    1. Hold the customers: nobody ends an enrollment, or hears an event for it, in between.
    2. Read the runs anew. Those that another worker has by now are its own; who has left goes no further.
    3. Run the kind, or take what was sent.
    4. Write by the token, and plan the next steps.
    """
    hold_customers(mine.customers)
    works, lost = works_of(mine, held=True)
    outcomes = sent if kind.channel else run_kind(kind, works, now)
    done = [(work, settled(work, outcomes[work.run.id])) for work in works if work.run.id in outcomes]
    endings = [_ending(work, outcome) for work, outcome in done]
    endings += (Ending(run.id, RunState.FAILED, reason="The campaign does not speak of this step.") for run in lost)
    complete(token=mine.token, endings=endings, now=now)
    _go_on([one for one in done if one[0].enrollment.state == EnrollmentState.ACTIVE], now)
    _leave({EndReason.CAMPAIGN_ENDED: [run.enrollment_id for run in lost]}, now)


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
    plan_next(works=_at_their_latest(on), paths=paths, now=now)
    leaving = defaultdict(list)
    for work, outcome in done:
        if isinstance(outcome, Ends):
            known = outcome.reason in EndReason.values
            leaving[EndReason(outcome.reason) if known else EndReason.CAMPAIGN_ENDED].append(work.enrollment.id)
    _leave(leaving, now)


def _at_their_latest(works: Sequence[Work]) -> list[Work]:
    """Without those whose message was sent again: they have gone on before, maybe in another version since."""
    sending = [work.enrollment.id for work in works if channel_of(work.run.kind)]
    if not sending:
        return list(works)
    runs = StepRun.objects.filter(enrollment__in=sending).order_by().values_list("enrollment")
    latest = dict(runs.annotate(latest=Max("id")))
    return [work for work in works if latest.get(work.enrollment.id, work.run.id) == work.run.id]


def _leave(enrollments: Mapping[EndReason, list[int]], now: datetime) -> None:
    for reason, ids in enrollments.items():
        if ids:
            end_enrollments(enrollments=Enrollment.objects.filter(id__in=ids), reason=reason, now=now)
