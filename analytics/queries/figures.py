"""The figures of a report that keeps its days: the newest ones, and how they went."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F

from analytics.models import Figure, Snapshot
from customer_success.rules import trend
from lifecycle.models import Lifecycle

from .kept import kept_answer
from .reports import Told, run, run_at, statement_of

MONTH = timedelta(days=trend.DAYS)


def figures(report: str, *, owners: Collection[int] | None, now: datetime, lifecycle: Lifecycle | None = None) -> Told:
    """Rows of ``part, value, n``: of everybody the newest of a snapshot, of a portfolio as it is, or was kept."""
    about: dict[str, Any] = {"lifecycle": lifecycle.id if lifecycle else None}
    if owners is None:
        snapshot = Snapshot.objects.first()
        kept = Figure.objects.filter(snapshot=snapshot, report=report, lifecycle=lifecycle).order_by("id")
        rows: list[Any] = list(kept.values_list("part", "value", "n", named=True)) if snapshot else []
        if snapshot and rows:
            return Told(snapshot.as_of, rows)
        return Told(now, run(statement_of(report), owners=None, as_of=now, **about))
    answer = partial(run, statement_of(report), owners=owners, as_of=now, **about)
    return Told(*kept_answer(f"figures:{report}", answer, owners=owners, now=now, **about))


def history(report: str, *, since: date, until: date, lifecycle: Lifecycle | None = None) -> list[Any]:
    """Rows of ``day, part, value, n`` of everybody, the earliest first; days without a snapshot are left out."""
    rows = Figure.objects.filter(report=report, lifecycle=lifecycle, snapshot__day__range=(since, until))
    named = rows.annotate(day=F("snapshot")).order_by("day", "id")
    return list(named.values_list("day", "part", "value", "n", named=True))


def now_and_then(
    report: str, *, owners: Collection[int] | None, now: datetime, lifecycle: Lifecycle | None = None
) -> tuple[Told, Told | None]:
    """What a report says, and what it said a month before; ``None``: no such day was kept. Of a portfolio both are
    asked."""
    if owners is not None:
        instants = (now, now - MONTH)
        about: dict[str, Any] = {"lifecycle": lifecycle.id if lifecycle else None}
        answer = partial(run_at, statement_of(report), instants, owners=owners, **about)
        as_of, (told, then) = kept_answer(f"now_and_then:{report}", answer, owners=owners, now=now, **about)
        return Told(as_of, told), Told(as_of - MONTH, then)
    newest = figures(report, owners=owners, now=now, lifecycle=lifecycle)
    snapshot = Snapshot.objects.filter(day__range=month_ago(now.astimezone(UTC).date())).order_by("day").first()
    if snapshot is None:
        return newest, None
    kept = Figure.objects.filter(snapshot=snapshot, report=report, lifecycle=lifecycle).order_by("id")
    return newest, Told(snapshot.as_of, list(kept.values_list("part", "value", "n", named=True)))


def month_ago(day: date) -> tuple[date, date]:
    """Between which days the earliest one that was kept is called "a month before": it is 30 days old, or as old as
    there is, and a week at least. Trends of health scores are counted so."""
    return day - MONTH, day - timedelta(days=trend.AT_LEAST_DAYS)
