"""What happened to customers ends their enrollments, counts as the goal, and wakes what waits for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.models import EndReason, Enrollment
from campaigns.queries.marks import Listening
from campaigns.sql import exits as statements
from lifecycle.sql.run import rows

from .exits import end_enrollments

# Who has reached the goal and met an exit at once has reached the goal.
_ORDER = (EndReason.GOAL, EndReason.EXIT, EndReason.STAY_ENDED)


def concerned(*, listening: Listening, moves: list[int], events: list[int]) -> list[int]:
    """The customers whose enrollments or waits these moves and events may end."""
    if not listening.words:
        return []
    params: dict[str, Any] = {"words": listening.words, "moves": moves, "events": events}
    with connection.cursor() as cursor:
        cursor.execute(statements.CONCERNED.format(news=statements.NEWS), params)
        return [customer for (customer,) in cursor.fetchall()]


def act_upon(*, listening: Listening, moves: list[int], events: list[int], now: datetime) -> None:
    """End, convert and wake by moves and events that have just come. The caller holds whom they concern."""
    _act(statements.NEWS, {"moves": moves, "events": events}, listening, now)


def catch_up(*, listening: Listening, entered: list[int], now: datetime, taken_back: Collection[int] = ()) -> None:
    """The same for enrollments that are new, by what was heard of before although it happened after they began.

    ``taken_back``: moves that count no more.
    """
    if entered:
        _act(statements.SINCE_ENTRY, {"entered": entered, "taken_back": list(taken_back)}, listening, now)


def take_back_goals(*, listening: Listening, moves: Collection[int], now: datetime) -> None:
    """A goal that was reached by a move which was taken back is none; whatever else reached it counts instead."""
    if not moves or not listening.marks:
        return
    found = rows(statements.UNCONVERT, moves=list(moves), **_columns(listening))
    catch_up(listening=listening, entered=[number for (number,) in found], now=now, taken_back=moves)


def _act(news: str, params: dict[str, Any], listening: Listening, now: datetime) -> None:
    if not listening.words:
        return
    params = {**params, "words": listening.words, "now": now}
    with connection.cursor() as cursor:
        if listening.marks:
            _end(cursor, news, {**params, **_columns(listening)}, now)
        if listening.awaited:
            cursor.execute(statements.WAKE.format(news=news), params)


def _end(cursor: Any, news: str, params: dict[str, Any], now: datetime) -> None:
    cursor.execute(statements.MARKED.format(news=news), params)
    ending, reached = defaultdict(list), {}
    for number, reason, at in cursor.fetchall():
        ending[reason].append(number)
        if at is not None:
            reached[number] = at
    if reached:
        cursor.execute(statements.CONVERT, {"ids": list(reached), "ats": list(reached.values())})
    for reason in _ORDER:
        if ending[reason]:
            end_enrollments(enrollments=Enrollment.objects.filter(id__in=ending[reason]), reason=reason, now=now)


def _columns(listening: Listening) -> dict[str, list[Any]]:
    return {
        "versions": [mark.version for mark in listening.marks],
        "mark_words": [mark.word for mark in listening.marks],
        "reasons": [mark.reason.value for mark in listening.marks],
        "days": [mark.days for mark in listening.marks],
    }
