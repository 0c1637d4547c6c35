"""Answers that are dear and asked for often: kept for a while in the cache, with the instant of which they tell."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder

from analytics.sql.folds import Statement, as_it_is

from .figures import Told
from .reports import ask

KEPT_SECONDS = 3600
T = TypeVar("T")


def kept(name: str, *, owners: Collection[int] | None, now: datetime, fold: Statement = as_it_is, **about: Any) -> Told:
    """The rows of a report. Of everybody they are at most an hour old; a portfolio is small enough to ask each time."""
    as_of, rows = kept_answer(
        name, lambda: [vars(row) for row in ask(name, owners=owners, as_of=now, fold=fold, **about)],
        owners=owners, now=now, fold=fold.__name__, **about,
    )  # fmt: skip
    return Told(as_of, [SimpleNamespace(**row) for row in rows])


def kept_answer(
    name: str, answer: Callable[[], T], *, owners: Collection[int] | None, now: datetime, **about: Any
) -> tuple[datetime, T]:
    """What takes long to compute: of everybody as it was computed last, of a portfolio anew. ``about``: whatever the
    answer depends on."""
    if owners is not None:
        return now, answer()
    key = f"report:{name}:{sha256(json.dumps(about, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()}"
    known: tuple[datetime, T] | None = cache.get(key)
    if known is None:
        known = (now, answer())
        cache.set(key, known, KEPT_SECONDS)
    return known
