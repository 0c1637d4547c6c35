"""Whether a way out answers. One that failed several times in a row rests, and one message at a time tries it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from django.db.models import F

from campaigns.channels.port import Refused, Result, Unknown
from campaigns.models import Breaker

OPENS_AFTER = 5
RESTS_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Permit:
    """How many messages may be tried now (``None``: any number), and when to ask again for the others."""

    most: int | None
    again_at: datetime


def ask(*, way: str, now: datetime) -> Permit:
    """Ask before sending. Of all workers that ask an open way, one in thirty seconds gets leave to try one message."""
    breaker = Breaker.objects.filter(channel=way, open_until__isnull=False).first()
    if breaker is None or breaker.open_until is None:
        return Permit(most=None, again_at=now)
    if breaker.open_until > now:
        return Permit(most=0, again_at=breaker.open_until)
    again_at = now + RESTS_FOR
    is_mine = Breaker.objects.filter(channel=way, open_until=breaker.open_until).update(open_until=again_at)
    return Permit(most=is_mine, again_at=again_at)


def note(*, way: str, results: Iterable[Result], now: datetime) -> None:
    """Count failures in a row, lost answers among them; any other answer shows that the other side is there."""
    failures, answered, reason = 0, False, ""
    for result in results:
        if fails(result):
            failures, reason = failures + 1, result.reason
        else:
            failures, answered = 0, True
    mine = Breaker.objects.filter(channel=way)
    if answered:
        mine.filter(failures__gt=0).update(failures=0, open_until=None, reason="")
    if failures:
        Breaker.objects.bulk_create([Breaker(channel=way)], ignore_conflicts=True)
        mine.update(failures=F("failures") + failures, reason=reason[:300])
        mine.filter(failures__gte=OPENS_AFTER).update(open_until=now + RESTS_FOR)


def fails(result: Result) -> TypeGuard[Refused | Unknown]:
    """Whether a result speaks against the other side as a whole, not against one message."""
    return isinstance(result, Unknown) or (isinstance(result, Refused) and result.is_outage)
