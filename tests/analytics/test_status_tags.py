"""Where customers were and how they moved, against loops over the rows."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from analytics.admin.status_tags.cards import cards
from analytics.queries import ask
from analytics.queries.status_tags import About, Days, days_of
from analytics.rules.periods import Period
from analytics.rules.stages import goal_of, into_risk, working
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.models import Customer
from lifecycle.rules.calendar import end_of
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
)

from .moved import (
    CATEGORIES,
    MARCH,
    NOW,
    WHOSE,
    World,
    at,
    back_and_forth,
    owners,
    plain_days,
    plain_flow,
    plain_moves,
    plain_of,
    rows_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(kept):
    return back_and_forth()


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
    codes = [None, *CATEGORIES]
    assert list(told) == sorted(told, key=lambda pair: [codes.index(code) for code in pair])
    assert (told[("NEW", "RISK")], told[("SAVED", "GOOD")]) == ((3, 2), (1, 0))


@pytest.mark.parametrize("whose", WHOSE)
def test_tells_past_days_as_they_were_though_moves_were_taken_back_since(world, whose):
    wrong = world.moved(plain_of(world, "Anna"), at(9), "GONE")
    roll_back(Batch(transition=wrong), by=world.boss, reason="a wrong threshold", now=at(10, 8))
    about = world.about(owners=owners(world, whose))
    plain = plain_days(world, MARCH, about.owners, NOW)

    told = {
        day: {
            row.part: row.n
            for row in ask(
                "tag_customers", owners=about.owners, as_of=min(end_of(day), NOW), lifecycle=world.lifecycle.id
            )
        }
        for day in plain
    }

    assert told == plain
    assert [told[date(2026, 3, day)]["GOOD"] for day in (8, 9, 10)] == [1, 0, 1]
    days = days_of(about).counts
    assert {day: days[day] for day in plain} == plain


def test_who_came_in_the_range_and_began_in_a_tag_was_nowhere_before(world):
    """Created, or known by an event, or moved first; what was imported was there before it was created."""
    tags = {tag.code: tag for tag in world.lifecycle.tags.all()}
    for created, first_event, moved in (
        (at(4), None, None), (at(6), at(5), None), (at(6), at(-9), None), (at(7), None, at(2)), (at(9), None, at(9)),
        (at(4, 0), None, None), (at(10, 13), None, None),
    ):  # fmt: skip
        customer = CustomerFactory(owner=world.mia, facts__first_event_at=first_event)
        Customer.objects.filter(id=customer.id).update(created_at=created)
        about = {"customer": customer, "lifecycle": world.lifecycle}
        CustomerStatusFactory(**about, tag=tags["RISK" if moved else "NEW"], entered_at=moved)
        if moved:
            TransitionFactory(**about, from_tag=tags["NEW"], to_tag=tags["RISK"], applied_at=moved)

    for owners_of in (None, frozenset({world.mia.id})):
        days = days_of(world.about(owners=owners_of)).counts

        assert days == {
            day: {row.part: row.n for row in ask(
                "tag_customers", owners=owners_of, as_of=min(end_of(day), NOW), lifecycle=world.lifecycle.id
            )}
            for day in days
        }  # fmt: skip


@pytest.mark.parametrize("whose", ["everybody", "mia"])
def test_what_came_after_the_instant_of_the_question_is_not_there_yet(world, whose):
    def told(hour):
        cache.clear()
        return days_of(world.about(owners=owners(world, whose), now=at(10, hour))).counts

    before = told(9), told(12)
    early = world.customer(owner=world.mia, created_at=at(2))
    world.moved(early, at(10, 10), "RISK")
    began = CustomerFactory(owner=world.mia, created_at=at(10, 11))
    CustomerStatusFactory(customer=began, lifecycle=world.lifecycle, tag=world.tags["GOOD"])

    assert told(9) == before[0]
    more = {tag: n - before[1][MARCH.end][tag] for tag, n in told(12)[MARCH.end].items()}
    assert {tag: n for tag, n in more.items() if n} == {"RISK": 1, "GOOD": 1}


def test_tags_stand_in_their_order():
    world = World()
    shown = [*list(CATEGORIES)[2:], "NEW", "GOOD"]
    for position, code in enumerate(shown):
        world.lifecycle.tags.filter(code=code).update(position=position)

    rows = ask("tag_customers", owners=None, as_of=NOW, lifecycle=world.lifecycle.id)

    assert [row.part for row in rows] == shown
    assert list(days_of(world.about()).last) == shown


def test_who_started_in_a_tag_was_there_before_the_first_move(world):
    eva = world.customer()
    eva.statuses.update(tag=world.tags["NEW"])  # an initial tag: no move led to it
    before = ask("tag_customers", owners=None, as_of=at(2), lifecycle=world.lifecycle.id)

    world.moved(eva, at(4), "GOOD")

    assert ask("tag_customers", owners=None, as_of=at(2), lifecycle=world.lifecycle.id) == before


def test_who_started_in_a_tag_is_in_it_since_the_creation():
    world = World()
    eva = world.customer(facts__first_event_at=None)
    Customer.objects.filter(id=eva.id).update(created_at=at(2))
    eva.statuses.update(tag=world.tags["NEW"])

    told = [
        sum(row.n for row in ask("tag_customers", owners=None, as_of=as_of, lifecycle=world.lifecycle.id))
        for as_of in (at(2) - timedelta(microseconds=1), at(2))
    ]

    assert told == [0, 1]


def test_a_move_that_takes_another_back_is_no_recovery(world):
    about = world.about()
    [before] = rows_of(about, "risk_left")
    cem = world.lifecycle.tags.get(code="RISK")
    wrong = plain_moves(world, MARCH, None, NOW)[-1]
    assert wrong.to_tag == cem

    roll_back(Batch(transition=wrong), by=world.boss, reason="a wrong threshold", now=NOW)
    cache.clear()

    assert rows_of(about, "risk_left") == [before]


def test_recoveries_are_moves_out_of_risk_to_where_customers_do_well(world):
    about = world.about()
    flow = rows_of(about, "moves_flow")

    # Anna twice (from RISK, from SAVED); Bob left risk for GONE; RISK to SAVED stays in risk.
    [left] = rows_of(about, "risk_left")
    assert (left.recovered, left.left_risk) == (2, 3)
    assert into_risk(flow, about.tags) == 3


def test_stages_are_told_by_category_and_order(world):
    assert goal_of(world.about().tags) == {"MASTER"}
    assert working(world.about().tags) == {"NEW", "GOOD"}


def test_a_lifecycle_without_learning_has_no_goal():
    tags = [StatusTagFactory.build(code=code, category=kind, lifecycle=None) for code, kind in
            (("A", "prospect"), ("B", "active"), ("C", "active"))]  # fmt: skip

    assert goal_of(tags) == frozenset()
    assert working(tags) == {"B", "C"}


def test_a_lifecycle_without_tags_has_no_days():
    days = days_of(About(LifecycleFactory(), MARCH, None, NOW))

    assert (days.first, days.last) == ({}, {})


def test_nobody_is_nothing():
    about = World().about()

    assert set(days_of(about).last.values()) == {0}
    assert [rows_of(about, name) for name in ("moves_flow", "risk_entered", "risk_longest", "risk_indicators")] == [
        []
    ] * 4


def test_cards_tell_how_it_was_before_and_whether_that_is_good():
    counts = {MARCH.before.end: {"NEW": 10, "RISK": 10}, MARCH.end: {"NEW": 12, "MASTER": 4, "RISK": 4}}

    world = World()
    for day, to, number in ((3, "GOOD", 3), (4, "GONE", 3), (-2, "NEW", 3), (-3, "GONE", 1), (-4, "SAVED", 2)):
        for _ in range(number):
            customer = world.customer()
            world.moved(customer, at(-20), "RISK")
            world.moved(customer, at(day), to)

    active, mastery, risk, recovery = cards(world.about(), Days(NOW, counts))

    assert (active.value, active.change, active.is_good) == ("12", "+2 (+20.0%) in 10 days", True)
    assert (mastery.value, mastery.change, mastery.is_good) == ("20.0%", "+20.0 points in 10 days", True)
    assert (risk.value, risk.change, risk.is_good) == ("4", "−6 (−60.0%) in 10 days", True)
    assert (recovery.value, recovery.change, recovery.is_good) == ("50.0%", "Too few to compare with before", None)


def test_the_range_before_is_as_long_and_ends_the_day_before():
    assert MARCH.before == Period(date(2026, 2, 19), date(2026, 2, 28))
    assert Period(MARCH.end, MARCH.end).before == Period(date(2026, 3, 9), date(2026, 3, 9))
