"""Taking moves back: of a run, of a rule version, of one move, or of a rollback itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from lifecycle.models import Evaluation, LeftAlone, Lifecycle, Rollback, Transition, TransitionRule
from lifecycle.queries import stopped
from lifecycle.queries.lists import UNTAGGED
from lifecycle.sql import rollback as statements

from . import locks

MAX_REASON = 400


class RollbackRefused(ValueError):
    """Nothing was taken back; the message says why."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is taken back: exactly one of these."""

    evaluation: Evaluation | None = None
    rule: TransitionRule | None = None
    transition: Transition | None = None
    undoes: Rollback | None = None

    @property
    def lifecycle(self) -> Lifecycle:
        found = self.evaluation or self.rule or self.transition or self.undoes
        if found is None:
            raise ValueError("a batch names what is taken back")
        return found.lifecycle

    @property
    def which(self) -> tuple[str, int]:
        if self.evaluation:
            return statements.OF_EVALUATION, self.evaluation.id
        if self.rule:
            return statements.OF_RULE, self.rule.id
        if self.transition:
            return statements.OF_TRANSITION, self.transition.id
        return statements.OF_ROLLBACK, self.undoes.id if self.undoes else 0

    def __str__(self) -> str:
        if self.evaluation:
            return f"the moves of the run {self.evaluation.id} ({self.evaluation})"
        if self.rule:
            return f"the moves of {self.rule}"
        return f"the move {self.transition}" if self.transition else f"the rollback {self.undoes}"


@dataclass(frozen=True, slots=True)
class Effect:
    """A number of customers that would be brought back from a tag to a tag, or left alone and why; some of them."""

    leaves: str
    back_to: str
    left_because: LeftAlone | None
    customers: int
    examples: tuple[str, ...]


def preview(batch: Batch, *, now: datetime) -> tuple[Effect, ...]:
    """What taking a batch back would do, without doing it."""
    sql, number = batch.which
    params: dict[str, Any] = {"id": number, "lifecycle": batch.lifecycle.id, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(statements.PREVIEW.format(which=sql), params)
        return tuple(
            Effect(leaves or UNTAGGED, back or UNTAGGED, LeftAlone(why) if why else None, count, tuple(names))
            for leaves, back, why, count, names in cursor.fetchall()
        )


@transaction.atomic
def roll_back(batch: Batch, *, by: Any, reason: str, now: datetime) -> Rollback:
    """Bring the customers of a batch back to where they were, but those that somebody changed since.

    Each is recorded as a move with an author, and the rule that had led away leaves the customer alone while it stays
    in its tag. A rollback of a rollback brings back what it took. Raises ``RollbackRefused``.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON or "\x00" in reason:
        raise RollbackRefused(f"A reason of 1 to {MAX_REASON} characters is needed; it stands in the history.")
    lifecycle = batch.lifecycle
    if why := stopped(lifecycle, by_hand=True):
        raise RollbackRefused(why)
    locks.share(lifecycle)
    if batch.undoes and Rollback.objects.select_for_update().filter(undoes=batch.undoes).exists():
        raise RollbackRefused("This rollback was undone already.")
    made = Rollback.objects.create(
        lifecycle=lifecycle, evaluation=batch.evaluation, rule=batch.rule, transition=batch.transition,
        undoes=batch.undoes, made_at=now, by=by, reason=reason,
    )  # fmt: skip
    sql, number = batch.which
    said = f"Rollback undone: {reason}" if batch.undoes else f"Rolled back: {reason}"
    with connection.cursor() as cursor:
        cursor.execute(
            statements.ROLL_BACK.format(which=sql),
            {"id": number, "lifecycle": lifecycle.id, "now": now, "by": by.id, "reason": said, "note": said,
             "rollback": made.id},
        )  # fmt: skip
        of, made.restored = cursor.fetchone()
        if not of:
            raise RollbackRefused(f"There is nothing to take back in {batch}.")
        if batch.undoes:
            forgiven: dict[str, Any] = {
                "id": batch.undoes.id,
                "lifecycle": lifecycle.id,
                "made_at": batch.undoes.made_at,
            }
            cursor.execute(statements.FORGIVE, forgiven)
        cursor.execute(statements.TRUST, {"rollback": made.id, "lifecycle": lifecycle.id})
    made.left_alone = of - made.restored
    made.save()
    return made
