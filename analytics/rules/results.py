"""What came of campaigns: messages and enrollments, added up. A rate says of what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TAKEN = frozenset({"accepted", "delivered", "opened", "clicked", "bounced", "complained"})
TOLD_DELIVERED = frozenset({"delivered", "opened", "clicked", "complained"})
ARRIVED = "not bounced"  # the messages of which opens, clicks, complaints and unsubscribes are rates


@dataclass(frozen=True, slots=True)
class Messages:
    """``sent``: taken by the provider. ``not_sent``: by reason. Not all providers tell what was delivered."""

    states: Mapping[str, int] = field(default_factory=dict)
    not_sent: Mapping[str, int] = field(default_factory=dict)
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0

    @property
    def planned(self) -> int:
        return sum(self.states.values())

    @property
    def sent(self) -> int:
        return sum(number for state, number in self.states.items() if state in TAKEN)

    @property
    def delivered(self) -> int:
        return sum(number for state, number in self.states.items() if state in TOLD_DELIVERED)

    @property
    def bounced(self) -> int:
        return self.states.get("bounced", 0)

    @property
    def complained(self) -> int:
        return self.states.get("complained", 0)

    @property
    def arrived(self) -> int:
        return self.sent - self.bounced


@dataclass(frozen=True, slots=True)
class Enrolled:
    """``reasons``: how it ended, "" for who is still inside. ``customers``: those who entered for the first time and
    were treated; ``converted``: of them."""

    reasons: Mapping[str, int] = field(default_factory=dict)
    customers: int = 0
    converted: int = 0

    @property
    def number(self) -> int:
        return sum(self.reasons.values())

    @property
    def inside(self) -> int:
        return self.reasons.get("", 0)

    @property
    def ended(self) -> dict[str, int]:
        return {reason: number for reason, number in self.reasons.items() if reason}


def messages_of(rows: Iterable[Any]) -> Messages:
    """Of rows of the report ``campaign_messages``."""
    states, reasons, acts = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        states[row.state] += row.n
        if row.state in {"skipped", "failed"}:
            reasons[row.reason or row.state] += row.n
        acts.update(opened=row.opened, clicked=row.clicked, unsubscribed=row.unsubscribed)
    return Messages(states, reasons, **acts)


def enrolled_of(rows: Iterable[Any]) -> Enrolled:
    """Of rows of the report ``campaign_enrolled``."""
    rows = list(rows)
    reasons = Counter[str]()
    for row in rows:
        reasons[row.reason] += row.enrolled
    treated = [row for row in rows if row.reason != "holdout"]
    return Enrolled(reasons, sum(row.customers for row in treated), sum(row.converted for row in treated))
