"""What was known at instants that are past, in temporary tables in front of the live ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import connection

from lifecycle.metrics.daily import LONGEST
from lifecycle.models import Lifecycle
from lifecycle.rules.calendar import end_of, start_of
from lifecycle.sql import daily, past
from lifecycle.sql.folds import EVENT_COLUMNS, fold_into_facts
from lifecycle.sql.run import rows, run

AddEvents = Callable[[Lifecycle, datetime, datetime], None]  # of a lifecycle, after an instant, until another


class Told(StrEnum):
    """When an event counts as told."""

    WHEN_IT_HAPPENED = "occurred_at"
    WHEN_RECEIVED = "GREATEST(received_at, occurred_at)"
    WHEN_STORED = "GREATEST(stored_at, occurred_at)"


@contextmanager
def past_facts(
    *,
    until: datetime,
    told: Told = Told.WHEN_IT_HAPPENED,
    with_properties: bool = False,
    customers: list[int] | None = None,
    stored_until: datetime | None = None,
) -> Iterator[AddEvents]:
    """Cover the live facts with empty ones for this connection; yields a function that adds what a period told.

    ``with_properties``: as days need them. ``customers``: of some only. ``stored_until``: of what had come by then.
    """
    with covered(*past.COVERED), dropped_afterwards("past_event"):
        run(past.EMPTY_FACTS, customers=customers)
        copy = past.COPY_EVENTS.format(told=told.value, more=", properties" if with_properties else "")
        run(copy, until=until, customers=customers, stored_until=stored_until)
        run(past.INDEX_EVENTS)
        run("ANALYZE past_event, lifecycle_customerfacts")
        names = frozenset(name for (name,) in rows("SELECT DISTINCT name FROM past_event"))
        fold = past.FOLD_PERIOD.format(columns=EVENT_COLUMNS, folds=fold_into_facts("happened", names))

        def add_events(lifecycle: Lifecycle, after: datetime, until: datetime) -> None:
            if names:
                run(fold, lifecycle=lifecycle.id, after=after, until=until)
            run(past.REPORT_PERIOD, lifecycle=lifecycle.id, after=after, until=until, customers=customers)

        yield add_events


@contextmanager
def covered(*tables: str) -> Iterator[None]:
    """Put empty tables in front of live ones for this connection."""
    with dropped_afterwards(*tables):
        for table in tables:
            run(past.COVER.format(table=table))
        yield


@contextmanager
def dropped_afterwards(*tables: str) -> Iterator[None]:
    """Temporary tables that may be made here, and are gone afterwards."""
    try:
        yield
    finally:
        if not connection.needs_rollback:  # which drops them, too
            for table in tables:
                run(past.UNCOVER.format(table=table))


def windows_as_known(lifecycle: Lifecycle, before: date, columns: Collection[str]) -> Callable[[date], None]:
    """A function that brings days and windows to a day, from what was known by its end.

    Covers no table itself; daily metrics have to be covered before. ``columns``: what is read of the windows.
    """
    activity = past.ACTIVITY_TOLD.format(activity=daily.ACTIVITY)
    collect = daily.collect_days(activity, daily.CHANGED_DAYS, with_trends=False)  # no rule reads them
    refresh = daily.Refresh(columns)
    since = start_of(before - timedelta(days=LONGEST))
    done = before

    def told(after: datetime, until: datetime) -> list[int]:
        """Sum up the days that news belongs to; returns the customers of whom it was an earlier day than the last."""
        customers, days = rows(collect, after=after, until=until, since=since)[0]
        return sorted({one for one, day in zip(customers, days, strict=True) if day < until.date()})

    def move(day: date) -> None:
        nonlocal done
        late = told(end_of(done), end_of(day))
        sql = refresh.moving if day - done == timedelta(days=1) else refresh.everybody
        changed = rows(sql, through=day, since=done)[0][0]
        if late:  # the others have a day that comes into a window or leaves one
            changed += rows(refresh.these, through=day, customers=late)[0][0]
        changed += rows(past.MILESTONES_OF, after=end_of(done), until=end_of(day))[0][0]
        changed += rows(daily.COUNT_MILESTONES, customers=changed, until=end_of(day))[0][0]
        run(past.MARK_CHANGED, lifecycle=lifecycle.id, customers=changed)
        done = day

    run(past.INDEX_DAYS)
    run("ANALYZE past_event")
    told(past.BEGINNING, end_of(before))
    rows(refresh.everybody, through=before, since=before)
    run(past.OLD_HANDS.format(activity=daily.ACTIVITY), until=end_of(before))
    return move
