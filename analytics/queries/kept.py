"""Answers that are dear and asked for often: kept in the cache, with the instant of which they tell.

Of everybody and of large portfolios they are kept for a while; workers ask the usual ones anew before that is over
(``engine.answers``). A portfolio of few customers is asked each time, except for what nobody's work of an hour changes
(``also_few``). What another release has kept is not read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import Enum, IntEnum
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder

from analytics.models import Snapshot
from analytics.sql.folds import Statement, as_it_is
from lifecycle.models import Customer

from .reports import Told, ask

FEW, MANY = 500, 50_000  # customers; a portfolio of more than few is kept, more than many are not waited for
CODE = Path(__file__).parent.parent  # what computes the answers

T = TypeVar("T")


class Keep(IntEnum):
    """For how many seconds; the worker that asks anew may be late."""

    HOUR = 90 * 60
    NIGHT = 26 * 3600  # what tells of periods that are over


class NotKept(LookupError):
    """The answer would have to be computed first."""


class _Way(Enum):
    USUAL = "as it is kept, or else computed"
    ANEW = "computed in any case"
    KNOWN = "as it is kept, or not at all"


_way: ContextVar[_Way] = ContextVar("way", default=_Way.USUAL)


def kept(
    name: str,
    *,
    owners: Collection[int] | None,
    now: datetime,
    at: datetime | None = None,
    fold: Statement = as_it_is,
    keep: Keep = Keep.HOUR,
    also_few: bool = False,
    **about: Any,
) -> Told:
    """The rows of a report, as of now or of an instant that is over (``at``). Who is kept by name is told as long as
    one may see them, by the name that they have now."""
    answer = partial(ask, name, owners=owners, as_of=at or now, fold=fold, **about)
    how: dict[str, Any] = {"keep": keep, "also_few": also_few, "fold": fold.__name__}
    asked_at, rows = kept_answer(name, answer, owners=owners, now=now, **how, at=at, **about)
    is_by_name = rows and {"customer_id", "name"} <= vars(rows[0]).keys()
    return Told(at or asked_at, _named_anew(rows, owners) if is_by_name and asked_at != now else rows)


def _named_anew(rows: Sequence[Any], owners: Collection[int] | None) -> list[Any]:
    seen = Customer.objects.filter(id__in=[row.customer_id for row in rows])
    names = {one.id: str(one) for one in (seen if owners is None else seen.filter(owner__in=owners))}
    return [
        SimpleNamespace(**{**vars(row), "name": names[row.customer_id]}) for row in rows if row.customer_id in names
    ]


def kept_answer(
    name: str,
    answer: Callable[[], T],
    *,
    owners: Collection[int] | None,
    now: datetime,
    keep: Keep = Keep.HOUR,
    also_few: bool = False,
    **about: Any,
) -> tuple[datetime, T]:
    """What takes long to compute: as it was computed last, where it is kept. ``about``: whatever it depends on."""
    if not (also_few or is_kept(owners)):
        return now, answer()
    way = _way.get()
    key = f"report:{name}:{_digest(release_of(CODE), _text(about), _whose(owners))}"
    known: tuple[datetime, T] | None = None if way is _Way.ANEW else cache.get(key)
    if known is None:
        if way is _Way.KNOWN:
            raise NotKept(name)
        known = (now, answer())
        cache.set(key, known, keep)
    return known


def is_kept(owners: Collection[int] | None) -> bool:
    """Whether an answer serves until the next: of everybody, and of a portfolio of more than ``FEW`` customers."""
    if owners is None:
        return True
    theirs = Customer.objects.filter(owner__in=owners).order_by()[: FEW + 1]
    return bool(cache.get_or_set(f"portfolio:{_digest(_whose(owners))}", lambda: theirs.count() > FEW, Keep.HOUR))


def are_to_come(owners: Collection[int] | None) -> bool:
    """Whether a worker has to count first: nothing was ever kept of everybody, and they are many."""
    if owners is not None or Snapshot.objects.exists():
        return False
    return Customer.objects.order_by()[: MANY + 1].count() > MANY


@lru_cache
def release_of(folder: Path) -> bytes:
    """Another one with each change of its modules and statements."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".sql"))
    return _digest(*(path.read_bytes() for path in files)).encode()


def _whose(owners: Collection[int] | None) -> bytes:
    return _text(None if owners is None else sorted(owners))


def _text(about: Any) -> bytes:
    return json.dumps(about, sort_keys=True, cls=DjangoJSONEncoder).encode()


def _digest(*parts: bytes) -> str:
    return sha256(b"".join(parts)).hexdigest()


@contextmanager
def asked_anew() -> Iterator[None]:
    """What is kept does not count inside, and is kept anew."""
    with _going(_Way.ANEW):
        yield


@contextmanager
def only_known() -> Iterator[None]:
    """Nothing that is to be kept is computed inside: ``NotKept`` where that would be needed."""
    with _going(_Way.KNOWN):
        yield


@contextmanager
def _going(way: _Way) -> Iterator[None]:
    token = _way.set(way)
    try:
        yield
    finally:
        _way.reset(token)
