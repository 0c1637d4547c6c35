"""Where customers were and how they moved, against loops over the rows."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from analytics.queries.status_tags import About, days_of
from analytics.rules.periods import Period
from analytics.rules.stages import goal_of, into_risk, recoveries, working
from lifecycle.engine.rollback import Batch, roll_back
from tests.factories import DailyMetricsFactory, LifecycleFactory, StatusTagFactory

from .moved import MARCH, NOW, World, at, plain_days, plain_flow, plain_moves, rows_of

pytestmark = pytest.mark.django_db

WHOSE = ("everybody", "portfolio")


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    cache.clear()


@pytest.fixture
def world():
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
    world.moved(dan, at(10, 13), "NEW")  # after now
    world.moved(cem, at(6), "RISK")
    other = World()
    other.moved(other.customer(owner=world.mia), at(4), "RISK")
    return world


def owners(world, whose):
    return None if whose == "everybody" else frozenset({world.mia.id})


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("end", [10, 7])
def test_counts_each_day_as_the_moves_tell(world, whose, end):
    period = Period(MARCH.start, date(2026, 3, end))
    day_before = Period(MARCH.start - timedelta(days=1), period.end)

    days = days_of(world.about(period, owners=owners(world, whose), now=at(10, 14)))

    assert days.counts == plain_days(world, day_before, owners(world, whose), at(10, 14))


@pytest.mark.parametrize("whose", WHOSE)
def test_counts_moves_as_they_are_told_one_by_one(world, whose):
    about = world.about(owners=owners(world, whose))

    told = {(row.from_tag, row.to_tag): (row.moves, row.automatic) for row in rows_of(about, "moves_flow")}

    assert told == plain_flow(plain_moves(world, MARCH, about.owners, NOW))
    assert told[("SAVED", "GOOD")] == (1, 0)


def test_tells_a_past_day_as_it_was_though_moves_were_taken_back_since(world):
    cem = world.customer(name="Cem the second")
    world.moved(cem, at(2), "NEW")
    wrong = world.moved(cem, at(4), "GONE")
    before = days_of(world.about(Period(date(2026, 3, 1), date(2026, 3, 5)), owners=frozenset(), now=NOW))

    roll_back(Batch(transition=wrong), by=world.boss, reason="a wrong threshold", now=NOW - timedelta(hours=1))
    days = days_of(world.about())

    assert days.counts[date(2026, 3, 5)] == plain_days(world, MARCH, None, NOW)[date(2026, 3, 5)]
    assert (days.counts[date(2026, 3, 9)]["GONE"], days.counts[date(2026, 3, 10)]["GONE"]) == (
        1,
        1,
    )  # Bob's on the 10th
    assert before.counts[date(2026, 3, 5)]["GONE"] == 0


def test_a_move_that_takes_another_back_is_no_recovery(world):
    about = world.about()
    before = recoveries(rows_of(about, "moves_flow"), about.tags)
    cem = world.lifecycle.tags.get(code="RISK")
    wrong = plain_moves(world, MARCH, None, NOW)[-1]
    assert wrong.to_tag == cem

    roll_back(Batch(transition=wrong), by=world.boss, reason="a wrong threshold", now=NOW)
    cache.clear()

    assert recoveries(rows_of(about, "moves_flow"), about.tags) == before


def test_recoveries_are_moves_out_of_risk_to_where_customers_do_well(world):
    about = world.about()
    flow = rows_of(about, "moves_flow")

    # Anna twice (from RISK, from SAVED); Bob left risk for GONE; RISK to SAVED stays in risk.
    assert recoveries(flow, about.tags) == (2, 3)
    assert into_risk(flow, about.tags) == 3


def test_stages_are_told_by_category_and_order(world):
    assert goal_of(world.about().tags) == {"MASTER"}
    assert working(world.about().tags) == {"NEW", "GOOD"}


def test_a_lifecycle_without_learning_has_no_goal():
    tags = [StatusTagFactory.build(code=code, category=kind, lifecycle=None) for code, kind in
            (("A", "prospect"), ("B", "active"), ("C", "active"))]  # fmt: skip

    assert goal_of(tags) == frozenset()
    assert working(tags) == {"B", "C"}


@pytest.mark.parametrize("whose", WHOSE)
def test_names_who_entered_risk_and_where_they_are(world, whose):
    about = world.about(owners=owners(world, whose))

    told = [(row.customer, row.from_tag, row.to_tag, row.now_in) for row in rows_of(about, "risk_entered")]

    moves = [
        move
        for move in plain_moves(world, MARCH, about.owners, NOW)
        if move.to_tag.category == "risk" and (move.from_tag is None or move.from_tag.category != "risk")
    ]
    now_in = {"Anna": "GOOD", "Bob": "GONE", "Cem": "RISK"}
    expected = [(m.customer.name, m.from_tag.code, m.to_tag.code, now_in[m.customer.name]) for m in moves]
    assert told == sorted(expected, key=lambda one: ["Cem", "Anna"].index(one[0]))
    assert len(told) == 3


def test_names_who_is_in_a_risk_tag_for_longest(world):
    dora = world.customer(name="Dora")
    world.moved(dora, at(-9), "RISK")

    told = [(row.customer, row.tag, row.days) for row in rows_of(world.about(), "risk_longest")]

    assert told == [("Dora", "RISK", 19), ("Cem", "RISK", 4)]
    assert rows_of(world.about(owners=frozenset({world.boss.id})), "risk_longest") == []


def test_indicators_are_of_the_latest_day_of_the_last_week(world):
    anna, cem = (plain_of(world, name) for name in ("Anna", "Cem"))
    for customer, day, indicators in (
        (anna, 9, ["low_engagement"]),
        (anna, 8, ["activity_decline"]),  # not the latest
        (cem, 4, ["low_engagement", "social_isolation"]),  # the seventh day back
        (plain_of(world, "Bob"), 3, ["low_engagement"]),  # the eighth
    ):
        DailyMetricsFactory(customer=customer, metric_date=date(2026, 3, day), risk_indicators=indicators)

    told = {row.part: (row.n, row.at_risk, row.looked_at) for row in rows_of(world.about(), "risk_indicators")}

    assert told == {"low_engagement": (2, 1, 2), "social_isolation": (1, 1, 2)}


def plain_of(world, name):
    return next(move.customer for move in plain_moves(world, Period(date(2026, 2, 1), MARCH.end), None, NOW)
                if move.customer.name == name)  # fmt: skip


def test_a_lifecycle_without_tags_has_no_days():
    days = days_of(About(LifecycleFactory(), MARCH, None, NOW))

    assert (days.first, days.last) == ({}, {})


def test_nobody_is_nothing():
    about = World().about()

    assert set(days_of(about).last.values()) == {0}
    assert [rows_of(about, name) for name in ("moves_flow", "risk_entered", "risk_longest", "risk_indicators")] == [
        []
    ] * 4
