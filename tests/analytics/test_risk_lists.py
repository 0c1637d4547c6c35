"""Who is at risk: who entered, who is in it for longest, what foretold it."""

from datetime import date, timedelta

import pytest

from tests.factories import DailyMetricsFactory, LifecycleFactory, StatusTagFactory, TransitionFactory

from .moved import MARCH, NOW, WHOSE, World, at, back_and_forth, owners, plain_moves, plain_of, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return back_and_forth()


@pytest.mark.parametrize("whose", WHOSE)
def test_names_who_entered_risk_and_where_they_are(world, whose):
    about = world.about(owners=owners(world, whose))

    told = [(row.name, row.from_tag, row.to_tag, row.now_in) for row in rows_of(about, "risk_entered")]

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

    assert [(row.name, row.from_tag, row.now_in) for row in rows] == [("Gil", None, None), ("F-1", None, "GOOD")]
    assert theirs.customer_id == gil.id


def test_the_lists_of_who_is_at_risk_have_an_end():
    world = World()
    for number in range(21):
        world.moved(world.customer(name=f"{number}"), at(2 + number // 5, number % 5), "RISK")

    entered, longest = (
        [int(row.name) for row in rows_of(world.about(), name)] for name in ("risk_entered", "risk_longest")
    )

    assert entered == list(range(20, 0, -1))
    assert longest == list(range(10))


def test_names_who_is_in_a_risk_tag_for_longest(world):
    dora = world.customer(name="Dora")
    world.moved(dora, at(-9), "RISK")

    told = [(row.name, row.tag, row.days) for row in rows_of(world.about(), "risk_longest")]

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
