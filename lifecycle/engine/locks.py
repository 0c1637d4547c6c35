"""Who may work on a lifecycle at the same time.

Evaluations share a lifecycle with each other. Publishing a rule and replaying a history need it
alone: the one so that no decision is made by rules that are no longer in force, the other because
it moves customers at instants that are long past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

from lifecycle.models import Lifecycle

P = ParamSpec("P")
R = TypeVar("R")
PATIENCE = "10s"
ATTEMPTS = 5
_CLASS = 74_607  # of PostgreSQL's advisory locks; the second key is the lifecycle
_COLLECTING = 74_608


class LifecycleBusy(RuntimeError):
    """The lifecycle was not touched: a replay or a publication has it alone."""


class CollectingAlready(RuntimeError):
    """Another process collects at this moment; nothing was done."""


def share(lifecycle: Lifecycle) -> None:
    """Hold the lifecycle together with other evaluations until the transaction ends. Raises ``LifecycleBusy``."""
    if not _ask("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", lifecycle):
        raise LifecycleBusy(f"“{lifecycle}” is being replayed or its rules are being changed; try again in a moment.")


def wait_alone(lifecycle: Lifecycle) -> None:
    """Hold the lifecycle alone until the transaction ends, after running evaluations let go.

    Raises ``LifecycleBusy`` if they do not within ``PATIENCE``, as during a replay.
    """
    try:
        _ask(f"SELECT set_config('lock_timeout', '{PATIENCE}', true), %s::int, %s::int", lifecycle)
        _ask("SELECT pg_advisory_xact_lock(%s, %s)", lifecycle)
        _ask("SELECT set_config('lock_timeout', '0', true), %s::int, %s::int", lifecycle)
    except OperationalError as error:
        raise LifecycleBusy(f"“{lifecycle}” is being replayed or evaluated; try again in a moment.") from error


@contextmanager
def alone(lifecycle: Lifecycle) -> Iterator[None]:
    """Hold the lifecycle alone over several transactions. Raises ``LifecycleBusy``."""
    if not _ask("SELECT pg_try_advisory_lock(%s, %s)", lifecycle):
        raise LifecycleBusy(f"“{lifecycle}” is being evaluated or replayed; try again in a moment.")
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s, %s)", lifecycle)


def share_writing() -> None:
    """Say that events are being written, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 1)", [_COLLECTING])


def wait_for_writers() -> None:
    """Wait until every event whose id is given is stored or given up. Raises ``CollectingAlready`` after a while."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 1)", [_COLLECTING])
    except OperationalError as error:
        raise CollectingAlready("Events are being written without a pause; the next collection takes them.") from error


@contextmanager
def collecting() -> Iterator[None]:
    """Be the only one who collects days, over several transactions. Raises ``CollectingAlready``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [_COLLECTING])
        if not cursor.fetchone()[0]:
            raise CollectingAlready("Metrics are being collected by another process; try again when it is done.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [_COLLECTING])


def again_after_deadlock(work: Callable[P, R]) -> Callable[P, R]:
    """Do a transaction again that PostgreSQL chose to end so that another could go on.

    Evaluations hold nothing while they decide (holding 100,000 rows costs half as much again as deciding on them),
    so two over some of the same customers can cross. Within a transaction of the
    caller's there is nothing to repeat, and the error goes up.
    """

    @wraps(work)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                return work(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not isinstance(error.__cause__, DeadlockDetected):
                    raise
        return work(*args, **kwargs)

    return attempt


def _ask(sql: str, lifecycle: Lifecycle) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_CLASS, lifecycle.id])
        return cursor.fetchone()[0] is not False
