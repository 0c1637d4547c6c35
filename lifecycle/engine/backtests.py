"""Backtests as jobs: asked for now, done by a worker, looked at later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from lifecycle.models import BacktestRun, BacktestState, Lifecycle, RuleState, TransitionRule
from lifecycle.models.backtest import SILENT
from lifecycle.rules.notations import NotationError

from .exchange import ImportedRules, read_rules, written_rule
from .locks import LifecycleBusy
from .passes import EvaluationLoop
from .rules import RuleText
from .simulate import backtest, check_days
from .switches import AutomationOff

PATIENCE = timedelta(hours=1)
LOST = "The workers that began it died or ran out of time; try fewer days, or raise TASK_SECONDS."
BROKEN = "Something went wrong on our side; it has been logged."


class BacktestRefused(ValueError):
    """The backtest was not started; the message says why."""


def ask_for_backtest(
    *,
    lifecycle: Lifecycle,
    first: date,
    last: date,
    by: Any,
    now: datetime,
    document: Any = None,
    rule: TransitionRule | None = None,
    asks: bool = True,
) -> BacktestRun:
    """Write down a backtest of the rules in a document, of one rule, or of all drafts, for a worker to do.

    Raises ``BacktestRefused``.
    """
    try:
        check_days(first, last, now)
        if document is None:
            written = [written_rule(one) for one in ([rule] if rule else drafts(lifecycle))]
        else:
            _tried(lifecycle, document)
            written = document["rules"] if isinstance(document, dict) and "rules" in document else document
    except (ValueError, NotationError) as error:
        raise BacktestRefused(str(error)) from error
    if not written:
        raise BacktestRefused(f"“{lifecycle}” has no drafts; write one, or give rules to try.")
    return BacktestRun.objects.create(
        lifecycle=lifecycle, tried=written, first_day=first, last_day=last, asks=asks, created_at=now, created_by=by
    )


def drafts(lifecycle: Lifecycle) -> Sequence[TransitionRule]:
    found = lifecycle.rules.filter(state=RuleState.DRAFT).select_related("to_tag").prefetch_related("from_tags")
    return list(found)


def run_backtest(*, number: int, now: datetime, clock: Any) -> BacktestRun | None:
    """Do a backtest that waits, or whose worker was not heard of for long; ``None`` if it is somebody else's.

    ``clock`` says the instant at each step.
    """
    mine = _to_do(now).filter(id=number)
    if not mine.update(state=BacktestState.RUNNING, heard_at=now, days_done=0, error=""):
        return None
    run = BacktestRun.objects.select_related("lifecycle").get(id=number)

    def progress(done: int, total: int) -> None:
        BacktestRun.objects.filter(id=run.id).update(days_done=done, days_all=total, heard_at=clock())

    try:
        tested = backtest(
            lifecycle=run.lifecycle, tried=_tried(run.lifecycle, run.tried), first=run.first_day, last=run.last_day,
            now=now, asks=run.asks, progress=progress,
        )  # fmt: skip
    except (ValueError, NotationError, LifecycleBusy, AutomationOff, EvaluationLoop) as error:
        run.state, run.error = BacktestState.FAILED, str(error)
    except Exception:  # whatever it was, it would come again with the next try
        BacktestRun.objects.filter(id=run.id).update(state=BacktestState.FAILED, error=BROKEN, finished_at=clock())
        raise
    else:
        found = asdict(tested)
        found.update(first=str(tested.first), last=str(tested.last))
        for name in ("foretold_before", "foretold_after"):
            rows = getattr(tested, name)
            found[name] = [{**asdict(one), "precision": one.precision, "recall": one.recall} for one in rows]
        run.state, run.result = BacktestState.DONE, found
    run.finished_at = clock()
    run.save(update_fields=["state", "error", "result", "finished_at"])
    return run


def backtests_to_do(*, now: datetime) -> list[int]:
    """Those that wait, and those whose worker was not heard of for long; who loses its workers for an hour fails."""
    hopeless = _to_do(now).filter(state=BacktestState.RUNNING, created_at__lt=now - PATIENCE)
    hopeless.update(state=BacktestState.FAILED, finished_at=now, error=LOST)
    return list(_to_do(now).values_list("id", flat=True))


def _to_do(now: datetime) -> QuerySet[BacktestRun]:
    lost = Q(state=BacktestState.RUNNING, heard_at__lt=now - SILENT)
    return BacktestRun.objects.filter(Q(state=BacktestState.WAITING) | lost)


def _tried(lifecycle: Lifecycle, document: Any) -> list[tuple[str, RuleText]]:
    done = ImportedRules()
    whole = {"rules": document} if isinstance(document, list) and document and "key" in document[0] else document
    found = list(read_rules(lifecycle=lifecycle, document=whole, done=done))
    if done.refused:
        raise NotationError("\n".join(done.refused))
    return found
