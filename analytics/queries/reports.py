"""Asking a report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db import connection

from analytics.rules.kpis import KPIS
from analytics.sql import reports
from analytics.sql.folds import Statement, as_it_is, at_instants, folded
from customer_success.queries.accounts import LIFECYCLE
from lifecycle.models import Lifecycle


@dataclass(frozen=True, slots=True)
class Told:
    """What a report said, and of which instant."""

    as_of: datetime
    rows: Sequence[Any]


_FOLDS = {kpi.report: kpi.fold for kpi in KPIS}


def statement_of(name: str) -> str:
    """What gives a report's figures: that of a key figure is folded."""
    report = reports()[name]
    return folded(report.statement, _FOLDS[name]) if name in _FOLDS else report.statement


def account_lifecycle() -> int | None:
    """The id of the lifecycle of accounts."""
    return Lifecycle.objects.filter(code=LIFECYCLE).values_list("id", flat=True).first()


def ask(
    name: str, *, owners: Collection[int] | None, as_of: datetime, fold: Statement = as_it_is, **about: Any
) -> list[Any]:
    """The rows of a report, with the names of its columns; ``fold``: what is made of its statement before."""
    return run(fold(reports()[name].statement), owners=owners, as_of=as_of, **about)


def run_at(
    statement: str, instants: Sequence[datetime], *, owners: Collection[int] | None, **about: Any
) -> list[list[Any]]:
    """The rows at each of some instants, in one statement."""
    found: list[list[Any]] = [[] for _ in instants]
    for row in run(at_instants(statement), owners=owners, instants=list(instants), **about):
        found[row.number - 1].append(row)
    return found


def run(statement: str, *, owners: Collection[int] | None, **about: Any) -> list[Any]:
    about["owners"] = None if owners is None else sorted(owners)
    if "%(account)s" in statement and "account" not in about:
        about["account"] = account_lifecycle()
    with connection.cursor() as cursor:
        cursor.execute(statement, about)
        names = [column.name for column in cursor.description or ()]
        return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
