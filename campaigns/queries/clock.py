"""The clock that all workers share."""

from __future__ import annotations

from datetime import datetime

from lifecycle.sql.run import rows


def database_now() -> datetime:
    """The time of the database, to be read once by a door and handed on."""
    [(now,)] = rows("SELECT clock_timestamp()")
    return now
