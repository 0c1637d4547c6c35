"""Events that customers were waited for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from campaigns.models import StepRun
from campaigns.sql import heard as statements
from lifecycle.sql.run import rows

# How late somebody may be woken at most: messages of the outbox are kept no longer.
LATEST_WAKE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wait:
    """A run that waits, and since when the events that come in end it. ``number``: what the caller knows it by."""

    number: int
    run: StepRun
    since: datetime


def first_heard(waits: Iterable[Wait]) -> dict[int, int]:
    """The id of the first event that came in since then, by the number of the wait; none has come for the others."""
    waits = list(waits)
    if not waits:
        return {}
    place = {
        "numbers": [one.number for one in waits],
        "customers": [one.run.customer_id for one in waits],
        "names": [one.run.awaits for one in waits],
        "since": [one.since for one in waits],
        "entered": [one.run.enrollment.entered_at for one in waits],
    }
    return dict(rows(statements.FIRST_HEARD, **place))


def heard_in_time(runs: Iterable[StepRun], now: datetime) -> set[int]:
    """The waits whose event has come since the step before, even if nobody was woken by it yet."""
    runs = list(runs)
    done = StepRun.objects.filter(enrollment__in=[run.enrollment_id for run in runs], done_at__isnull=False)
    began = dict(done.order_by().values_list("enrollment").annotate(Max("done_at")))
    waits = []
    for run in runs:
        since = max(began.get(run.enrollment_id, run.enrollment.entered_at), now - LATEST_WAKE)
        waits.append(Wait(run.id, run, since))
    return {run.id for run in runs if run.heard_id} | first_heard(waits).keys()
