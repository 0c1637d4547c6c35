"""The active lifecycles with their tags, read once a request."""

from __future__ import annotations

from django.http import HttpRequest

from lifecycle.models import Lifecycle

_KEPT = "_active_lifecycles"


def active_lifecycles(request: HttpRequest) -> list[Lifecycle]:
    """By name, ``tags`` prefetched."""
    kept: list[Lifecycle] | None = getattr(request, _KEPT, None)
    if kept is None:
        kept = list(Lifecycle.objects.filter(is_active=True).prefetch_related("tags"))
        setattr(request, _KEPT, kept)
    return kept
