"""Evaluations at instants that are past: a day of history, or history day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from lifecycle.metrics.daily import LONGEST
from lifecycle.models import Evaluation, EvaluationKind, Lifecycle
from lifecycle.queries.lists import UNTAGGED
from lifecycle.rules.calendar import end_of, last_complete_day, start_of
from lifecycle.sql import past
from lifecycle.sql.daily import COUNT_MILESTONES, REFRESH

from . import locks
from .collect import collect, reads_collected
from .defaults import enroll_everybody, wake
from .evaluate import Progress, evaluate_changed, evaluate_everybody
from .past import past_facts


@dataclass(frozen=True, slots=True)
class Replayed:
    """Where customers stood at the end, and how many moves led there. Keys of ``transitions``: ``FROM>TO``."""

    lifecycle: str
    first: date
    last: date
    customers: int
    states: dict[str, int]
    transitions: dict[str, int]


def replay(
    *,
    lifecycle: Lifecycle,
    first: date,
    last: date,
    now: datetime,
    asks: bool = False,
    on_day: Callable[[date], object] | None = None,
) -> Replayed:
    """Evaluate at the end of each day over what had happened by then, moving customers as it would have moved them.

    A tag that was entered later than a day is left alone on it. So a replay can be broken off and
    repeated: it goes on where history ends, and a finished one changes nothing. With ``asks``, moves that the review
    policy gives to people wait for them, as they would today. Raises ``LifecycleBusy``.
    """
    if last < first:
        raise ValueError(f"The replay would end on {last}, before it begins on {first}.")
    kind = EvaluationKind.REPLAY_ASKING if asks else EvaluationKind.REPLAY
    move_windows = _windows_of(lifecycle, now)
    with locks.alone(lifecycle), _fresh_start_afterwards(lifecycle), past_facts(until=end_of(last)) as add_events:
        wake(lifecycle=lifecycle)  # in the covering table, for the first day
        done_until = past.BEGINNING
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            with transaction.atomic():
                add_events(lifecycle, done_until, end_of(day))
                move_windows(day)
                if _anybody_due(lifecycle, end_of(day)):
                    evaluate_changed(lifecycle=lifecycle, as_of=end_of(day), now=now, kind=kind)
            done_until = end_of(day)
            if on_day:
                on_day(day)
    return summary(lifecycle=lifecycle, first=first, last=last)


def evaluate_as_of(*, lifecycle: Lifecycle, as_of: datetime, now: datetime, progress: Progress) -> Evaluation:
    """Evaluate everybody at a past instant over what had happened by then; the review policy gives moves to people."""
    move_windows = _windows_of(lifecycle, now)
    with locks.alone(lifecycle), _fresh_start_afterwards(lifecycle), past_facts(until=as_of) as add_events:
        add_events(lifecycle, past.BEGINNING, as_of)
        move_windows(last_complete_day(as_of))
        return evaluate_everybody(
            lifecycle=lifecycle, as_of=as_of, now=now, kind=EvaluationKind.REPLAY_ASKING, progress=progress
        )


def summary(*, lifecycle: Lifecycle, first: date, last: date) -> Replayed:
    """What the stored history says of a period: states at its end, moves within it."""
    params: dict[str, Any] = {"lifecycle": lifecycle.id, "since": start_of(first), "until": end_of(last)}
    with connection.cursor() as cursor:
        cursor.execute(past.STATES_AT, params)
        states = {code or UNTAGGED: count for code, count in cursor.fetchall()}
        cursor.execute(past.MOVES_BETWEEN, params)
        moves = {f"{before or UNTAGGED}>{after or UNTAGGED}": count for before, after, count in cursor.fetchall()}
    return Replayed(lifecycle.code, first, last, sum(states.values()), states, moves)


@contextmanager
def _fresh_start_afterwards(lifecycle: Lifecycle) -> Iterator[None]:
    """Mark everybody before the past is touched, so that even after a kill the next run goes by the live facts."""
    enroll_everybody(lifecycle=lifecycle)
    wake(lifecycle=lifecycle)
    yield


def _windows_of(lifecycle: Lifecycle, now: datetime) -> Callable[[date], None]:
    """A function that brings the covering windows to a day; nothing to do where no rule reads them.

    Days are collected first: a whole day is the same whenever it is summed up.
    """
    if not reads_collected(lifecycle):
        return lambda _: None
    collect(now=now)
    before = date.min + timedelta(days=LONGEST)

    def move(day: date) -> None:
        nonlocal before
        with connection.cursor() as cursor:
            sql = REFRESH.moving if day - before == timedelta(days=1) else REFRESH.everybody
            cursor.execute(sql, {"through": day, "since": before})
            changed = cursor.fetchone()[0]
            cursor.execute(past.MILESTONES_OF, {"after": end_of(before), "until": end_of(day)})
            reached: dict[str, Any] = {"customers": [*cursor.fetchone()[0], *changed], "until": end_of(day)}
            cursor.execute(COUNT_MILESTONES, reached)
            changed += cursor.fetchone()[0]
            cursor.execute(past.MARK_CHANGED, {"lifecycle": lifecycle.id, "customers": changed})
        before = day

    return move


def _anybody_due(lifecycle: Lifecycle, as_of: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(past.ANYBODY_DUE, {"lifecycle": lifecycle.id, "as_of": as_of})
        return bool(cursor.fetchone()[0])
