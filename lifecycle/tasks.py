"""What workers do. A task is a wake-up: it may be lost, repeated or late, the database keeps the promises."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from lifecycle.engine.backtests import backtests_to_do, run_backtest
from lifecycle.engine.collect import catch_up, collect, is_behind
from lifecycle.engine.defaults import enroll_everybody
from lifecycle.engine.evaluate import (
    evaluate_changed,
    evaluate_customers,
    evaluate_next_chunk,
    finish,
    plan_everybody,
    resume,
)
from lifecycle.engine.lifecycles import set_up
from lifecycle.engine.locks import CollectingAlready, LifecycleBusy
from lifecycle.engine.notices import mail_notices
from lifecycle.engine.outbox import forget_messages
from lifecycle.engine.passes import EvaluationLoop
from lifecycle.engine.switches import AutomationOff
from lifecycle.engine.verify import check_history
from lifecycle.models import Evaluation, EvaluationState, Lifecycle

log = logging.getLogger(__name__)


@shared_task
def evaluate_what_changed() -> None:
    """The routine run, every few minutes: customers with news or a due check, and runs that were left unfinished."""
    now = timezone.now()
    for lifecycle in _to_set_up():
        set_up(lifecycle=lifecycle)
    catch_up(now=now)
    for lifecycle in _lifecycles(now):
        for evaluation in resume(lifecycle=lifecycle, now=now):
            share_out(evaluation)
        with _next_time_if_not_now(lifecycle):
            evaluate_changed(lifecycle=lifecycle, as_of=now, now=now)
    for number in backtests_to_do(now=now):
        do_backtest.delay(number)


@shared_task
def collect_metrics() -> None:
    """Every hour: days and windows of those with news, and of everybody when a day has ended."""
    try:
        collect(now=timezone.now())
    except CollectingAlready as already:
        log.info("%s", already)


@shared_task
def mail_messages() -> None:
    """Every few minutes: what teams have not been written yet."""
    mail_notices(now=timezone.now())


@shared_task
def evaluate_all() -> None:
    """The daily run over everybody. Started twice on a day, it is one run that both work on."""
    now = timezone.now()
    catch_up(now=now)
    for lifecycle in _lifecycles(now):
        with _next_time_if_not_now(lifecycle):
            start_full_evaluation(lifecycle, now=now, slot=f"daily {now.date()}")


@shared_task
def evaluate_chunk(evaluation_id: int) -> None:
    """One range of a full evaluation; the last one done closes the run."""
    evaluation = Evaluation.objects.select_related("lifecycle").filter(id=evaluation_id).first()
    if evaluation is None or evaluation.state != EvaluationState.RUNNING:
        return
    now = timezone.now()
    try:
        evaluate_next_chunk(evaluation=evaluation, now=now)
    except (LifecycleBusy, AutomationOff):
        return  # the range stays open, the routine run shares it out again
    finish(evaluation=evaluation, now=now)


@shared_task
def evaluate_selected(customer_ids: list[int]) -> None:
    """Customers that had an event a moment ago."""
    now = timezone.now()
    for lifecycle in _lifecycles(now):
        with _next_time_if_not_now(lifecycle):
            evaluate_customers(lifecycle=lifecycle, customers=customer_ids, now=now)


@shared_task
def set_up_lifecycle(lifecycle_id: int) -> None:
    """Everybody's place in a lifecycle that somebody has just made or switched on again."""
    if lifecycle := _to_set_up().filter(id=lifecycle_id).first():
        set_up(lifecycle=lifecycle)


def _to_set_up() -> QuerySet[Lifecycle]:
    return Lifecycle.objects.filter(is_active=True, is_set_up=False)


def _lifecycles(now: datetime) -> list[Lifecycle]:
    """The active lifecycles whose windows are of this day; the others keep their marks until they are."""
    return [one for one in Lifecycle.objects.filter(is_active=True) if not is_behind(one, now=now)]


@contextmanager
def _next_time_if_not_now(lifecycle: Lifecycle) -> Iterator[None]:
    """A lifecycle that cannot be evaluated now keeps its marks, and does not stop the others."""
    try:
        yield
    except LifecycleBusy:
        log.info("%s is busy; the next run takes its marks", lifecycle.code)
    except AutomationOff as off:
        log.info("%s", off)
    except EvaluationLoop:
        log.exception("The rules of %s lead in a circle", lifecycle.code)


def start_full_evaluation(lifecycle: Lifecycle, *, now: datetime, slot: str | None = None) -> Evaluation:
    """Plan a run over everybody and hand its ranges to the workers."""
    enroll_everybody(lifecycle=lifecycle)
    evaluation = plan_everybody(lifecycle=lifecycle, as_of=now, now=now, slot=slot)
    share_out(evaluation)
    return evaluation


def share_out(evaluation: Evaluation) -> None:
    """Send a wake-up for each open range; ranges that somebody works on are skipped by the others."""
    for _ in range(max(evaluation.chunks.filter(done_at=None).count(), 1)):
        evaluate_chunk.delay(evaluation.id)


@shared_task
def verify_histories() -> None:
    """Every night: whether the history of a sample of customers follows from what was known."""
    for lifecycle in Lifecycle.objects.filter(is_active=True):
        found = check_history(lifecycle=lifecycle, sample=settings.VERIFY_SAMPLE, now=timezone.now())
        if found.doubts:
            log.error("%s customers of %s have a history that does not follow", len(found.doubts), lifecycle.code)


@shared_task
def tidy_outbox() -> None:
    """Every night: messages that everybody has taken a week ago."""
    forget_messages(now=timezone.now())


@shared_task
def do_backtest(number: int) -> None:
    """A backtest that somebody asked for."""
    run_backtest(number=number, now=timezone.now(), clock=timezone.now)
