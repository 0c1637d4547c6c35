"""Where customers were and how they moved, against loops over the rows."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from analytics.admin.status_tags.cards import cards
from analytics.queries import ask
from analytics.queries.status_tags import About, Days, days_of
from analytics.rules.periods import Period
from analytics.rules.stages import goal_of, into_risk, recoveries, working
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.models import Customer
from lifecycle.rules.calendar import end_of
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    DailyMetricsFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
)

from .moved import CATEGORIES, MARCH, NOW, World, at, plain_days, plain_flow, plain_moves, rows_of

pytestmark = pytest.mark.django_db

WHOSE = ("everybody", "portfolio")


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
    world.moved(dan, at(10, 14), "NEW")  # after now
    world.moved(world.customer(owner=world.mia), at(2), "NEW", rule=False)  # by nobody, as its first
    world.moved(cem, at(6), "RISK", by=world.boss)  # approved
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


def test_where_they_are_now_is_where_the_last_move_of_the_lifecycle_led(world):
    fay = world.customer(name="", external_id="F-1")
    gil, owner = world.customer(name="Gil", owner=world.boss), frozenset({world.boss.id})
    for customer in (fay, gil):
        world.moved(customer, at(7), "RISK")  # as its first
    world.moved(fay, at(9), "NEW")
    world.moved(fay, at(9), "GOOD")  # in the same instant
    world.moved(fay, NOW + timedelta(seconds=1), "GONE")
    other = LifecycleFactory()
    tag = StatusTagFactory(lifecycle=other, code="ELSEWHERE")
    TransitionFactory(lifecycle=other, customer=fay, from_tag=None, to_tag=tag, applied_at=at(10))
    world.moved(gil, at(8), None, rule=False, by=world.boss)

    rows = rows_of(world.about(), "risk_entered")[:2]
    (theirs,) = rows_of(world.about(owners=owner), "risk_entered")

    assert [(row.customer, row.from_tag, row.now_in) for row in rows] == [("Gil", None, None), ("F-1", None, "GOOD")]
    assert theirs.customer_id == gil.id


def test_the_lists_of_who_is_at_risk_have_an_end():
    world = World()
    for number in range(21):
        world.moved(world.customer(name=f"{number}"), at(2 + number // 5, number % 5), "RISK")

    entered, longest = (
        [int(row.customer) for row in rows_of(world.about(), name)] for name in ("risk_entered", "risk_longest")
    )

    assert entered == list(range(20, 0, -1))
    assert longest == list(range(10))


def test_names_who_is_in_a_risk_tag_for_longest(world):
    dora = world.customer(name="Dora")
    world.moved(dora, at(-9), "RISK")

    told = [(row.customer, row.tag, row.days) for row in rows_of(world.about(), "risk_longest")]

    assert told == [("Dora", "RISK", 19), ("Cem", "RISK", 4)]
    assert rows_of(world.about(owners=frozenset({world.boss.id})), "risk_longest") == []


def test_how_long_somebody_is_at_risk_is_told_as_of_a_past_instant(world):
    dora, elsewhere = world.customer(name="Dora", owner=world.boss), StatusTagFactory()
    world.moved(dora, at(-9), "RISK")
    TransitionFactory(lifecycle=elsewhere.lifecycle, customer=dora, from_tag=None, to_tag=elsewhere, applied_at=at(2))
    world.moved(dora, at(8), "GOOD")
    owners = frozenset({world.boss.id})

    told = [rows_of(world.about(owners=owners, now=now), "risk_longest")[0].days for now in (at(-9), at(5))]

    assert told == [0, 14]


def test_indicators_are_of_the_latest_day_of_the_last_week(world):
    anna, bob, cem = (plain_of(world, name) for name in ("Anna", "Bob", "Cem"))
    dora = world.customer()
    world.moved(dora, at(-9), "RISK")
    for customer, day, indicators in (
        (anna, 9, ["low_engagement"]),
        (anna, 8, ["activity_decline"]),  # not the latest
        (anna, 11, ["activity_decline"]),  # after now
        (cem, 4, ["low_engagement", "activity_decline"]),  # the seventh day back
        (bob, 9, ["low_engagement"]),  # gone, which is no risk any more
        (bob, 3, ["activity_decline"]),
        (dora, 3, ["low_engagement"]),  # the eighth
    ):
        DailyMetricsFactory(customer=customer, metric_date=date(2026, 3, day), risk_indicators=indicators)

    told = [(row.part, row.n, row.at_risk, row.looked_at) for row in rows_of(world.about(), "risk_indicators")]

    assert told == [("low_engagement", 3, 1, 3), ("activity_decline", 1, 1, 3)]


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


def flow(**moves):
    """``RISK_GOOD=3``: three moves from RISK to GOOD."""
    pairs = ((*name.split("_"), number) for name, number in moves.items())
    return [SimpleNamespace(from_tag=start, to_tag=end, moves=number) for start, end, number in pairs]


def test_cards_tell_how_it_was_before_and_whether_that_is_good():
    counts = {MARCH.before.end: {"NEW": 10, "RISK": 10}, MARCH.end: {"NEW": 12, "MASTER": 4, "RISK": 4}}

    active, mastery, risk, recovery = cards(
        World().about(), Days(NOW, counts), flow(RISK_GOOD=3, RISK_GONE=3), flow(SAVED_NEW=3, RISK_GONE=1, RISK_SAVED=9)
    )

    assert (active.value, active.change, active.is_good) == ("12", "+2 (+20.0%) in 10 days", True)
    assert (mastery.value, mastery.change, mastery.is_good) == ("20.0%", "+20.0 points in 10 days", True)
    assert (risk.value, risk.change, risk.is_good) == ("4", "-6 (-60.0%) in 10 days", True)
    assert (recovery.value, recovery.change, recovery.is_good) == ("50.0%", "Too few to compare with before", None)


def test_the_range_before_is_as_long_and_ends_the_day_before():
    assert MARCH.before == Period(date(2026, 2, 19), date(2026, 2, 28))
    assert Period(MARCH.end, MARCH.end).before == Period(date(2026, 3, 9), date(2026, 3, 9))
