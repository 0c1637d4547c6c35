"""Rules tried on stored history: what they would have done day by day, beside what the rules in force would have done.

Everything that an evaluation writes is covered by temporary tables, so the engine runs as it always does and no live
row is touched. Each day goes by what was known by its end, however late an event came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from lifecycle.models import EvaluationKind, Lifecycle, RuleState, TransitionRule
from lifecycle.queries.lists import UNTAGGED
from lifecycle.rules.calendar import end_of, start_of
from lifecycle.sql import past, rehearsal
from lifecycle.sql.run import rows, run

from .collect import collected_columns
from .evaluate import evaluate_changed
from .past import Told, covered, dropped_afterwards, past_facts, windows_as_known
from .rules import COLUMNS, RuleText, check

MAX_DAYS = 3_660
FLAPPING_DAYS = 14
HORIZON_DAYS = 90
MOST_SHOWN = 50
Progress = Callable[[int, int], object]  # (done, all) in days


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one set of rules would have done. Keys of ``moves``: ``FROM>TO``; of the others days and weeks.

    ``returns`` and ``flapping``: how often customers came back within 14 days to a tag they had left, and how many did.
    """

    states: dict[str, int]
    moves: dict[str, int]
    moves_a_day: dict[str, int]
    asked_a_week: dict[str, int]
    returns: int
    flapping: int


@dataclass(frozen=True, slots=True)
class Foretelling:
    """How well a rule into risk foretold churn. ``precision`` and ``recall``: 0 to 1; ``None`` where nothing is known.

    ``judged``: of the flagged, those whose 90 days are over or who churned. ``lead_days``: their median.
    """

    key: str
    flagged: int
    judged: int
    came_true: int
    churned: int
    foretold: int
    lead_days: float | None

    @property
    def precision(self) -> float | None:
        return self.came_true / self.judged if self.judged else None

    @property
    def recall(self) -> float | None:
        return self.foretold / self.churned if self.churned else None


@dataclass(frozen=True, slots=True)
class Difference:
    """A customer who ends in another tag."""

    customer: int
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """The rules in force (``before``) beside those tried (``after``), over the same days."""

    lifecycle: str
    first: date
    last: date
    customers: int
    tried: tuple[str, ...]
    before: Outcome
    after: Outcome
    foretold_before: tuple[Foretelling, ...]
    foretold_after: tuple[Foretelling, ...]
    different: int
    examples: tuple[Difference, ...]


def backtest(
    *,
    lifecycle: Lifecycle,
    tried: Sequence[tuple[str, RuleText]],
    first: date,
    last: date,
    now: datetime,
    asks: bool = True,
    progress: Progress | None = None,
) -> Backtest:
    """Try rules, each in place of the rule in force that has its key, over the days from one to another.

    People's own moves of those days are made as they were. With ``asks``, what the review policy gives to people waits.
    Raises ``RuleError`` for a rule that cannot be, ``ValueError`` for days that cannot.
    """
    days = check_days(first, last, now)
    for _, text in tried:
        check(text, lifecycle)
    kept = {}
    sets = {"before": [], "after": list(tried)}
    with dropped_afterwards(*(f"{kind}_{name}" for kind in rehearsal.KEPT for name in sets)):
        with _rehearsal(lifecycle, sets, first, last) as evaluate_day:
            for done in range(days):
                in_place = evaluate_day(first + timedelta(days=done), asks, now)
                if progress:
                    progress(done + 1, days)
            for name in in_place:
                run(rehearsal.KEEP.format(name=name))
                kept[name] = _outcome(name)
                run(rehearsal.SWAP)
        shown = rows(rehearsal.DIFFERENT, most=MOST_SHOWN)
        return Backtest(
            lifecycle=lifecycle.code, first=first, last=last, customers=sum(kept["after"].states.values()),
            tried=tuple(key for key, _ in tried), before=kept["before"], after=kept["after"],
            foretold_before=_foretold("before", lifecycle, first, last, now),
            foretold_after=_foretold("after", lifecycle, first, last, now),
            different=shown[0][4] if shown else 0,
            examples=tuple(Difference(id_, name, old or UNTAGGED, new or UNTAGGED) for id_, name, old, new, _ in shown),
        )  # fmt: skip


def check_days(first: date, last: date, now: datetime) -> int:
    """How many days there are. Raises ``ValueError`` for days that cannot be gone through."""
    days = (last - first).days + 1
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(
            f"A backtest takes 1 to {MAX_DAYS:,} days, not {days:,}; it begins on {first}, ends on {last}."
        )
    if end_of(last) > now:
        raise ValueError(f"{last} has not ended yet; a backtest goes by what has happened.")
    return days


EvaluateDay = Callable[[date, bool, datetime], list[str]]  # returns which set is in place, and which rests


@contextmanager
def _rehearsal(
    lifecycle: Lifecycle, sets: Mapping[str, Sequence[tuple[str, RuleText]]], first: date, last: date
) -> Iterator[EvaluateDay]:
    """Cover the live tables and put everybody where they were before the first day, once for each of two sets of rules.

    Yields what evaluates a day by both: facts and windows are brought to its end once.
    """
    schema = rows(rehearsal.SCHEMA)[0][0]
    before = start_of(first) - timedelta(microseconds=1)
    resting = [rehearsal.RESTING.format(table=table) for table in (*rehearsal.OF_A_SET, rehearsal.MARKS)]
    in_place: list[str] = []
    with (
        past_facts(until=end_of(last), told=Told.WHEN_RECEIVED, with_properties=True) as add_events,
        covered(*rehearsal.SHARED),
        dropped_afterwards(*rehearsal.OF_A_SET, *resting),
    ):
        add_events(lifecycle, past.BEGINNING, before)
        run("TRUNCATE pg_temp.lifecycle_dirtymark")  # everybody is looked at on the first day
        reads: set[str] = set()
        for name, tried in sets.items():
            if in_place:
                run(rehearsal.REST)
                run(past.COVER.format(table=rehearsal.MARKS))
            _set_up(lifecycle, tried, schema, before)
            reads |= collected_columns(lifecycle)
            in_place.insert(0, name)
        move_windows = windows_as_known(lifecycle, before.date(), reads) if reads else None

        @transaction.atomic
        def evaluate_day(day: date, asks: bool, now: datetime) -> list[str]:
            after, until = end_of(day - timedelta(days=1)), end_of(day)
            add_events(lifecycle, after, until)
            if move_windows:
                move_windows(day)
            run(rehearsal.COPY_MARKS)
            kind = EvaluationKind.REPLAY_ASKING if asks else EvaluationKind.REPLAY
            people = rehearsal.PEOPLE_S_MOVES.format(schema=schema)
            run(people, lifecycle=lifecycle.id, after=after, until=until)
            evaluate_changed(lifecycle=lifecycle, as_of=until, now=now, kind=kind)
            run(rehearsal.SWAP)
            run(people, lifecycle=lifecycle.id, after=after, until=until)
            evaluate_changed(lifecycle=lifecycle, as_of=until, now=now, kind=kind)
            in_place.reverse()
            return in_place

        yield evaluate_day


def _set_up(lifecycle: Lifecycle, tried: Sequence[tuple[str, RuleText]], schema: str, before: datetime) -> None:
    """Cover what is of a set of rules: those tried and the others in force, and everybody where they were."""
    ids = [rows(rehearsal.NEW_RULE_ID.format(schema=schema))[0][0] for _ in tried]  # compiled rules are kept by id
    for table in rehearsal.OF_A_SET:
        run(past.COVER.format(table=table))
    run(rehearsal.KEEP_RULES.format(schema=schema), lifecycle=lifecycle.id, keys=[key for key, _ in tried])
    for rule_id, (key, text) in zip(ids, tried, strict=True):
        _put(lifecycle, rule_id, key, text)
    run(rehearsal.START.format(schema=schema), lifecycle=lifecycle.id, before=before)
    run(rehearsal.COUNT)


def _put(lifecycle: Lifecycle, rule_id: int, key: str, text: RuleText) -> None:
    """Put a rule in force among those tried."""
    values = {name: getattr(text, name) for name in COLUMNS}
    values["conditions"] = check(text, lifecycle)
    rule = TransitionRule(id=rule_id, lifecycle=lifecycle, key=key, version=1, state=RuleState.PUBLISHED, **values)
    rule.save(force_insert=True)
    rule.from_tags.set(text.from_tags)


def _outcome(name: str) -> Outcome:
    returns, flapping = rows(rehearsal.FLAPPING.format(name=name), days=FLAPPING_DAYS)[0]
    return Outcome(
        states={code or UNTAGGED: count for code, count in rows(rehearsal.STATES.format(name=name))},
        moves={f"{old or UNTAGGED}>{new}": count for old, new, count in rows(rehearsal.MOVES.format(name=name))},
        moves_a_day={str(day): count for day, count in rows(rehearsal.MOVES_A_DAY.format(name=name))},
        asked_a_week={str(week): count for week, count in rows(rehearsal.ASKED_A_WEEK.format(name=name))},
        returns=returns,
        flapping=flapping,
    )


def _foretold(name: str, lifecycle: Lifecycle, first: date, last: date, now: datetime) -> tuple[Foretelling, ...]:
    schema = rows(rehearsal.SCHEMA)[0][0]
    found = rows(
        rehearsal.FORETOLD.format(name=name, schema=schema, horizon=HORIZON_DAYS), lifecycle=lifecycle.id,
        since=start_of(first), until=end_of(last), horizon=HORIZON_DAYS, known_until=now,
    )  # fmt: skip
    return tuple(Foretelling(*row) for row in found)
