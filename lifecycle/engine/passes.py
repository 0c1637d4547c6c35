"""Passes over some customers: decide, move, record and announce by one statement, again until nobody moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from lifecycle.models import REPLAYS, Evaluation, EvaluationKind
from lifecycle.queries import InForce, in_force
from lifecycle.rules.calendar import end_of, last_complete_day
from lifecycle.sql import statements
from lifecycle.sql.moments import bind
from lifecycle.sql.rulebook import Rulebook, rulebook


class EvaluationLoop(RuntimeError):
    """Rules lead customers round in a circle at one instant; the transaction was given up."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What some evaluations did: customers looked at, moves made, recommendations written."""

    evaluated: int = 0
    moved: int = 0
    waiting: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.evaluated + other.evaluated, self.moved + other.moved, self.waiting + other.waiting)


@dataclass(frozen=True, slots=True)
class Range:
    """The customers from one id to another."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class These:
    """Some customers by their ids; ``within`` a range, where they are of one."""

    customers: list[int]
    within: Range | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """A run, and the rules it goes by. One over the past tells nobody and waits for no source."""

    evaluation: Evaluation
    book: Rulebook
    force: InForce
    is_live: bool
    now: datetime


def until_nobody_moves(evaluation: Evaluation, scope: Range | These, now: datetime) -> Tally:
    """Repeat the pass for those that a rule moved, as often as the lifecycle has tags, then stop loudly.

    Those whose row somebody else wrote meanwhile are decided again too, on what they are now.
    """
    is_live = evaluation.kind not in REPLAYS
    force = in_force(evaluation.lifecycle_id, is_live=is_live, asks=evaluation.kind != EvaluationKind.REPLAY)
    book = rulebook(evaluation.lifecycle_id, force.rule_ids, force.refused, tuple(force.shadows.items()))
    work = _Work(evaluation, book, force, is_live, now)
    tally = Tally()
    most = evaluation.lifecycle.tags.count() if book.rules else 1
    step = 0
    while True:
        step += 1
        moved, waiting, again, rule_ids = _pass(work, scope, step)
        tally += Tally(moved=moved, waiting=waiting)
        if not again:
            return tally
        if step > most and moved:
            raise EvaluationLoop(
                f"After {step} passes the rules {book.names(rule_ids)} still move {moved} customers at one instant; "
                "they lead in a circle. Nothing of this chunk was kept."
            )
        scope = These(again, within=scope if isinstance(scope, Range) else scope.within)


def _pass(work: _Work, scope: Range | These, step: int) -> tuple[int, int, list[int], list[int]]:
    book, evaluation, as_of = work.book, work.evaluation, work.evaluation.as_of
    chosen: dict[str, Any]
    match scope:
        case Range(first, last):
            decide, within, chosen = book.sql_in_range, statements.IN_RANGE, {"first": first, "last": last}
        case These(customers, None):
            decide, within, chosen = book.sql_of_these, statements.THESE, {"customers": customers}
        case These(customers, Range(first, last)):
            decide, within = book.sql_of_these_in_range, statements.THESE
            chosen = {"customers": customers, "first": first, "last": last}
    move = statements.MOVE.format(
        decide=decide, scope=within, reasons=statements.REASONS,
        or_in_shadow=statements.OR_IN_SHADOW if book.shadows else "",
        foreseen=statements.FORESEEN if book.shadows else "",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            move,
            {
                **bind(book.params, as_of),
                **chosen,
                **work.force.review,
                "rule_ids": list(work.force.confidences),
                "confidences": list(work.force.confidences.values()),
                "shadows": list(book.shadows),
                "is_live": work.is_live,
                "lifecycle": book.lifecycle_id,
                "evaluation": evaluation.id,
                "step": step,
                "as_of": as_of,
                "day_end": end_of(last_complete_day(as_of)),
                "now": work.now,
            },
        )
        return cursor.fetchone()
