"""A query about statuses, asked as of an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from lifecycle.models import CustomerStatus
from lifecycle.sql.moments import bind, named


def first_at(query: QuerySet[CustomerStatus, Any], as_of: datetime, around: str) -> tuple[Any, ...] | None:
    return next(iter(rows_at(query, as_of, around)), None)


def rows_at(query: QuerySet[CustomerStatus, Any], as_of: datetime, around: str) -> list[tuple[Any, ...]]:
    sql, params = named(*query.query.sql_with_params())
    with connection.cursor() as cursor:
        cursor.execute(around.format(sql), bind(params, as_of))
        return cursor.fetchall()
