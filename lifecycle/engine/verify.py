"""Whether the stored history of a lifecycle follows from what was known: events, rule versions, people's decisions.

Twice over time, in temporary tables (``course``): what was replayed, by what had happened; the rest, by what had been
stored. At each instant customers stand where history says they stood. A move by a rule has to be the one that the rules
of that time make of the facts of that time; and after a run nobody may be left whom a rule would move. So the tag that
each customer has now is derived anew, step by step, and the first step that does not follow is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, transaction

from lifecycle.models import (
    HistoryCheck,
    Lifecycle,
)
from lifecycle.sql import verify
from lifecycle.sql.run import rows, run

from .course import Course, Found
from .past import dropped_afterwards

EVERYBODY = 2**31
Progress = Callable[[int, int], object]  # (done, all) in instants


@dataclass(frozen=True, slots=True)
class Doubt:
    """The first step of a customer's history that does not follow, and why."""

    customer: int
    name: str
    at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Verified:
    """``moves``: those by rules that were derived anew. ``open``: those that what is stored cannot decide, since news
    of the customer came while the run was under way, or a rule reads a trait, which is kept as of today only."""

    lifecycle: str
    customers: int
    moves: int
    open: int
    doubts: tuple[Doubt, ...]


def verify_history(
    *,
    lifecycle: Lifecycle,
    now: datetime,
    sample: int | None = None,
    seed: str = "",
    too: Sequence[int] = (),
    progress: Progress | None = None,
) -> Verified:
    """Derive the history of all customers anew, or of a ``sample`` that ``seed`` chooses, and of those of ``too``.

    Writes nothing, and sees what was there when it began.
    """
    found = Found()
    with _one_snapshot(), dropped_afterwards("past_move"):
        choice = {"seed": seed, "most": sample or EVERYBODY, "too": list(too)}
        customers = rows(verify.CHOOSE, lifecycle=lifecycle.id, **choice)[0][0]
        run(verify.COPY_MOVES, lifecycle=lifecycle.id, customers=customers)
        found.doubts += rows(verify.BROKEN, lifecycle=lifecycle.id, customers=customers, now=now)
        courses = [Course(lifecycle, customers, is_replayed) for is_replayed in (True, False)]
        done, total = 0, sum(len(course.instants) for course in courses)
        for course in courses:
            for _ in course.go_through(found):
                done += 1
                if progress:
                    progress(done, total)
        first: dict[int, tuple[int, datetime, str]] = {}
        for doubt in sorted(found.doubts, key=lambda one: one[1]):
            first.setdefault(doubt[0], doubt)
        names = dict(rows(verify.NAMES, customers=list(first)))
    doubts = tuple(Doubt(one, names[one], at, cause) for one, at, cause in first.values())
    return Verified(lifecycle.code, len(customers), found.moves, found.open, doubts)


def check_history(*, lifecycle: Lifecycle, sample: int, now: datetime) -> HistoryCheck:
    """Verify the history of a sample, another each day, and of those doubted last time; keep what was found."""
    last = HistoryCheck.objects.filter(lifecycle=lifecycle).first()
    doubted = [one["customer"] for one in last.doubts] if last else []
    found = verify_history(lifecycle=lifecycle, now=now, sample=sample, seed=str(now.date()), too=doubted)
    doubts = [{**asdict(one), "at": one.at.isoformat()} for one in found.doubts]
    return HistoryCheck.objects.create(
        lifecycle=lifecycle, checked_at=now, customers=found.customers, moves=found.moves, open=found.open,
        doubts=doubts,
    )  # fmt: skip


@contextmanager
def _one_snapshot() -> Iterator[None]:
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
