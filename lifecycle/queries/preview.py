"""What a rule says and whom it meets now, before it is put in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle, StatusTag
from lifecycle.rules.explain import sentence
from lifecycle.rules.lint import Move
from lifecycle.rules.nodes import Node
from lifecycle.rules.steadiness import with_cooldown

from .counts import matching_now
from .linting import lint_move

COUNT_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """A rule in words, what is likely a mistake about it, and how many customers meet it (``None``: too slow)."""

    sentence: str
    warnings: tuple[str, ...]
    customers: int | None


def preview(move: Move, *, lifecycle: Lifecycle, from_tags: Iterable[StatusTag], as_of: datetime) -> Preview:
    """The preview of a rule that is being written, beside those in force; ``from_tags`` are those of the move."""
    tree = with_cooldown(move.tree, move.cooldown_days)
    return Preview(
        sentence=sentence(tree, CATALOGUE),
        warnings=lint_move(move, lifecycle),
        customers=_counted(tree, lifecycle, from_tags, None in move.starts, as_of),
    )


def _counted(
    tree: Node, lifecycle: Lifecycle, from_tags: Iterable[StatusTag], from_untagged: bool, as_of: datetime
) -> int | None:
    try:
        with patience(COUNT_SECONDS):
            return matching_now(
                lifecycle=lifecycle, tree=tree, from_tags=from_tags, from_untagged=from_untagged, as_of=as_of
            )
    except OperationalError:  # the time was up
        return None


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Questions that take longer are given up. Raises ``OperationalError``."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{seconds}s'")
        yield
        cursor.execute("SET LOCAL statement_timeout = 0")
