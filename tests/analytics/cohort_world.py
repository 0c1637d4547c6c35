"""A small made-up world, and what happened in it told by loops over its rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from analytics.queries.cohorts import Asking, Basis, By
from lifecycle.models import Customer, CustomerStatus, DailyMetrics, Lifecycle, Order, StatusTag, Transition
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    DailyMetricsFactory,
    LifecycleFactory,
    OrderFactory,
    StatusTagFactory,
    TransitionFactory,
    UserFactory,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAST = datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
PLANS = ["Basic", "Gold", "Silver", None]


@dataclass(frozen=True)
class World:
    lifecycle: Lifecycle
    tags: list[StatusTag]
    owner: int


def world(customers: int = 60) -> World:
    """Customers of ten months, some of whom never moved, were never active, came back, or have no tag. All moved in
    another lifecycle as well."""
    dice = random.Random(7)
    lifecycle, owner = LifecycleFactory(), UserFactory()
    tags = [StatusTagFactory(lifecycle=lifecycle, code=code, position=n) for n, code in enumerate("ABC")]
    elsewhere = StatusTagFactory()
    for number in range(customers):
        first = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(days=dice.randrange(280), hours=dice.choice((0, 9, 23)))
        customer = CustomerFactory(
            plan=dice.choice(PLANS) or ("" if number % 2 else None),
            traits={"size": number % 12} if number % 4 else {}, created_at=NOW,
            owner=owner if number % 3 else None, facts__first_event_at=first if number % 10 else None,
        )  # fmt: skip
        if number % 10 == 0:  # without an event: its creation counts
            Customer.objects.filter(id=customer.id).update(created_at=first)
        _live(customer, first, tags, dice)
        later = {"applied_at": first + timedelta(days=60), "from_tag": elsewhere, "to_tag": None}
        TransitionFactory(lifecycle=elsewhere.lifecycle, customer=customer, **later)
    return World(lifecycle, tags, owner.id)


def _live(customer: Customer, first: datetime, tags: list[StatusTag], dice: random.Random) -> None:
    lifecycle, at = tags[0].lifecycle, first
    tag = dice.choice([None, tags[0]])
    entered_at = None
    for _ in range(dice.randrange(5)):
        at += timedelta(days=dice.choice((0, 1, 20, 45)), hours=dice.choice((0, 1)))
        to_tag = dice.choice([one for one in tags if one != tag])
        if at <= NOW:
            TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=tag, to_tag=to_tag, applied_at=at)
            tag, entered_at = to_tag, at
    CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=tag, entered_at=entered_at)
    for day in {dice.randrange(200) for _ in range(dice.randrange(6))}:
        if (on := first + timedelta(days=day)) <= NOW:
            OrderFactory(customer=customer, ordered_at=on)
            DailyMetricsFactory(customer=customer, metric_date=on.date(), activities=day % 3)


def month(at: datetime) -> int:
    return at.year * 12 + at.month - 1


def name_of(number: int) -> str:
    return f"{date(number // 12, number % 12 + 1, 1):%b %Y}"


def is_over(number: int, as_of: datetime) -> bool:
    return end_of(number) <= as_of


def end_of(number: int) -> datetime:
    after = number + 1
    return datetime(after // 12, after % 12 + 1, 1, tzinfo=UTC) - timedelta(microseconds=1)


def enrolled_at(customer: Customer) -> datetime:
    return customer.facts.first_event_at or customer.created_at


def tag_at(customer: Customer, lifecycle: Lifecycle, at: datetime) -> int | None:
    """The tag after the last move by then; before the first, that from which it was made."""
    moves = list(Transition.objects.filter(customer=customer, lifecycle=lifecycle).order_by("applied_at", "id"))
    before = [move for move in moves if move.applied_at <= at]
    if before:
        return before[-1].to_tag_id
    return moves[0].from_tag_id if moves else CustomerStatus.objects.get(customer=customer, lifecycle=lifecycle).tag_id


def members(asking: Asking) -> list[tuple[Customer, str]]:
    """Who has a tag at the instant, and the cohort."""
    found = []
    for customer in Customer.objects.order_by("id"):
        moves = Transition.objects.filter(customer=customer, lifecycle=asking.lifecycle)
        has_moved_later_only = moves.exists() and not moves.filter(applied_at__lte=asking.now).exists()
        is_theirs = asking.owners is None or customer.owner_id in asking.owners
        tag = tag_at(customer, asking.lifecycle, asking.now)
        if is_theirs and tag and not has_moved_later_only and enrolled_at(customer) <= asking.now:
            found.append((customer, cohort_of(customer, asking)))
    return found


def cohort_of(customer: Customer, asking: Asking) -> str:
    if asking.by == By.MONTH:
        return name_of(month(enrolled_at(customer)))
    value = customer.plan if asking.by == By.PLAN else customer.traits.get(asking.trait)
    return "None" if value in (None, "") else str(value)


def active_months(customer: Customer, basis: Basis, as_of: datetime) -> set[int]:
    if basis == Basis.ORDERS:
        return {month(one.ordered_at) for one in Order.objects.filter(customer=customer) if one.ordered_at <= as_of}
    days = [one for one in DailyMetrics.objects.filter(customer=customer) if one.activities > 0]
    return {one.metric_date.year * 12 + one.metric_date.month - 1 for one in days if one.metric_date <= as_of.date()}
