"""The active lifecycles with their tags, read once a request, and the one that a page is about."""

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


def chosen_lifecycle(request: HttpRequest) -> Lifecycle | None:
    """The lifecycle the address names, or the only one there is."""
    lifecycles = active_lifecycles(request)
    wanted = request.POST.get("lifecycle") or request.GET.get("lifecycle")
    if wanted is None and len(lifecycles) == 1:
        return lifecycles[0]
    return next((one for one in lifecycles if str(one.id) == wanted), None)
