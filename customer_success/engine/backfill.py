"""Health of days that are past, from what was known then; what profiles said has no history and counts as missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from customer_success.queries.scorecards import cards_in_force
from customer_success.sql import health
from customer_success.sql.scoring import IN_RANGE, SCORED, Card, score_these
from lifecycle.engine.past import Told, covered, dropped_afterwards, past_facts, windows_as_known
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle
from lifecycle.rules.calendar import end_of
from lifecycle.rules.nodes import metrics_of
from lifecycle.sql import past
from lifecycle.sql.moments import bind
from lifecycle.sql.run import rows, run

from .scoring import AT_ONCE, alone, lifecycle_to_read

MAX_DAYS = 3_660
Progress = Callable[[int, int], object]  # (done, all) in days


def backfill_health(*, first: date, last: date, every: int, now: datetime, progress: Progress | None = None) -> int:
    """Score every so many days from one to another by the scorecards in force now; returns how many rows are new.

    A day gets a row where its score differs from the latest before it and none is there; the health in force stays.
    Raises ``ValueError`` for days that cannot be, ``ScoringAlready`` and ``NoLifecycle``.
    """
    days = _days(first, last, every, now)
    with alone():
        lifecycle, cards = lifecycle_to_read(), cards_in_force()
        if not cards:
            return 0
        written = 0
        for done, day in enumerate(_lived_through(lifecycle, cards, days), start=1):
            written += _score_day(cards, lifecycle, day, now)
            if progress:
                progress(done, len(days))
        return written


def _days(first: date, last: date, every: int, now: datetime) -> list[date]:
    count = (last - first).days + 1
    if not 1 <= count <= MAX_DAYS:
        raise ValueError(f"A backfill takes 1 to {MAX_DAYS:,} days, not {count:,}; it begins on {first}.")
    if not 1 <= every <= MAX_DAYS:
        raise ValueError(f"“every” is a number of days from 1 to {MAX_DAYS:,}, not {every}.")
    if end_of(last) > now:
        raise ValueError(f"{last} has not ended yet; a backfill goes by what has happened.")
    return [first + timedelta(days=offset) for offset in range(0, count, every)]


def _lived_through(lifecycle: Lifecycle, cards: Sequence[Card], days: Sequence[date]) -> Iterator[date]:
    """Each day, with the facts and windows as they were known by its end in front of the live ones."""
    names = {name for card in cards for name in card.text.inputs}
    names |= {name for card in cards if card.applies_to for name in metrics_of(card.applies_to)}
    reads = {column for name in names if name in CATALOGUE for column in CATALOGUE[name].collected_columns}
    before = days[0] - timedelta(days=1)
    with (
        covered("lifecycle_dailymetrics"),
        past_facts(until=end_of(days[-1]), told=Told.WHEN_RECEIVED, with_properties=True) as add_events,
    ):
        add_events(lifecycle, past.BEGINNING, end_of(before))
        move_windows = windows_as_known(lifecycle, before, reads) if reads else None
        known_until = end_of(before)
        for day in days:
            add_events(lifecycle, known_until, end_of(day))
            known_until = end_of(day)
            if move_windows:
                move_windows(day)
            yield day


def _score_day(cards: Sequence[Card], lifecycle: Lifecycle, day: date, now: datetime) -> int:
    sql, moments = score_these(cards, lifecycle_id=lifecycle.id, scope=IN_RANGE, is_past=True)
    first, last = rows(health.ENDS)[0]
    written = 0
    for start in range(first, last + 1, AT_ONCE):
        at = {"day": day, "now": now, "first": start, "last": start + AT_ONCE - 1}
        with transaction.atomic(), dropped_afterwards(SCORED):
            run(health.ONE_AT_A_TIME)
            run(sql, **at, **bind(moments, end_of(day)), is_live=False)
            written += rows(health.WRITE_PAST, **at)[0][0]
    return written
