"""Answers that are dear and asked for often: kept for a while in the cache, with the instant of which they tell."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder

from analytics.sql.folds import Statement, as_it_is

from .figures import Told
from .reports import ask

KEPT_SECONDS = 3600


def kept(name: str, *, owners: Collection[int] | None, now: datetime, fold: Statement = as_it_is, **about: Any) -> Told:
    """The rows of a report. Of everybody they are at most an hour old; a portfolio is small enough to ask each time."""
    if owners is not None:
        return Told(now, ask(name, owners=owners, as_of=now, fold=fold, **about))
    asked = json.dumps([fold.__name__, about], sort_keys=True, cls=DjangoJSONEncoder)
    key = f"report:{name}:{sha256(asked.encode()).hexdigest()}"
    known: tuple[datetime, list[dict[str, Any]]] | None = cache.get(key)
    if known is None:
        known = (now, [vars(row) for row in ask(name, owners=None, as_of=now, fold=fold, **about)])
        cache.set(key, known, KEPT_SECONDS)
    as_of, rows = known
    return Told(as_of, [SimpleNamespace(**row) for row in rows])
