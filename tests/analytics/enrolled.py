"""A small world of campaigns, made by chance that stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from analytics.rules.periods import Period
from tests.factories import (
    CampaignFactory,
    CampaignVersionFactory,
    ConsentEntryFactory,
    CustomerFactory,
    DeliveryFactory,
    EnrollmentFactory,
    StepRunFactory,
    TaskFactory,
    UserFactory,
)

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 25, tzinfo=UTC)
PERIOD = Period(SINCE.date(), date(2026, 3, 24))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_world(seed: int = 0) -> Any:
    """Two campaigns, one with two versions; customers of two managers, who enter once, twice or not at all."""
    chance, owners = Random(seed), [UserFactory(), None]
    campaign = CampaignFactory()
    versions = [CampaignVersionFactory(campaign=campaign, number=number, state="retired") for number in (1, 2)]
    versions.append(CampaignVersionFactory(number=1))
    for _ in range(40):
        customer = CustomerFactory(owner=chance.choice(owners))
        for _ in range(chance.randint(0, 3)):
            _enter(customer, chance.choice(versions), chance)
    at_the_end = {"entered_at": UNTIL - DAY, "converted_at": UNTIL}
    EnrollmentFactory(version=versions[0], customer=CustomerFactory(owner=owners[0]), **at_the_end)
    return owners[0]


def _at(chance: Random) -> datetime:
    return NOW.replace(hour=0) + DAY * chance.randint(-40, 0) + HOUR * chance.choice([0, 0, 7, 12])


def _enter(customer: Any, version: Any, chance: Random) -> None:
    entered = _at(chance)
    ended = entered + HOUR * chance.randint(0, 400) if chance.random() < 0.7 else None
    reason = chance.choice(["end", "goal", "exit", "holdout"]) if ended else ""
    converted = entered + HOUR * chance.randint(0, 600) if chance.random() < 0.5 else None
    enrollment = EnrollmentFactory(
        version=version, customer=customer, entered_at=entered, ended_at=ended, end_reason=reason,
        state="exited" if ended else "active", converted_at=converted,
    )  # fmt: skip
    for number in range(chance.randint(0, 2)):
        _message(enrollment, number, chance)
    run = StepRunFactory(enrollment=enrollment, step="call", kind="task", state="done", done_at=_at(chance))
    if chance.random() < 0.8:
        closed = run.done_at + HOUR * chance.choice((1, 48, 49, 200)) if chance.random() < 0.6 else None
        TaskFactory(
            customer=customer, origin=f"step:{run.id}", created_at=run.done_at, due_at=run.done_at + 48 * HOUR,
            state=chance.choice(["DONE", "DROPPED"]) if closed else "OPEN", closed_at=closed,
        )  # fmt: skip


def _message(enrollment: Any, number: int, chance: Random) -> None:
    planned = _at(chance)
    state = chance.choice(
        ["planned", "accepted", "delivered", "opened", "clicked", "bounced", "complained", "failed", "skipped"]
    )
    is_sent = state not in {"planned", "failed", "skipped"}
    last = planned + HOUR * chance.randint(1, 300)
    delivery = DeliveryFactory(
        run=StepRunFactory(enrollment=enrollment, step=f"mail{number}", kind="email", state="done"),
        channel=chance.choice(["email", "webhook"]), state=state, planned_at=planned,
        reason=chance.choice(["no_consent", "late"]) if state == "skipped" else "",
        accepted_at=planned if is_sent else None, ended_at=None if state == "planned" else last,
        opened_at=last if state in {"opened", "clicked"} else None, clicked_at=last if state == "clicked" else None,
    )  # fmt: skip
    if is_sent and chance.random() < 0.3:
        for _ in range(2):  # twice is once
            ConsentEntryFactory(customer=enrollment.customer, is_given=False, at=last, delivery=delivery)
