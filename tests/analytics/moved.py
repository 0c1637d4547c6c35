"""A small world of moves, and the same questions answered by loops over its rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from analytics.queries.status_tags import About
from analytics.rules.periods import Period
from lifecycle.models import Customer, CustomerStatus, Lifecycle, RolledBack, StatusTag, Transition
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
    TransitionRuleFactory,
    UserFactory,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 10))
WHOSE = ("everybody", "portfolio")  # see ``owners``
WAITS = {"all": [{"metric": "days_since_login", "operator": ">=", "value": 5}]}  # a rule that asks for a wait
CATEGORIES = {
    "NEW": "learning",
    "GOOD": "learning",
    "MASTER": "learning",
    "RISK": "risk",
    "SAVED": "risk",
    "GONE": "churned",
}


def at(day: int, hour: int = 9, **more: int) -> datetime:
    """An instant of March 2026; days below 1 are of February."""
    return datetime(2026, 3, 1, hour, tzinfo=UTC) + timedelta(days=day - 1, **more)


class World:
    """A lifecycle with a rule into each tag. Customers stand where ``moved`` last led them."""

    def __init__(self) -> None:
        self.lifecycle: Lifecycle = LifecycleFactory()
        self.tags: dict[str | None, StatusTag | None] = {None: None}
        self.rules = {}
        for position, (code, category) in enumerate(CATEGORIES.items()):
            tag = StatusTagFactory(lifecycle=self.lifecycle, code=code, category=category, position=position)
            self.tags[code] = tag
            self.rules[code] = TransitionRuleFactory(lifecycle=self.lifecycle, key=f"to-{code.lower()}", to_tag=tag)
        self.mia, self.boss = UserFactory(), UserFactory()

    def customer(self, *, owner: Any = None, **more: Any) -> Customer:
        customer: Customer = CustomerFactory(owner=owner, **more)
        CustomerStatusFactory(customer=customer, lifecycle=self.lifecycle, tag=None)
        return customer

    def moved(
        self, customer: Customer, when: datetime, to: str | None, *, by: Any = None, rule: bool = True, **more: Any
    ) -> Any:
        """By the rule into the tag, unless ``rule`` is false; approved or by hand where somebody did it."""
        status = CustomerStatus.objects.get(customer=customer, lifecycle=self.lifecycle)
        move = TransitionFactory(
            lifecycle=self.lifecycle, customer=customer, from_tag=status.tag, to_tag=self.tags[to], applied_at=when,
            rule=self.rules[to] if rule else None, by=by, reason="" if rule else "asked by phone", **more,
        )  # fmt: skip
        status.tag, status.entered_at = self.tags[to], when
        status.save()
        return move

    def wandered(self, customer: Customer, dice: Random, *, approved: float = 0) -> None:
        """From 40 days before March on: rules move the customer around, which people approve at times (``approved``:
        how often), and put back, soon or late."""
        when, was, tag = at(-40), None, None
        for _ in range(dice.randrange(2, 7)):
            when += dice.choice((1, 4, 13, 20)) * timedelta(days=1)
            if when > NOW:
                break
            if tag and was and dice.random() < 0.4:
                was, tag = tag, was
                self.moved(customer, when, tag, rule=False, by=self.boss)
                continue
            was, tag = tag, dice.choice([one for one in CATEGORIES if one not in (tag, "MASTER")])
            by = self.boss if dice.random() < approved else None
            self.moved(customer, when, tag, by=by, evidence={"days_since_login": dice.randrange(3, 12)})

    def about(self, period: Period = MARCH, *, owners: Any = None, now: datetime = NOW) -> About:
        return About(self.lifecycle, period, owners, now)


def plain_moves(world: World, period: Period, owners: Any, now: datetime) -> list[Transition]:
    """The moves of a range, one by one, without those that took others back."""
    taking_back = {one.reversal_id for one in RolledBack.objects.all()}
    moves = Transition.objects.select_related("customer", "from_tag", "to_tag", "rule").order_by("id")
    return [
        move
        for move in moves
        if move.lifecycle_id == world.lifecycle.id
        and period.start <= move.applied_at.date() <= period.end
        and move.applied_at <= now
        and move.id not in taking_back
        and (owners is None or move.customer.owner_id in owners)
    ]


def plain_days(world: World, period: Period, owners: Any, now: datetime) -> dict[date, dict[str, int]]:
    """Each customer followed from move to move, up to the end of each day."""
    told: dict[date, dict[str, int]] = {}
    for number in range(period.days):
        day = period.start + timedelta(days=number)
        counts = Counter(dict.fromkeys(CATEGORIES, 0))
        for customer in Customer.objects.all():
            tag = None
            for move in Transition.objects.filter(customer=customer, lifecycle=world.lifecycle).order_by("id"):
                if move.applied_at.date() <= day and move.applied_at <= now:
                    tag = move.to_tag
            if tag is not None and (owners is None or customer.owner_id in owners):
                counts[tag.code] += 1
        if day <= now.date():
            told[day] = dict(counts)
    return told


def plain_flow(moves: list[Transition]) -> dict[tuple[str | None, str], tuple[int, int]]:
    """(all, by rules alone) of the moves from one tag to another."""
    told: dict[tuple[str | None, str], tuple[int, int]] = {}
    for move in moves:
        key = (move.from_tag and move.from_tag.code, move.to_tag.code)
        every, alone = told.get(key, (0, 0))
        told[key] = (every + 1, alone + (move.rule_id is not None and move.by_id is None))
    return told


def rows_of(about: About, report: str) -> list[SimpleNamespace]:
    return about.ask(report).rows


def back_and_forth() -> World:
    """Back and forth, at midnight, twice in an instant, before and after the range, in another lifecycle."""
    world = World()
    anna, bob, cem = (
        world.customer(owner=owner, name=name)
        for owner, name in ((world.mia, "Anna"), (None, "Bob"), (world.mia, "Cem"))
    )
    world.customer()
    for customer in (anna, bob, cem):
        world.moved(customer, at(-20), "NEW")
    world.moved(anna, at(1, 0), "RISK")  # at midnight: the first instant of the range
    world.moved(anna, at(3), "NEW")
    world.moved(anna, at(5), "RISK")
    world.moved(anna, at(5), "SAVED")  # twice in an instant
    world.moved(anna, at(8), "GOOD", rule=False, by=world.boss)
    world.moved(bob, at(1, 0) - timedelta(microseconds=1), "RISK")  # the last of the day before
    world.moved(bob, at(10, 11), "GONE")
    dan = world.customer(owner=world.mia)
    world.moved(dan, at(10, 14), "NEW")  # after now
    world.moved(world.customer(owner=world.mia), at(2), "NEW", rule=False)  # by nobody, as its first
    world.moved(cem, at(6), "RISK", by=world.boss)  # approved
    other = World()
    other.moved(other.customer(owner=world.mia), at(4), "RISK")
    return world


def owners(world: World, whose: str) -> frozenset[int] | None:
    return None if whose == "everybody" else frozenset({world.mia.id})


def plain_of(world: World, name: str) -> Any:
    return next(move.customer for move in plain_moves(world, Period(date(2026, 2, 1), MARCH.end), None, NOW)
                if move.customer.name == name)  # fmt: skip
