"""Evaluations: which customers meet which rule now, and the moves that follow.

Four ways in, one way through: everybody (in ranges that any number of workers share), those
that changed or are due, named customers, and a day of a replay. Each transaction decides,
moves, records and announces by the same statement, pass after pass until nobody moves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min

from lifecycle.models import (
    REPLAYS,
    Customer,
    CustomerStatus,
    Evaluation,
    EvaluationChunk,
    EvaluationKind,
    EvaluationState,
    Lifecycle,
)
from lifecycle.sql import statements

from . import freshness, locks
from .passes import EvaluationLoop, Range, Tally, These, until_nobody_moves
from .switches import require_on

STALE = timedelta(hours=12)
Progress = Callable[[int, int], None]  # (done, all) in customers


def evaluate_everybody(
    *,
    lifecycle: Lifecycle,
    as_of: datetime,
    now: datetime,
    kind: str = EvaluationKind.FULL,
    slot: str | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Evaluate all customers of a lifecycle in this process, beside workers that may take ranges of it.

    Goes on with the run of the same ``slot``. Raises ``EvaluationLoop``, also where it was a worker that met it.
    """
    evaluation = plan_everybody(lifecycle=lifecycle, as_of=as_of, now=now, kind=kind, slot=slot)
    total = sum(last - first + 1 for first, last in evaluation.chunks.values_list("first_customer", "last_customer"))
    done = 0
    while evaluation.state == EvaluationState.RUNNING:
        chunk = evaluate_next_chunk(evaluation=evaluation, now=now)
        if chunk is not None:
            done += chunk.last_customer - chunk.first_customer + 1
            if progress:
                progress(done, total)
        elif not finish(evaluation=evaluation, now=now):
            time.sleep(0.05)  # somebody else holds the last range
        evaluation.refresh_from_db()
    if evaluation.state == EvaluationState.FAILED:
        raise EvaluationLoop(evaluation.error)
    return evaluation


def plan_everybody(
    *,
    lifecycle: Lifecycle,
    as_of: datetime,
    now: datetime,
    kind: str = EvaluationKind.FULL,
    slot: str | None = None,
) -> Evaluation:
    """Start a run over all customers and cut it into ranges; the run of the same ``slot`` is returned as it is.

    Raises ``AutomationOff``.
    """
    require_on(lifecycle)
    held = _settle(lifecycle, kind, as_of)
    with transaction.atomic():
        values = {"kind": kind, "as_of": as_of, "started_at": now, "held": held}
        if slot is None:
            evaluation, is_new = Evaluation.objects.create(lifecycle=lifecycle, **values), True
        else:
            evaluation, is_new = Evaluation.objects.get_or_create(lifecycle=lifecycle, slot=slot, defaults=values)
        if is_new:
            ends = Customer.objects.aggregate(first=Min("id"), last=Max("id"))
            size = settings.EVALUATION_CHUNK_SIZE
            starts = range(ends["first"] or 1, (ends["last"] or 0) + 1, size)
            EvaluationChunk.objects.bulk_create(
                EvaluationChunk(evaluation=evaluation, first_customer=start, last_customer=start + size - 1)
                for start in starts or [1]
            )
    return evaluation


@locks.again_after_deadlock
def evaluate_next_chunk(*, evaluation: Evaluation, now: datetime) -> EvaluationChunk | None:
    """Do one open range in one transaction; ``None`` when no range is left to claim."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statements.CLAIM_CHUNK, {"evaluation": evaluation.id})
            claimed = cursor.fetchone()
            if claimed is None:
                return None
            chunk_id, first, last = claimed
            locks.share(evaluation.lifecycle)
            require_on(evaluation.lifecycle)
            tally = until_nobody_moves(evaluation, Range(first, last), now)
            statuses = CustomerStatus.objects.filter(
                lifecycle_id=evaluation.lifecycle_id, customer_id__gte=first, customer_id__lte=last
            )
            chunk = EvaluationChunk(
                id=chunk_id, evaluation=evaluation, first_customer=first, last_customer=last, done_at=now,
                evaluated=statuses.count(), moved=tally.moved, waiting=tally.waiting,
            )  # fmt: skip
            chunk.save(force_update=True)
            return chunk
    except EvaluationLoop as error:
        Evaluation.objects.filter(id=evaluation.id).update(
            state=EvaluationState.FAILED, finished_at=now, error=str(error)
        )
        raise


def finish(*, evaluation: Evaluation, now: datetime) -> bool:
    """Close a run whose ranges are all done; true for the one caller that closed it."""
    with connection.cursor() as cursor:
        cursor.execute(statements.FINISH, {"evaluation": evaluation.id, "now": now})
        return cursor.fetchone() is not None


def resume(*, lifecycle: Lifecycle, now: datetime) -> Iterable[Evaluation]:
    """Runs over everybody that somebody started and nobody finished, oldest first.

    A run older than ``STALE`` is given up: its instant is long past, and the facts are of today.
    """
    running = Evaluation.objects.filter(
        lifecycle=lifecycle, kind=EvaluationKind.FULL, state=EvaluationState.RUNNING
    ).order_by("id")
    running.filter(as_of__lt=now - STALE).update(
        state=EvaluationState.FAILED, finished_at=now, error="Nobody finished it in time; a later run takes its place."
    )
    return running


def evaluate_changed(
    *, lifecycle: Lifecycle, as_of: datetime, now: datetime, kind: str = EvaluationKind.CHANGED
) -> Tally:
    """Evaluate the customers with news or a due check, chunk by chunk; the same result as everybody."""
    held = _settle(lifecycle, kind, as_of)
    total = Tally()
    limit = settings.EVALUATION_CHUNK_SIZE
    with connection.cursor() as cursor:
        cursor.execute(statements.LAST_MARK, {"lifecycle": lifecycle.id})
        last_mark = cursor.fetchone()[0]
    while True:
        taken = {"lifecycle": lifecycle.id, "limit": limit, "as_of": as_of, "last_mark": last_mark}
        marks, tally = _evaluate_taken(
            statements.TAKE_CHANGED, taken, lifecycle=lifecycle, kind=kind, as_of=as_of, now=now, held=held
        )
        total += tally
        if marks < limit and tally.evaluated < limit:
            return total


def evaluate_customers(*, lifecycle: Lifecycle, customers: Iterable[int], now: datetime) -> Tally:
    """Evaluate customers by id now, as after an event of theirs."""
    params = {"lifecycle": lifecycle.id, "customers": sorted(customers), "as_of": now}
    return _evaluate_taken(
        statements.TAKE_SELECTED, params, lifecycle=lifecycle, kind=EvaluationKind.SELECTED, as_of=now, now=now
    )[1]


def _settle(lifecycle: Lifecycle, kind: str, as_of: datetime) -> str:
    """What the run says of rules that wait for a silent source. A replay has its history whole."""
    if kind in REPLAYS:
        return ""
    holds = freshness.settle(lifecycle=lifecycle, now=as_of)
    return "\n".join(f"“{hold.rule.name}” waits: {hold.reason}" for hold in holds)


def _evaluate_taken(
    take: str,
    params: dict[str, Any],
    *,
    lifecycle: Lifecycle,
    kind: str,
    as_of: datetime,
    now: datetime,
    held: str = "",
) -> tuple[int, Tally]:
    """One transaction over the customers that ``take`` names; a loop leaves its sentence in a failed evaluation."""
    try:
        return _try_taken(take, params, lifecycle=lifecycle, kind=kind, as_of=as_of, now=now, held=held)
    except EvaluationLoop as error:
        times = {"as_of": as_of, "started_at": now, "finished_at": now}
        Evaluation.objects.create(
            lifecycle=lifecycle, kind=kind, state=EvaluationState.FAILED, error=str(error), **times
        )
        raise


@locks.again_after_deadlock
def _try_taken(
    take: str,
    params: dict[str, Any],
    *,
    lifecycle: Lifecycle,
    kind: str,
    as_of: datetime,
    now: datetime,
    held: str = "",
) -> tuple[int, Tally]:
    with transaction.atomic(), connection.cursor() as cursor:
        locks.share(lifecycle)
        require_on(lifecycle)
        cursor.execute(statements.PLAN_FOR_FEW)
        cursor.execute(take, params)
        marks, ids = cursor.fetchone()
        if not ids:
            return marks, Tally()
        evaluation = Evaluation.objects.create(
            lifecycle=lifecycle, kind=kind, as_of=as_of, started_at=now, finished_at=now, held=held
        )
        tally = Tally(evaluated=len(ids)) + until_nobody_moves(evaluation, These(ids), now)
        evaluation.state = EvaluationState.DONE
        evaluation.evaluated, evaluation.moved, evaluation.waiting = tally.evaluated, tally.moved, tally.waiting
        evaluation.save()
        return marks, tally
