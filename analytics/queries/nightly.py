"""Answers about periods that are over. Of everybody they are computed at night, and kept until the night after."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder

from .figures import Told
from .reports import ask

KEPT_SECONDS = 26 * 3600  # a night may be late


def nightly(report: str, *, now: datetime, is_anew: bool, **about: Any) -> Told:
    """The rows of a report of everybody: as they are kept, or asked now where there are none. ``is_anew``: asked now
    in any case."""
    key = f"nightly:{report}:{sha256(json.dumps(about, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()}"
    known: tuple[datetime, list[dict[str, Any]]] | None = None if is_anew else cache.get(key)
    if known is None:
        known = (now, [vars(row) for row in ask(report, owners=None, as_of=now, **about)])
        cache.set(key, known, KEPT_SECONDS)
    as_of, rows = known
    return Told(as_of, [SimpleNamespace(**row) for row in rows])
