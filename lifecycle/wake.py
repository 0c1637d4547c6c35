"""Waking a worker from a door, by the task's name: doors do not call each other, and workers may live elsewhere.

Nothing is lost if nobody hears it: what is due stands in the database, and the routine run looks for it.
"""

from __future__ import annotations

import structlog
from celery import signature

EVALUATE = "lifecycle.tasks.evaluate_selected"
BACKTEST = "lifecycle.tasks.do_backtest"
SET_UP = "lifecycle.tasks.set_up_lifecycle"
# One more try for a connection that died meanwhile, and no waiting: somebody waits for an answer.
AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}

log = structlog.get_logger(__name__)


def wake(task: str, *args: object) -> None:
    """Ask a worker to do a task now."""
    try:
        signature(task, args=args).apply_async(retry=True, retry_policy=AT_ONCE)
    except Exception as error:  # whatever the broker's library raises
        log.warning("no worker was woken, the routine run follows", task=task, error=str(error))
