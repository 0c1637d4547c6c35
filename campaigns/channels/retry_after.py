"""How long a server asks to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MOST = timedelta(days=1)


def wait_of(header: str | None) -> timedelta | None:
    """``Retry-After`` of HTTP: seconds or an instant; ``None`` where it says nothing that can be read."""
    try:
        text = (header or "").strip()
        if text.isdecimal():
            return min(timedelta(seconds=int(text[:9])), MOST)
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)
    return min(max(wait, timedelta(0)), MOST)
