"""What the mail server and the database say of the same messages, and where they contradict each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from campaigns.engine.attempts import MOST_ATTEMPTS as MOST_CLAIMS
from campaigns.engine.sending import MOST_ATTEMPTS as MOST_SENT

OUT = {"accepted", "delivered", "opened", "clicked", "bounced", "complained"}
OPEN_RUN, NEEDS_REASON = {"waiting", "leased", "frozen"}, {"skipped", "failed", "uncertain", "cancelled"}
MESSAGES = """
SELECT message_id::text AS id, d.state, d.reason, d.attempts, extract(epoch FROM r.due_at)::float AS due
FROM campaigns_delivery AS d JOIN campaigns_steprun AS r ON r.id = d.run_id
"""
RUNS = "SELECT id::text, state, reason, attempts FROM campaigns_steprun"
# Enrollments that stand still, or have left out a step.
STUCK = """
SELECT e.id::text FROM campaigns_enrollment AS e LEFT JOIN campaigns_steprun AS r ON r.enrollment_id = e.id
GROUP BY e.id HAVING e.state <> 'completed' OR count(r.id) <> 2
"""
# Intents that were committed after the customer's no had been.
UNWANTED = """
SELECT DISTINCT d.message_id::text FROM kill_intent AS i
JOIN campaigns_delivery AS d ON d.id = i.delivery
JOIN campaigns_consent AS c ON c.customer_id = i.customer AND NOT c.is_given
WHERE pg_xact_commit_timestamp(i.xid) > pg_xact_commit_timestamp(c.xmin)
"""


@dataclass(frozen=True)
class Records:
    """``mails``: when the server took which message. ``stuck``, ``unwanted``: what the statements above find."""

    mails: list[tuple[float, str]]
    messages: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    stuck: list[str]
    unwanted: list[str]

    @property
    def uncertain(self) -> set[str]:
        return self.ids({"uncertain"})

    @property
    def states(self) -> dict[str, int]:
        return dict(Counter(f"{one['state']} {one['reason']}".strip() for one in self.messages))

    def ids(self, states: set[str]) -> set[str]:
        return {one["id"] for one in self.messages if one["state"] in states}


def read(mails: list[tuple[float, str]], connection: psycopg.Connection) -> Records:
    cursor = connection.cursor(row_factory=dict_row)
    found = [cursor.execute(statement).fetchall() for statement in (MESSAGES, RUNS, STUCK, UNWANTED)]
    messages, runs, stuck, unwanted = found
    return Records(
        mails, messages, runs, *([str(next(iter(row.values()))) for row in rows] for rows in (stuck, unwanted))
    )


def violations(records: Records) -> dict[str, list[str]]:
    """By invariant, what breaks it."""
    return {name: wrong for name, wrong in ((name, sorted(wrong)) for name, wrong in _checked(records)) if wrong}


def _checked(records: Records) -> Iterator[tuple[str, set[str]]]:
    times = Counter(message for _, message in records.mails)
    due = {one["id"]: one["due"] for one in records.messages}
    yield "I1 no message twice", {one for one, number in times.items() if number > 1}
    yield "I2 what counts as sent was taken", records.ids(OUT) - times.keys()
    yield (
        "I3 what was taken counts as sent, or as uncertain",
        times.keys() - records.ids({*OUT, "uncertain", "sending"}),
    )
    yield "I4 every step comes to its end", {
        *(one["id"] for one in records.runs if one["state"] in OPEN_RUN), *records.ids({"planned", "sending"}),
        *records.stuck,
    }  # fmt: skip
    yield "I5 none before it is due", {one for at, one in records.mails if at < due.get(one, 0)}
    yield "I6 none after the customer said no", set(records.unwanted)
    yield "I7 no more attempts than allowed", {
        *(one["id"] for one in records.runs if one["attempts"] > MOST_CLAIMS + 1),
        *(one["id"] for one in records.messages if one["attempts"] > MOST_SENT),
    }  # fmt: skip
    yield (
        "I8 a reason where one is needed",
        {one["id"] for one in (*records.runs, *records.messages) if one["state"] in NEEDS_REASON and not one["reason"]},
    )
