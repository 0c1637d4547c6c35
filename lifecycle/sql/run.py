"""One statement, run on the connection of this thread."""

from typing import Any

from django.db import connection


def rows(sql: str, **params: Any) -> list[Any]:
    """What a statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchall()


def run(sql: str, **params: Any) -> None:
    """For a statement that returns nothing, or several."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
