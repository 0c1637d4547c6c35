"""Messages go out: written, through the gate, handed over, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from django.db import DatabaseError, transaction

from campaigns.channels.port import Accepted, Outgoing, Port, Result, Unknown
from campaigns.channels.registry import port_for
from campaigns.models import Channel, Delivery, DeliveryState, SkipReason
from campaigns.rules.gate import Go, Never, Verdict, Wait
from campaigns.rules.states import later

from . import breaker
from .failpoints import reach
from .gate import OPEN_STATES, Letter, held, held_rows, pass_gate, store, write_row
from .kinds import CannotBeWritten, Done, Failed, Later, Outcome, Skipped, Work, Write, channel_of, kind_of
from .watch import Watch

log = logging.getLogger(__name__)
CALL_SECONDS = 20.0
LEAST_SECONDS = 1.0
IN_APP_AT_ONCE = 500
MOST_ATTEMPTS = 12
# What the other side said, and when. ``None``: it was not tried, since time was up or nobody answered any more, and
# will be at that instant.
Answer = tuple[Result | None, datetime]
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=6)


def send(works: Sequence[Work], watch: Watch) -> dict[int, Outcome]:
    """Send what is due; call it outside of transactions, right after the runs were claimed.

    When the watch is over, what was not begun is given back as due as it was. Returns the outcome by run. A run without
    one is no longer this worker's, or was settled by a receipt at this very moment; it comes back when its lease is
    over.
    """
    reach("after_claim")
    outcomes: dict[int, Outcome] = {}
    for way, mine in groupby(sorted(works, key=_order), key=_way):
        outcomes |= _send_by(way, list(mine), watch)
    return outcomes


def _order(work: Work) -> tuple[str, int, int]:
    return _way(work), work.definition.priority, work.run.id


def _way(work: Work) -> str:
    """What has a breaker of its own: a channel, or an endpoint of webhooks."""
    channel, endpoint = channel_of(work.step.kind), getattr(work.settings, "endpoint", "")
    return f"{channel}:{endpoint}" if endpoint else channel


def _send_by(way: str, works: Sequence[Work], watch: Watch) -> dict[int, Outcome]:
    channel = channel_of(works[0].step.kind)
    port = None if channel == Channel.IN_APP else port_for(channel)
    size = port.at_once if port else IN_APP_AT_ONCE
    rows = _rows(works, channel)
    opened = [work for work in works if rows[work.run.id].state in OPEN_STATES]
    outcomes: dict[int, Outcome] = {run: Done() for run, row in rows.items() if row.state not in OPEN_STATES}
    for start in range(0, len(opened), size):
        batch = opened[start : start + size]
        if watch.is_over:
            outcomes |= {work.run.id: _back(work) for work in opened[start:]}
            break
        permit = breaker.ask(way=way, now=watch.now)
        tried = batch[: permit.most]
        outcomes |= {work.run.id: Later(at=permit.again_at, reason=f"{way} rests.") for work in batch[len(tried) :]}
        if tried:
            outcomes |= _send_batch(way, port, [(work, rows[work.run.id]) for work in tried], watch)
    return outcomes


def _back(work: Work) -> Later:
    """Time is up: it is due as it was, so that nobody overtakes it."""
    return Later(at=work.run.due_at)


def _rows(works: Sequence[Work], channel: str) -> dict[int, Delivery]:
    """The row of each message. Those who write the message find it as ``work.run.delivery``."""
    known = {row.run_id: row for row in Delivery.objects.filter(run__in=[work.run.id for work in works])}
    rows: dict[int, Delivery] = {}
    for work in works:
        rows[work.run.id] = work.run.delivery = known.get(work.run.id) or write_row(work, channel)
    return rows


def _send_batch(
    way: str, port: Port | None, batch: Sequence[tuple[Work, Delivery]], watch: Watch
) -> dict[int, Outcome]:
    now = watch.now
    letters, broken = _write(port, batch, now)
    outcomes = _fail(broken, now) if broken else {}
    if not letters:
        return outcomes
    reach("before_intent")
    verdicts = pass_gate(letters=letters, now=now)
    reach("after_intent")
    if port is None:
        return outcomes | {run: _outcome(verdict) for run, verdict in verdicts.items()}
    outcomes |= {run: _outcome(verdict) for run, verdict in verdicts.items() if not isinstance(verdict, Go)}
    going = [letter for letter in letters if isinstance(verdicts.get(letter.work.run.id), Go)]
    answers = _call(port, going, watch)
    if any(result is not None for result, _ in answers):
        reach("before_result")
    outcomes |= _note(port, going, answers)
    breaker.note(way=way, results=[result for result, _ in answers if result is not None], now=now)
    reach("after_result")
    return outcomes


def _write(
    port: Port | None, batch: Sequence[tuple[Work, Delivery]], now: datetime
) -> tuple[list[Letter], dict[int, tuple[Letter, str]]]:
    """The letters that could be written, and by run the others with the reason: each fails alone."""
    letters: list[Letter] = []
    broken: dict[int, tuple[Letter, str]] = {}
    for work, row in batch:
        letter = Letter(work, row, Outgoing(row.message_id, row.channel, ""))
        if row.state == DeliveryState.SENDING and row.sending_at is not None:
            letter.repeats_until = row.sending_at + ((port and port.key_window) or timedelta())
        try:
            if row.channel != Channel.EMAIL or work.enrollment.customer.email:  # without address the gate says so
                letter.message = replace(_writer(work)(work, now), message_id=row.message_id)
        except CannotBeWritten as error:
            broken[work.run.id] = letter, str(error)
        except DatabaseError:
            raise
        except Exception as error:
            log.exception("the message of run %s cannot be written", work.run.id)
            broken[work.run.id] = letter, f"It cannot be written: {type(error).__name__}."
        else:
            letters.append(letter)
    return letters, broken


def _writer(work: Work) -> Write:
    write = kind_of(work.step.kind).write
    if write is None:
        raise CannotBeWritten(f"Steps of the kind {work.step.kind} write no message.")
    return write


def _call(port: Port, letters: Sequence[Letter], watch: Watch) -> list[Answer]:
    """Hand over one after the other: the first in any case, if its lease lasts, and more until the watch is over."""
    answers: list[Answer] = []
    in_a_row = 0
    for letter in letters:
        run = letter.work.run
        left = watch.left(run.lease_until or watch.now)
        if in_a_row >= breaker.OPENS_AFTER:
            answers.append((None, watch.now + breaker.RESTS_FOR))
        elif left < LEAST_SECONDS or (answers and watch.is_over):
            answers.append((None, run.due_at))
        else:
            result = port.send(letter.message, seconds=min(CALL_SECONDS, left))
            in_a_row = in_a_row + 1 if breaker.fails(result) else 0
            answers.append((result, watch.now if port.is_instant else watch.instant))
    return answers


@transaction.atomic
def _note(port: Port, letters: Sequence[Letter], answers: Sequence[Answer]) -> dict[int, Outcome]:
    """Write down what came of calls, unless another worker has taken over; a receipt may have been faster."""
    rows = held_rows(letters, held(letters))
    outcomes = {
        letter.work.run.id: _take(port, letter, rows[letter.work.run.id], *answer)
        for letter, answer in zip(letters, answers, strict=True)
        if letter.work.run.id in rows
    }
    store(rows.values())
    return outcomes


@transaction.atomic
def _fail(broken: Mapping[int, tuple[Letter, str]], now: datetime) -> dict[int, Outcome]:
    """Write down that messages cannot be written."""
    letters = [letter for letter, _ in broken.values()]
    rows = held_rows(letters, held(letters))
    outcomes = {run: _end(broken[run][0], row, broken[run][1], now) for run, row in rows.items()}
    store(rows.values())
    return outcomes


def _take(port: Port, letter: Letter, row: Delivery, result: Result | None, now: datetime) -> Outcome:
    row.provider = port.name
    if isinstance(result, Accepted):
        row.state, row.reason, row.accepted_at = later(row.state, DeliveryState.ACCEPTED), "", now
        row.provider, row.provider_id = result.provider, result.provider_id or None
        row.ended_at = row.ended_at or now
        return Done()
    if row.state != DeliveryState.SENDING:
        return Done()
    if result is None:
        return _put_off(letter, row, now, "It was not tried.", counts=False)
    reason = result.reason[:200]
    if isinstance(result, Unknown):
        if port.key_window is None or row.attempts >= MOST_ATTEMPTS:
            row.state, row.reason, row.ended_at = DeliveryState.UNCERTAIN, reason, now
            return Done()
        row.reason = reason  # stays sending, and goes again with the same key
        return Later(at=now + _pause(row.attempts), reason=reason)
    if result.is_outage:
        return _put_off(letter, row, now + (result.retry_after or breaker.RESTS_FOR), reason, counts=False)
    if result.retry_after is None or row.attempts >= MOST_ATTEMPTS:
        return _end(letter, row, reason, now)
    return _put_off(letter, row, now + max(result.retry_after, _pause(row.attempts)), reason)


def _put_off(letter: Letter, row: Delivery, at: datetime, reason: str, *, counts: bool = True) -> Outcome:
    """It did not go out this time. If an earlier try may have, the row goes on saying so."""
    if not letter.may_be_out:
        row.state, row.sending_at = DeliveryState.PLANNED, None
    row.attempts -= not counts
    row.reason = reason
    return Later(at=at, reason=reason)


def _end(letter: Letter, row: Delivery, reason: str, now: datetime) -> Outcome:
    row.state = DeliveryState.UNCERTAIN if letter.may_be_out else DeliveryState.FAILED
    row.reason, row.ended_at = reason[:200], now
    return Failed(reason)


def _pause(attempts: int) -> timedelta:
    return min(FIRST_RETRY * 4 ** max(attempts - 1, 0), LONGEST_RETRY)


def _outcome(verdict: Verdict) -> Outcome:
    match verdict:
        case Wait(until=until, reason=reason):
            return Later(at=until, reason=_SAID.get(reason, reason))
        case Never(reason=reason):
            return Skipped(reason)
        case _:
            return Done()


_SAID: dict[str, str] = {value: str(label) for value, label in SkipReason.choices}
