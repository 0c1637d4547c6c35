"""Collecting what customers did: events become days, days become windows, news become marks.

Collecting goes by the ids of events, so that what comes late is collected like anything else: each day that a new
event belongs to is summed up again, whole. Each step is a transaction that also keeps how far it came.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Collection, DailyMetrics, Event, Lifecycle, ReviewPolicy
from lifecycle.queries import collecting_is_late, heeded_rules
from lifecycle.rules.calendar import last_complete_day
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse
from lifecycle.sql import daily

from . import locks

log = logging.getLogger(__name__)
EVENTS_AT_ONCE = 200_000
CUSTOMERS_AT_ONCE = 50_000
DAYS_AT_ONCE = 3
MAX_BACKFILL = 3_660
_FIRST_DAY = date(1, 3, 1)  # whole windows lie before it
Progress = Callable[[int, int], object]  # (done, all)


@dataclass(frozen=True, slots=True)
class Collected:
    """How many events were gone through, how many days were written, how many customers have other sums now."""

    events: int = 0
    days: int = 0
    customers: int = 0

    def __add__(self, other: Collected) -> Collected:
        return Collected(self.events + other.events, self.days + other.days, self.customers + other.customers)


def collect(*, now: datetime, progress: Progress | None = None) -> Collected:
    """Collect every event that was stored until now, and bring windows to the last complete day.

    Raises ``locks.CollectingAlready``.
    """
    with locks.collecting():
        until = _last_stored_event()
        begun = _collection().last_event_id
        done = Collected()
        while (step := _collect_events(until)) is not None:
            done += step
            if progress:
                progress(_collection().last_event_id - begun, until - begun)
        return done + _move_windows(last_complete_day(now))


def collect_alone(*, now: datetime) -> None:
    """The same for who knows that nobody else writes or collects: in a rehearsal, within its transaction."""
    until = Event.objects.aggregate(last=Max("id"))["last"] or 0
    _collection()
    while _collect_events(until) is not None:
        pass
    _move_windows(last_complete_day(now))


def backfill(*, days: int, now: datetime, progress: Progress | None = None) -> Collected:
    """Sum up the last complete ``days`` days again from their events, and the windows after them.

    Some days at once, in a transaction; the same backfill goes on where it was broken off.
    Raises ``locks.CollectingAlready``.
    """
    if not 1 <= days <= MAX_BACKFILL:
        raise ValueError(f"A backfill takes 1 to {MAX_BACKFILL:,} days, not {days:,}.")
    last = last_complete_day(now)
    first = last - timedelta(days=days - 1)
    with locks.collecting():
        collection = _collection()
        plan = {"first": first.isoformat(), "last": last.isoformat()}
        under_way = collection.backfilling or {}
        done = date.fromisoformat(under_way["done"]) if plan.items() <= under_way.items() else first - timedelta(days=1)
        written = Collected()
        while done < last:
            step = {"first": done + timedelta(days=1), "last": min(done + timedelta(days=DAYS_AT_ONCE), last)}
            done = step["last"]
            with transaction.atomic():
                rows = _write_range(step)
                Collection.objects.update(backfilling={**plan, "done": done.isoformat()})
            written += Collected(days=rows)
            if progress:
                progress((done - first).days + 1, days)
        written += _refresh_everybody(last, since=min(first, _collection().through or first))
        Collection.objects.update(backfilling=None)
        return written


@transaction.atomic
def _collect_events(until: int) -> Collected | None:
    """One span of events, and the windows of the customers they belong to."""
    collection = Collection.objects.select_for_update().get()
    span: dict[str, Any] = {"after": collection.last_event_id, "until": until, "limit": EVENTS_AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(daily.NEXT_EVENTS, span)
        last, events = cursor.fetchone()
        if last is None:
            return None
        span["until"] = last
        customers, days = _write_days(span)
        cursor.execute(daily.COLLECT_MILESTONES, span)
        reached = cursor.fetchone()[0]
    collection.last_event_id = last
    collection.save()
    through = collection.through
    windows = {"through": through, "customers": sorted(customers)}
    changed = _refresh(daily.REFRESH.these, windows) if through and customers else 0
    _count_milestones(reached)
    return Collected(events, days, changed)


def _write_range(step: dict[str, Any]) -> int:
    """Write everybody's days from one to another; returns how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(daily.collect_days(daily.ACTIVITY_OF_DAYS, daily.HOW_MANY), step)
        rows = int(cursor.fetchone()[0])
        if rows:
            cursor.execute(daily.RENEW_TRENDS_AFTER, step)
    return rows


def _write_days(span: dict[str, Any]) -> tuple[set[int], int]:
    """Write the days of some events; returns the customers with a day that changed, and how many days did."""
    with connection.cursor() as cursor:
        cursor.execute(daily.collect_days(daily.ACTIVITY_OF_IDS, daily.CHANGED_DAYS), span)
        customers, days = cursor.fetchone()
        if customers:
            cursor.execute(daily.RENEW_TRENDS, {"customers": customers, "days": days})
    return set(customers), len(days)


def _count_milestones(customers: list[int]) -> None:
    if customers:
        with connection.cursor() as cursor:
            cursor.execute(daily.COUNT_MILESTONES, {"customers": customers, "until": datetime.max.replace(tzinfo=UTC)})
            _mark(cursor.fetchone()[0])


def _move_windows(through: date) -> Collected:
    """Bring the windows of everybody to another day."""
    before = _collection().through
    if before == through:
        return Collected()
    if before is None:
        return _refresh_everybody(through, since=_FIRST_DAY)
    is_next_day = through - before == timedelta(days=1)
    return _refresh_everybody(through, since=min(before, through), is_next_day=is_next_day)


def _refresh_everybody(through: date, *, since: date, is_next_day: bool = False) -> Collected:
    """Sum up the windows of all with a day after ``since``, less the longest window; who has none has none to lose."""
    ends = DailyMetrics.objects.aggregate(first=Min("customer_id"), last=Max("customer_id"))
    sql = daily.REFRESH.moving_range if is_next_day else daily.REFRESH.range
    changed = 0
    for start in range(ends["first"] or 1, (ends["last"] or 0) + 1, CUSTOMERS_AT_ONCE):
        scope = {"first": start, "last": start + CUSTOMERS_AT_ONCE - 1}
        changed += _refresh(sql, {"through": through, "since": since, **scope})
    Collection.objects.update(through=through)
    return Collected(customers=changed)


@transaction.atomic
def _refresh(sql: str, params: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        customers = cursor.fetchone()[0]
    _count_milestones(customers)  # of those who have a row since now
    _mark(customers)
    return len(customers)


def _mark(customers: list[int]) -> None:
    """Mark customers in the lifecycles whose rules read what is collected."""
    if not customers:
        return
    lifecycles = [one.id for one in Lifecycle.objects.filter(is_active=True) if reads_collected(one)]
    if lifecycles:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) "
                "SELECT l, c FROM unnest(%s::bigint[]) AS l CROSS JOIN unnest(%s::bigint[]) AS c",
                [lifecycles, customers],
            )


def reads_collected(lifecycle: Lifecycle) -> bool:
    """Whether a rule in force, or what decides that a person is asked, reads anything that is collected from days."""
    return bool(collected_columns(lifecycle))


def collected_columns(lifecycle: Lifecycle) -> set[str]:
    """What they read of it: columns of ``CollectedMetrics``."""
    trees = (parse(rule.conditions, CATALOGUE) for rule in heeded_rules(lifecycle))
    found = {column for tree in trees for name in metrics_of(tree) for column in CATALOGUE[name].collected_columns}
    if ReviewPolicy.objects.filter(lifecycle=lifecycle).exclude(risk_indicators=None).exists():
        found.add("risk_indicator_count")
    return found


def _last_stored_event() -> int:
    """The id up to which no event is still being written: ids are given before their transactions end."""
    with transaction.atomic(), connection.cursor() as cursor:
        locks.wait_for_writers()
        cursor.execute("SELECT COALESCE(max(id), 0) FROM lifecycle_event")
        return int(cursor.fetchone()[0])


def _collection() -> Collection:
    return Collection.objects.get_or_create()[0]


def is_behind(lifecycle: Lifecycle, *, now: datetime) -> bool:
    """Whether a day has ended whose windows are still to be moved, and rules of the lifecycle read them.

    To evaluate then would be to put today's ages beside yesterday's windows. When collecting is late for long, the
    rules that read windows are held instead, and the others go on.
    """
    through = _collection().through
    is_moved = through is None or through >= last_complete_day(now)
    return not is_moved and not collecting_is_late(now) and reads_collected(lifecycle)


def catch_up(*, now: datetime) -> None:
    """Collect if a day has ended that was not collected yet; what another process collects is left to it."""
    through = _collection().through
    if through is None or through < last_complete_day(now):
        try:
            collect(now=now)
        except locks.CollectingAlready:
            log.info("Metrics are being collected by another process")
