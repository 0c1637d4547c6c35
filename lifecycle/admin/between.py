"""A range of time in the address of a list: what happened from one instant to another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

_TO = ".."
_INSTANT = timedelta(microseconds=1)
Range = tuple[datetime | None, datetime | None]


class BetweenFilter(DropdownFilter):
    """From an instant, which counts, to another, which does not: ``2026-03-01T00:00:00+00:00..2026-04-01``; one of them
    may be missing. Shown where a link asks for it."""

    field: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = self.value()
        if not value:
            return []
        asked = _read(value)
        return [(value, _said(*asked) if asked else "No range of time")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        asked = _read(value)
        if asked is None:
            return queryset.none()
        since, until = asked
        found = queryset.filter(**{f"{self.field}__gte": since}) if since else queryset
        return found.filter(**{f"{self.field}__lt": until}) if until else found


def between_filter(field: str, title: str) -> type[BetweenFilter]:
    """A filter by a time of the rows; its parameter has the name of the field."""
    return type("BetweenOfOne", (BetweenFilter,), {"field": field, "title": title, "parameter_name": field})


def between(since: datetime | None, until: datetime | None, *, known: datetime | None = None) -> str:
    """A value of the filter. ``known``: what came after this instant does not count."""
    if known and (until is None or known < until):
        until = known + _INSTANT
    return _TO.join(one.isoformat() if one else "" for one in (since, until))


def _read(value: str) -> Range | None:
    """What is asked for; nothing where it is no range."""
    parts = value.split(_TO)
    try:
        since, until = (_instant(one) for one in parts)
    except (ValueError, OverflowError):
        return None
    return (since, until) if since or until else None


def _instant(text: str) -> datetime | None:
    found = datetime.fromisoformat(text) if text else None
    return found and (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _said(since: datetime | None, until: datetime | None) -> str:
    first = f"from {_shown(since)}" if since else ""
    last = f"before {_shown(until)}" if until else ""
    said = f"{first} {last}".strip()
    return f"{said[0].upper()}{said[1:]} UTC"


def _shown(at: datetime) -> str:
    return f"{at:%-d %b %Y}" if (at.hour, at.minute) == (0, 0) else f"{at:%-d %b %Y, %H:%M}"
