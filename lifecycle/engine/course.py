"""One way through the time of a lifecycle: what was done at each instant, beside what rules make of what was known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.metrics.sources import Attribute
from lifecycle.models import (
    REPLAYS,
    Customer,
    CustomerStatus,
    Evaluation,
    EvaluationKind,
    Lifecycle,
    Transition,
    TransitionRule,
)
from lifecycle.queries.standing import evidence_values, metric_values, tree_for
from lifecycle.rules.calendar import end_of, last_complete_day
from lifecycle.rules.evaluate import holds
from lifecycle.rules.explain import changes, shown_value
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse
from lifecycle.sql import past, rehearsal, verify
from lifecycle.sql.moments import bind
from lifecycle.sql.rulebook import Rulebook, rulebook_as_stored
from lifecycle.sql.run import rows, run

from .past import AddEvents, Told, covered, past_facts, windows_as_known

ROUTINE = [EvaluationKind.FULL, EvaluationKind.CHANGED]
_OPEN = "cannot be judged"


@dataclass(frozen=True, slots=True)
class _Instant:
    at: datetime
    rules_at: datetime
    evaluation: int | None
    over_at: datetime
    first_step: int
    last_step: int
    is_end: bool


@dataclass(slots=True)
class Found:
    """``doubts``: customer, instant, cause."""

    moves: int = 0
    open: int = 0
    doubts: list[tuple[int, datetime, str]] = field(default_factory=list)


class Course:
    """One way through time: of what was replayed, or of the rest."""

    def __init__(self, lifecycle: Lifecycle, customers: list[int], is_replayed: bool) -> None:
        self.lifecycle, self.customers, self.is_replayed = lifecycle, customers, is_replayed
        kinds = {"lifecycle": lifecycle.id, "kinds": list(REPLAYS) if is_replayed else ROUTINE}
        first, last, self.stored_until = rows(verify.BOUNDS, is_replayed=is_replayed, **kinds)[0]
        found = rows(verify.INSTANTS, first=first, last=last, **kinds) if first else []
        self.instants = [_Instant(*row) for row in found]
        self.rules = {rule.id: rule for rule in lifecycle.rules.order_by("priority", "id")}
        self.reading_traits = {rule.id for rule in self.rules.values() if _reads_traits(rule)}
        self.switched: dict[str, list[tuple[bool, datetime]]] = {}
        for key, is_on, at in rows(verify.SWITCHED, lifecycle=lifecycle.id):
            self.switched.setdefault(key, []).append((is_on, at))
        self.books = lru_cache(rulebook_as_stored)  # compiled for this course: what is proven is what is stored
        self.left_behind: Mapping[tuple[int, int, datetime | None], datetime] = {}

    def go_through(self, found: Found) -> Iterator[_Instant]:
        """Each instant after it was looked at; what does not follow is added to ``found``."""
        if not self.instants:
            return
        first, last = self.instants[0].at, self.instants[-1].at
        told = Told.WHEN_IT_HAPPENED if self.is_replayed else Told.WHEN_STORED
        stored_until = self.stored_until if self.is_replayed else None
        with covered(*verify.COVERED), past_facts(
            until=last, told=told, with_properties=True, customers=self.customers, stored_until=stored_until
        ) as add_events:  # fmt: skip
            schema = rows(rehearsal.SCHEMA)[0][0]
            where = {"lifecycle": self.lifecycle.id, "customers": self.customers, "before": first}
            run(verify.START.format(schema=schema), **where)
            bring = self._bringer(add_events, first)
            for instant in self.instants:
                bring(instant.at)
                for step in range(instant.first_step, instant.last_step + 1):
                    self._check_moves(instant, step, found)
                    run(
                        verify.FOLLOW, at=instant.at, rules_at=instant.rules_at, step=step,
                        day_end=end_of(last_complete_day(instant.at)),
                    )  # fmt: skip
                if instant.is_end:
                    self._check_nobody_left(instant, found)
                yield instant

    def _bringer(self, add_events: AddEvents, first: datetime) -> Callable[[datetime], None]:
        """A function that brings facts and windows to an instant."""
        known_until = past.BEGINNING
        day = last_complete_day(first) - timedelta(days=1)
        add_events(self.lifecycle, known_until, end_of(day))
        known_until = end_of(day)
        rules = self.rules.values()
        reads = {column for rule in rules for name in _metrics(rule) for column in CATALOGUE[name].collected_columns}
        move_windows = windows_as_known(self.lifecycle, day, reads) if reads else None

        def bring(at: datetime) -> None:
            nonlocal known_until, day
            add_events(self.lifecycle, known_until, at)
            known_until = at
            if move_windows and last_complete_day(at) > day:
                day = last_complete_day(at)
                move_windows(day)

        return bring

    def _check_moves(self, instant: _Instant, step: int, found: Found) -> None:
        where = {"at": instant.at, "step": step}
        moved = rows(verify.MOVED, **where, rules_at=instant.rules_at, is_replayed=self.is_replayed)[0][0]
        found.moves += len(moved)
        if not moved:
            return
        book = self._book(instant)
        doubted = rows(
            verify.DOUBTED.format(decide=book.sql_of_these), **bind(book.params, instant.at), **where, customers=moved
        )
        for customer, move, rule_id, matched, winner in doubted:
            if rule_id not in (matched or ()):
                cause = self._why_it_does_not_hold(instant, customer, move, rule_id)
            else:
                cause = self._why_another_is_first(instant, customer, rule_id, winner)
            if cause == _OPEN or (
                cause and rows(verify.NEWS_IN_FLIGHT, customer=customer, at=instant.at, over_at=instant.over_at)[0][0]
            ):
                found.open += 1
            elif cause:
                found.doubts.append((customer, instant.at, cause))

    def _why_it_does_not_hold(self, instant: _Instant, customer_id: int, move: int, rule_id: int) -> str | None:
        """``None`` where it does: traits are kept as of today only, and count as they were recorded."""
        rule = self.rules[rule_id]
        customer = Customer.objects.get(id=customer_id)
        came_from = CustomerStatus.objects.values_list("previous_tag_id", flat=True).get(
            customer=customer, lifecycle=self.lifecycle
        )
        tree = tree_for(rule, came_from)
        names = list(metrics_of(tree))
        recorded = evidence_values(Transition.objects.values_list("evidence", flat=True).get(id=move), names)
        known = metric_values(customer, self.lifecycle, as_of=instant.at, names=names)
        known.update({name: recorded[name] for name in names if isinstance(CATALOGUE[name].source, Attribute)})
        if holds(tree, known):
            return None
        different = [
            f"{CATALOGUE[name].label}: {shown_value(known[name])}, not {shown_value(recorded[name])}"
            for name in names
            if name in recorded and recorded[name] != known[name]
        ]
        says = "; ".join(different or list(changes(tree, known, CATALOGUE)))
        return f"“{rule.name}” moved the customer, but did not hold by what was known then: {says}."

    def _why_another_is_first(
        self, instant: _Instant, customer: int, rule_id: int, winner_id: int | None
    ) -> str | None:
        winner, rule = self.rules.get(winner_id or 0), self.rules[rule_id]
        if winner is None or winner.priority >= rule.priority or self._is_out(winner, instant):
            return None  # of equal ones, it was trust that decided
        asked = {"customer": customer, "lifecycle": self.lifecycle.id, "rule": winner.id, "at": instant.at}
        if rows(verify.WAS_ASKED, **asked)[0][0]:
            return None
        if winner.id in self.reading_traits:
            return _OPEN
        return f"“{rule.name}” moved the customer, though “{winner.name}” held and goes first."

    def _check_nobody_left(self, instant: _Instant, found: Found) -> None:
        """Of runs beside live news, only who is left behind by two in a row was overlooked."""
        book = self._book(instant)
        left = rows(
            verify.LEFT_BEHIND.format(decide=book.sql), **bind(book.params, instant.at), at=instant.at,
            evaluation=instant.evaluation, rules_at=instant.rules_at, is_replayed=self.is_replayed,
            lifecycle=self.lifecycle.id,
        )  # fmt: skip
        out = {rule_id for rule_id in {row[1] for row in left} if self._is_out(self.rules[rule_id], instant)}
        behind = {
            (customer, rule_id, entered_at): self.left_behind.get((customer, rule_id, entered_at), instant.at)
            for customer, rule_id, entered_at in left
            if rule_id not in out and rule_id not in self.reading_traits
        }
        for (customer, rule_id, entered_at), since in behind.items():
            if self.is_replayed or (customer, rule_id, entered_at) in self.left_behind:
                found.doubts.append(
                    (customer, since, f"“{self.rules[rule_id].name}” held, and nobody moved the customer.")
                )
        self.left_behind = behind

    def _book(self, instant: _Instant) -> Rulebook:
        at = instant.rules_at
        ids = [
            rule.id
            for rule in self.rules.values()
            if rule.published_at and rule.published_at <= at and (rule.retired_at is None or at < rule.retired_at)
        ]
        return self.books(self.lifecycle.id, tuple(ids))

    def _is_out(self, rule: TransitionRule, instant: _Instant) -> bool:
        """Whether a rule was switched off then, or waited for a silent source."""
        words = [is_on for is_on, at in self.switched.get(rule.key, ()) if at <= instant.rules_at]
        held = Evaluation.objects.filter(id=instant.evaluation or 0, held__contains=f"“{rule.name}”")
        return bool(words and not words[-1]) or held.exists()


def _reads_traits(rule: TransitionRule) -> bool:
    return any(isinstance(CATALOGUE[name].source, Attribute) for name in _metrics(rule))


def _metrics(rule: TransitionRule) -> tuple[str, ...]:
    return tuple(metrics_of(parse(rule.conditions, CATALOGUE)))
