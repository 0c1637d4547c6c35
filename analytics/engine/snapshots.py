"""Keeping what the reports say of each day. A day is written whole or not at all, and may be written again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.models import Snapshot
from analytics.queries.reports import account_lifecycle, statement_of
from analytics.rules.kpis import KPIS
from analytics.sql import reports
from lifecycle.models import Lifecycle

_KEEP = """
INSERT INTO analytics_figure (day, report, lifecycle_id, part, value, n)
SELECT %(day)s, %(report)s, %(lifecycle)s, part, value, n FROM ({statement}) AS said
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('analytics.snapshot'))"
# One connection for a minute a day: what is hashed and sorted of everybody stays in memory.
_AT_EASE = "SET LOCAL work_mem = '256MB'"


@transaction.atomic
def take_snapshot(*, day: date, now: datetime) -> Snapshot:
    """The figures of a day: of today as of now, of one that is over as of its end. What was kept is replaced, unless it
    tells of a later instant: another worker was faster."""
    as_of = min(now, end_of(day))
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        if later := Snapshot.objects.filter(day=day, as_of__gt=as_of).first():
            return later
        cursor.execute(_AT_EASE)
        snapshot, _ = Snapshot.objects.update_or_create(day=day, defaults={"as_of": as_of, "taken_at": now})
        snapshot.figures.all().delete()
        whose: dict[str, Any] = {"owners": None, "account": account_lifecycle()}
        for name, lifecycle in _kept():
            about = whose | {"day": day, "report": name, "lifecycle": lifecycle, "as_of": as_of}
            cursor.execute(_KEEP.format(statement=statement_of(name)), about)
    return snapshot


def backfill(*, since: date, now: datetime, told: Callable[[date], object] = lambda day: None) -> int:
    """The days that are missing between ``since`` and today, the newest first; returns how many were written.

    It may be ended at any time and started again: days that are there are left alone.
    """
    today = now.astimezone(UTC).date()
    written = 0
    for back in range((today - since).days + 1):
        day = today - timedelta(days=back)
        if not Snapshot.objects.filter(day=day, as_of__gte=min(now, end_of(day))).exists():
            take_snapshot(day=day, now=now)
            written += 1
        told(day)
    return written


def end_of(day: date) -> datetime:
    """Its last instant, in UTC."""
    return datetime.combine(day, time.max, UTC)


def _kept() -> Iterator[tuple[str, int | None]]:
    lifecycles = dict(Lifecycle.objects.filter(is_active=True).values_list("code", "id"))
    for report in reports().values():
        if report.is_by_lifecycle:
            yield from ((report.name, one) for one in lifecycles.values())
        elif report.is_kept:
            yield report.name, None
    for kpi in KPIS:
        yield kpi.report, lifecycles.get(kpi.lifecycle)
