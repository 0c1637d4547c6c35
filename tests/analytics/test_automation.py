"""What automation did and whether it was right, against loops over the rows."""

from datetime import date, timedelta
from statistics import median

import pytest
from django.core.cache import cache

from analytics.queries.status_tags import effect_of_all
from analytics.rules.periods import Period
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.engine.transitions import override_tag
from lifecycle.models import Recommendation, RecommendationState, Rollback
from tests.factories import EventFactory, RecommendationFactory

from .moved import MARCH, NOW, World, at, plain_moves, rows_of

pytestmark = pytest.mark.django_db
FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))
APPROVED, REJECTED = RecommendationState.APPROVED, RecommendationState.REJECTED


@pytest.fixture
def world():
    """Moves by rules, alone and approved, in February, so that their 14 days may be over."""
    world = World()
    for number, owner in enumerate((world.mia, None, world.mia, None)):
        customer = world.customer(owner=owner, name=f"customer {number}")
        world.moved(customer, at(-20 + number), "NEW")
        world.moved(customer, at(-10 + number), "RISK", by=world.boss if number == 1 else None)
    return world


def put_back(world, customer, to, when):
    """A person moves a customer by hand."""
    tag = world.tags[to]
    seen = customer.statuses.get(lifecycle=world.lifecycle).tag
    return override_tag(customer=customer, to_tag=tag, seen_tag=seen, reason="a mistake", by=world.boss, now=when)


def decided(world, rule, state, created, after, **more):
    return RecommendationFactory(
        lifecycle=world.lifecycle, rule=world.rules[rule], state=state, created_at=created,
        decided_at=created + after, decided_by=world.boss, **more,
    )  # fmt: skip


def told(about):
    """The rows by name of the rule; ``None``: all."""
    return {row.name: row for row in rows_of(about, "automation_rules")}


def plain_rules(world, period, owners):
    """(moves, by rules alone) by rule."""
    counts = {}
    for move in plain_moves(world, period, owners, NOW):
        for name in (move.rule.name, None) if move.rule else ():
            every, alone = counts.get(name, (0, 0))
            counts[name] = (every + 1, alone + (move.by_id is None))
    return counts


@pytest.mark.parametrize("whose", ["everybody", "portfolio"])
def test_counts_what_each_rule_moved(world, whose):
    world.moved(world.customer(owner=world.mia), at(-5), "NEW", rule=False, by=world.boss)
    world.moved(world.customer(), at(-5), "GOOD")
    world.moved(world.customer(), at(1, 0), "GOOD")  # at the midnight with which March begins
    about = world.about(FEBRUARY, owners=None if whose == "everybody" else frozenset({world.mia.id}))
    expected = plain_rules(world, FEBRUARY, about.owners)

    rows = told(about)

    assert {name: (row.moves, row.automatic) for name, row in rows.items()} == expected
    assert list(rows) == sorted(expected, key=lambda name: (name is not None, -expected[name][0], name))
    assert effect_of_all(rows.values()).automatic_share == pytest.approx(800 / 9 if whose == "everybody" else 100)


def moves_of(world, to="RISK"):
    return [move for move in plain_moves(world, FEBRUARY, None, NOW) if move.to_tag.code == to]


@pytest.mark.parametrize(
    ("days", "is_counted"), [(timedelta(0), True), (timedelta(14), True), (timedelta(14, microseconds=1), False)]
)
def test_a_move_that_a_person_puts_back_within_14_days_did_not_stand(world, days, is_counted):
    move = moves_of(world)[0]

    put_back(world, move.customer, "NEW", move.applied_at + days)

    assert told(world.about(FEBRUARY))[move.rule.name].put_back == is_counted


def test_a_move_by_hand_to_elsewhere_puts_nothing_back(world):
    move = moves_of(world)[0]

    put_back(world, move.customer, "GOOD", move.applied_at + timedelta(days=1))

    assert told(world.about(FEBRUARY))[move.rule.name].put_back == 0


def test_what_a_person_did_and_a_person_put_back_is_no_mistake_of_a_rule(world):
    customer = world.customer()
    world.moved(customer, at(-9), "NEW", rule=False, by=world.boss)
    world.moved(customer, at(-8), "RISK", rule=False, by=world.boss)
    put_back(world, customer, "NEW", at(-7))

    assert effect_of_all(told(world.about(FEBRUARY)).values()).reversed == 0


def test_what_is_taken_back_did_not_stand_until_that_is_undone(world):
    move = moves_of(world)[2]
    before = told(world.about(FEBRUARY))[move.rule.name]

    roll_back(Batch(transition=move), by=world.boss, reason="a wrong threshold", now=at(6))
    cache.clear()
    back = told(world.about(FEBRUARY))[move.rule.name]
    roll_back(Batch(undoes=Rollback.objects.get()), by=world.boss, reason="it was right", now=at(7))
    cache.clear()
    again = told(world.about(FEBRUARY))[move.rule.name]

    assert [row.taken_back for row in (before, back, again)] == [0, 1, 0]
    assert {row.moves for row in (before, back, again)} == {4}  # taking back is no move of a rule, nor a second one
    assert told(world.about(FEBRUARY, now=at(6, 8)))[move.rule.name].taken_back == 0  # as of before


def test_a_whole_rule_that_is_taken_back_counts_each_move_once(world):
    rule = world.rules["RISK"]

    roll_back(Batch(rule=rule), by=world.boss, reason="a wrong threshold", now=at(6))

    assert (told(world.about(FEBRUARY))[rule.name].taken_back, told(world.about(FEBRUARY))[rule.name].put_back) == (
        4,
        0,
    )


def test_moves_younger_than_14_days_are_not_settled(world):
    now = at(5)

    row = told(world.about(FEBRUARY, now=now))[world.rules["RISK"].name]

    assert row.young == sum(move.applied_at > now - timedelta(days=14) for move in moves_of(world)) == 2

    put_back(world, moves_of(world)[3].customer, "NEW", at(4))
    cache.clear()
    assert told(world.about(FEBRUARY, now=now))[world.rules["RISK"].name].young == 1


@pytest.mark.parametrize("whose", ["everybody", "portfolio"])
def test_reviews_are_those_that_people_decided_in_the_range(world, whose):
    mine = world.customer(owner=world.mia)
    decided(world, "RISK", APPROVED, at(-1), timedelta(hours=1), customer=mine)
    decided(world, "RISK", REJECTED, at(-1), timedelta(hours=4), customer=mine)
    decided(world, "RISK", REJECTED, at(-2), timedelta(hours=9))
    decided(world, "GOOD", APPROVED, at(-3), timedelta(hours=30))
    decided(world, "RISK", REJECTED, at(-1), timedelta(0))  # by a rollback
    decided(world, "RISK", RecommendationState.SUPERSEDED, at(-1), timedelta(hours=2))
    decided(world, "RISK", APPROVED, at(-1), timedelta(days=3))  # in March
    for day in (-28, 0):  # at the midnights with which February and March begin
        decided(world, "RISK", APPROVED, at(day), timedelta(hours=15))
    decided(World(), "RISK", APPROVED, at(-1), timedelta(hours=7), customer=mine)  # in another lifecycle
    RecommendationFactory(lifecycle=world.lifecycle, rule=world.rules["RISK"], created_at=at(-1))
    owners = None if whose == "everybody" else {world.mia.id}

    rows = told(world.about(FEBRUARY, owners=owners))

    plain = [
        one
        for one in Recommendation.objects.select_related("rule", "customer")
        if one.state in {APPROVED, REJECTED} and one.decided_at > one.created_at and one.lifecycle == world.lifecycle
        and FEBRUARY.start <= one.decided_at.date() <= FEBRUARY.end
        and (owners is None or one.customer.owner_id in owners)
    ]  # fmt: skip
    for name in {one.rule.name for one in plain} | {None}:
        theirs = [one for one in plain if name in {None, one.rule.name}]
        assert rows[name].approved == sum(one.state == APPROVED for one in theirs)
        assert rows[name].rejected == sum(one.state == REJECTED for one in theirs)
        hours = median((one.decided_at - one.created_at).total_seconds() / 3600 for one in theirs)
        assert float(rows[name].hours) == pytest.approx(hours)


def test_a_person_is_timed_from_when_there_was_something_to_decide(world):
    replayed = {"evaluation__started_at": at(-3)}  # of what happened years ago
    decided(world, "RISK", APPROVED, at(-4000), timedelta(days=3999), **replayed)  # two days after the replay
    decided(world, "RISK", APPROVED, at(-2), timedelta(hours=1), evaluation__started_at=at(-1))  # not known when
    decided(world, "RISK", APPROVED, at(-3), timedelta(hours=48), evaluation__started_at=at(-9))  # a long evaluation

    row = told(world.about(FEBRUARY))[world.rules["RISK"].name]

    assert (row.approved, row.timed, float(row.hours)) == (3, 2, 48)


def test_what_is_decided_later_is_not_known_yet(world):
    decided(world, "RISK", APPROVED, at(-2), timedelta(hours=1))
    decided(world, "RISK", APPROVED, at(-2), timedelta(hours=3))

    rows = told(world.about(FEBRUARY, now=at(-2) + timedelta(hours=2)))

    assert (rows[None].approved, rows[None].hours) == (1, 1)


@pytest.mark.parametrize("whose", ["everybody", "portfolio"])
def test_days_tell_who_moved_customers_and_what_stood(world, whose):
    owners = None if whose == "everybody" else {world.mia.id}
    move = moves_of(world)[2]
    put_back(world, move.customer, "NEW", at(-6))
    nobody_s = world.customer(owner=world.mia)
    world.moved(
        nobody_s, at(-6, 23), "NEW", rule=False
    )  # by nobody: neither a rule nor a person, as when a tag was set up
    about = world.about(FEBRUARY, owners=owners)

    rows = {
        row.day: (row.automatic, row.approved, row.by_hand, row.reversed) for row in rows_of(about, "automation_days")
    }

    plain = {}
    for one in plain_moves(world, FEBRUARY, owners, NOW):
        kind = (1 if one.by_id else 0) if one.rule else 2
        counts = plain.setdefault(one.applied_at.date(), [0, 0, 0, 0])
        counts[kind] += one.rule is not None or one.by_id is not None
        counts[3] += one.id == move.id
    assert rows == {day: tuple(counts) for day, counts in plain.items()}


def test_nobody_is_nothing():
    about = World().about()

    did = effect_of_all(rows_of(about, "automation_rules"))
    found = rows_of(about, "risk_detection")[0]

    assert (did.moves, did.automatic_share, did.reversal_rate, did.rejection_rate, did.review_hours) == (0, *[None] * 4)
    assert (found.entered, found.late_days, found.silent_days) == (0, None, None)


def waits(days, *more):
    return {"all": [{"metric": "days_since_login", "operator": ">=", "value": days}, *more]}


@pytest.mark.parametrize(
    ("conditions", "evidence", "late"),
    [
        (waits(5), {"days_since_login": 7}, 2),
        (waits(5), {"days_since_login": 5}, 0),
        (waits(5), {"days_since_login": 8}, 3),
        (waits(5), {"days_since_login": 9}, 4),
        (waits(5, {"any": [waits(2)]}), {"days_since_login": 7}, 2),  # the least: all had to hold
        (
            {"any": [*waits(5)["all"], {"metric": "days_since_order", "operator": ">=", "value": 60}]},
            {"days_since_login": 7, "days_since_order": 3},
            2,  # the other has yet to hold
        ),
        ({"all": [{"metric": "order_count", "operator": ">=", "value": 1}]}, {"order_count": 3}, None),
        ({"all": [{"metric": "days_since_login", "operator": "<=", "value": 9}]}, {"days_since_login": 9}, None),
        (waits(5), {}, None),
    ],
)
def test_detection_is_late_by_what_the_rule_did_not_ask_for(conditions, evidence, late):
    world = World()
    world.rules["RISK"].conditions = conditions
    world.rules["RISK"].save()
    customer = world.customer()
    world.moved(customer, at(1), "NEW")
    world.moved(customer, at(4), "RISK", evidence=evidence)

    found = rows_of(world.about(), "risk_detection")[0]

    assert (found.entered, found.late_n, found.late_days) == (1, int(late is not None), late)
    assert found.within_3_days == (late is not None and late <= 3)


@pytest.mark.parametrize("whose", ["everybody", "portfolio"])
def test_silence_lasts_from_the_last_event_to_the_move(world, whose):
    events = {}
    for number, move in enumerate(moves_of(world)[:3]):
        events[move.id] = move.applied_at - timedelta(days=3 * number)
        EventFactory(customer=move.customer, occurred_at=events[move.id])
        EventFactory(customer=move.customer, occurred_at=events[move.id] - timedelta(days=9))
        EventFactory(customer=move.customer, occurred_at=move.applied_at + timedelta(hours=1))
    owners = None if whose == "everybody" else {world.mia.id}

    found = rows_of(world.about(FEBRUARY, owners=owners), "risk_detection")[0]

    theirs = [move for move in moves_of(world) if owners is None or move.customer.owner_id in owners]
    silent = [(move.applied_at - events[move.id]).total_seconds() / 86400 for move in theirs if move.id in events]
    assert (found.entered, found.silent_n) == (len(theirs), len(silent))
    assert float(found.silent_days) == pytest.approx(median(silent))


def test_what_is_detected_is_who_was_not_at_risk_before(world):
    world.moved(moves_of(world)[0].customer, at(3), "SAVED")
    assert rows_of(world.about(MARCH), "risk_detection")[0].entered == 0

    world.moved(world.customer(), at(4), "RISK")  # as its first
    cache.clear()

    assert rows_of(world.about(MARCH), "risk_detection")[0].entered == 1
