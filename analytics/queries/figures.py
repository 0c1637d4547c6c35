"""The figures of a report that keeps its days: the newest ones, and how they went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import F

from analytics.models import Figure, Snapshot
from customer_success.rules import trend
from lifecycle.models import Lifecycle

from .reports import run, run_at, statement_of


@dataclass(frozen=True, slots=True)
class Told:
    """What a report said, and of which instant."""

    as_of: datetime
    rows: Sequence[Any]


def figures(report: str, *, owners: Collection[int] | None, now: datetime, lifecycle: Lifecycle | None = None) -> Told:
    """Rows of ``part, value, n``: of everybody the newest that were kept, of a portfolio as it is now."""
    if owners is None:
        snapshot = Snapshot.objects.first()
        kept = Figure.objects.filter(snapshot=snapshot, report=report, lifecycle=lifecycle).order_by("id")
        rows: list[Any] = list(kept.values_list("part", "value", "n", named=True)) if snapshot else []
        if snapshot and rows:
            return Told(snapshot.as_of, rows)
    about = {"lifecycle": lifecycle.id if lifecycle else None}
    return Told(now, run(statement_of(report), owners=owners, as_of=now, **about))


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
        instants = (now, now - timedelta(days=trend.DAYS))
        about = {"lifecycle": lifecycle.id if lifecycle else None}
        told, then = run_at(statement_of(report), instants, owners=owners, **about)
        return Told(now, told), Told(instants[1], then)
    newest = figures(report, owners=owners, now=now, lifecycle=lifecycle)
    snapshot = Snapshot.objects.filter(day__range=month_ago(now.astimezone(UTC).date())).order_by("day").first()
    if snapshot is None:
        return newest, None
    kept = Figure.objects.filter(snapshot=snapshot, report=report, lifecycle=lifecycle).order_by("id")
    return newest, Told(snapshot.as_of, list(kept.values_list("part", "value", "n", named=True)))


def month_ago(day: date) -> tuple[date, date]:
    """Between which days the earliest one that was kept is called "a month before": it is 30 days old, or as old as
    there is, and a week at least. Trends of health scores are counted so."""
    return day - timedelta(days=trend.DAYS), day - timedelta(days=trend.AT_LEAST_DAYS)
