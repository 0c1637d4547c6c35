"""From one step to the next: the run of what follows is planned, or the enrollment comes to its end."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from campaigns.definition.kinds import WaitFor
from campaigns.definition.parts import Step
from campaigns.models import EndReason, Enrollment, RunState, StepRun
from campaigns.queries.definitions import flow_of
from campaigns.queries.heard import Wait, first_heard
from campaigns.rules.schedule import due_after

from .exits import end_enrollments
from .kinds import Work

log = logging.getLogger(__name__)
MAX_REASON = 200


def plan_next(*, works: Sequence[Work], paths: Mapping[int, str], now: datetime) -> None:
    """Plan what follows works that are done. ``paths``: which one was taken, by the id of the run.

    The caller holds the customers' rows, so that an event that comes at this moment is either found here, or finds the
    wait that is planned here.
    """
    planned: list[StepRun] = []
    at_end = []
    for work in works:
        runs = _runs_after(work, paths.get(work.run.id, ""), now)
        planned += runs
        if not runs or runs[-1].state == RunState.FAILED:
            at_end.append(work.enrollment.id)
    _hear(planned, since=now)
    StepRun.objects.bulk_create(planned, ignore_conflicts=True)  # a message that was sent again has gone on before
    if at_end:
        end_enrollments(enrollments=Enrollment.objects.filter(id__in=at_end), reason=EndReason.END, now=now)


def due_of(step: Step, start: datetime, zone: str) -> datetime:
    """When a step that a customer reaches at an instant is due; a wait for something: when it is over."""
    if not isinstance(step.settings, WaitFor):
        return due_after(start, step.after, zone, step.window)
    return due_after(due_after(start, step.after, zone), step.settings.timeout, zone, step.window)


def awaits(step: Step) -> str | None:
    return step.settings.event if isinstance(step.settings, WaitFor) else None


def _runs_after(work: Work, path: str, now: datetime) -> list[StepRun]:
    """The run of the next step. One that can never be due fails here, and the step after it is next."""
    flow, runs = flow_of(work.enrollment.version), []
    step = flow.next(work.step.key, path)
    while step is not None:
        runs.append(run := _run(work.enrollment, step, now))
        step = flow.next(step.key) if run.state == RunState.FAILED else None
    return runs


def _run(enrollment: Enrollment, step: Step, now: datetime) -> StepRun:
    run = StepRun(
        enrollment=enrollment,
        campaign_id=enrollment.campaign_id,
        customer_id=enrollment.customer_id,
        step=step.key,
        kind=step.kind,
        due_at=now,
    )
    try:
        run.due_at, run.awaits = due_of(step, now, enrollment.customer.timezone), awaits(step)
    except (ValueError, OverflowError) as error:  # a window that never opens, a day that no calendar has
        log.exception("Step %s of enrollment %d can never be due", step.key, enrollment.id)
        run.state, run.done_at, run.reason = RunState.FAILED, now, f"It can never be due: {error}."[:MAX_REASON]
    return run


def _hear(planned: Sequence[StepRun], since: datetime) -> None:
    """What happened while the step before was worked on ends the wait at once."""
    waits = {run.enrollment_id: run for run in planned if run.awaits}
    heard = first_heard(Wait(number, run, since) for number, run in waits.items())
    for number, event in heard.items():
        waits[number].heard_id, waits[number].due_at = event, since
