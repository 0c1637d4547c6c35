"""Who was found at risk, how soon, and who recovered, by rule version, against loops over the rows."""

import random
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pytest

from analytics.queries.status_tags import dashboard
from analytics.rules.periods import Period
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.engine.transitions import override_tag
from lifecycle.models import RuleState, Transition
from tests.factories import TransitionRuleFactory

from .moved import NOW, WAITS, WHOSE, World, at, owners, plain_moves, rows_of

pytestmark = pytest.mark.django_db
LATELY = Period(date(2026, 2, 1), date(2026, 3, 10))
WELL, DAY = {"learning", "active"}, timedelta(days=1)


@pytest.fixture(scope="module")
def world(kept):
    """Customers who fall and come back, some by a second version of the rule; people put some back, soon or late."""
    world, dice = World(), random.Random(3)
    first = world.rules["RISK"]
    first.conditions = WAITS
    first.save()
    second = TransitionRuleFactory(
        lifecycle=world.lifecycle,
        key=first.key,
        version=2,
        to_tag=first.to_tag,
        conditions=WAITS,
        name=first.name,
        state=RuleState.SHADOW,
    )
    for number in range(120):
        world.rules["RISK"] = first if number % 3 else second
        world.wandered(world.customer(owner=world.mia if number % 2 else None), dice)
    world.rules["RISK"] = first
    return world


def each_customers(moves):
    told = {}
    for move in sorted(moves, key=lambda one: (one.applied_at, one.id)):
        told.setdefault(move.customer_id, []).append(move)
    return told.values()


def put_backs(moves):
    """(what was put back, what put it back)."""
    found = [
        (was.id, back.id)
        for theirs in each_customers(moves)
        for was, back in pairwise(theirs)
        if was.rule and back.by_id and not back.rule
        and was.from_tag and (was.from_tag, was.to_tag) == (back.to_tag, back.from_tag)
        and back.applied_at - was.applied_at <= 14 * DAY
    ]  # fmt: skip
    return {was for was, _ in found}, {back for _, back in found}


def is_risk(tag):
    return tag is not None and tag.category == "risk"


def plain_risk(world, whose):
    """By rule (and ``None``: by all): days late, and of each customer whether it came out well."""
    everything = plain_moves(world, Period(date(2025, 1, 1), date(2027, 1, 1)), whose, NOW)
    wrong, _ = put_backs(everything)
    late, well = {}, {}
    for theirs in each_customers(everything):
        for number, move in enumerate(theirs):
            is_found = move.rule and is_risk(move.to_tag) and not is_risk(move.from_tag)
            if not is_found or not LATELY.start <= move.applied_at.date() <= LATELY.end:
                continue
            out = [one for one in theirs[number + 1 :] if not is_risk(one.to_tag) and one.id not in wrong]
            for rule in (move.rule_id, None):
                days = move.evidence["days_since_login"] - 5 if move.rule.conditions == WAITS else -1
                late.setdefault(rule, []).extend([days] if days >= 0 else [])
                if move.id not in wrong:
                    well.setdefault(rule, {})[move.customer_id] = bool(out) and out[0].to_tag.category in WELL
    return {
        rule: (len(late[rule]), median(late[rule]) if late[rule] else None, len(well.get(rule, {})),
               sum(well.get(rule, {}).values()))
        for rule in late
    }  # fmt: skip


@pytest.mark.parametrize("whose", WHOSE)
def test_each_version_tells_how_soon_it_found_customers_and_how_many_recovered(world, whose):
    about = world.about(LATELY, owners=owners(world, whose))

    rows = rows_of(about, "automation_risk")
    told = {row.rule_id: (row.late_n, row.late_days, row.customers, row.recovered) for row in rows}

    plain = plain_risk(world, about.owners)
    assert told == plain
    assert len(told) == 4  # two versions, the rule of the other tag of risk, all
    assert min(recovered for _, _, _, recovered in told.values()) > 0


@pytest.mark.parametrize("whose", WHOSE)
def test_moves_out_of_risk_are_those_that_nobody_put_back_and_that_put_nothing_back(world, whose):
    about = world.about(LATELY, owners=owners(world, whose))

    [told] = rows_of(about, "risk_left")

    wrong, backs = put_backs(Transition.objects.select_related("rule", "from_tag", "to_tag"))
    left = [
        move.to_tag.category in WELL
        for move in plain_moves(world, LATELY, about.owners, NOW)
        if is_risk(move.from_tag) and not is_risk(move.to_tag) and move.id not in wrong | backs
    ]
    assert (told.left_risk, told.recovered) == (len(left), sum(left))
    assert len([one for one in backs if is_risk(Transition.objects.get(id=one).from_tag)]) > 3


def one_found(world):
    customer = world.customer()
    world.moved(customer, at(-20), "NEW")
    return world.moved(customer, at(1), "RISK")


def put_back(world, move, when):
    return override_tag(
        customer=move.customer, to_tag=move.from_tag, seen_tag=move.to_tag, reason="a mistake", by=world.boss, now=when
    )


@pytest.mark.parametrize(("days", "recovered"), [(14, (0, 0, 0, 0)), (15, (1, 1, 1, 1))])
def test_a_false_alarm_is_no_recovery(days, recovered):
    world = World()
    move, now = one_found(world), at(1) + 16 * DAY
    put_back(world, move, at(1) + days * DAY)

    about = world.about(Period(LATELY.start, now.date()), now=now)

    [left], [found, *_] = rows_of(about, "risk_left"), rows_of(about, "automation_risk")
    assert (found.customers, found.recovered, left.left_risk, left.recovered) == recovered


def test_what_was_taken_back_found_nobody_at_risk():
    world = World()
    move = one_found(world)

    roll_back(Batch(transition=move), by=world.boss, reason="a wrong threshold", now=at(3))

    [found, _] = rows_of(world.about(), "automation_risk")
    assert (found.customers, found.recovered) == (0, 0)


def test_who_came_out_to_elsewhere_did_not_recover_by_coming_back_later():
    world = World()
    move = one_found(world)
    world.moved(move.customer, at(3), "GONE")
    world.moved(move.customer, at(5), "GOOD")

    [found, _] = rows_of(world.about(), "automation_risk")

    assert (found.customers, found.recovered) == (1, 0)


def test_the_api_says_of_how_many_its_medians_are():
    world = World()
    world.rules["RISK"].conditions = WAITS
    world.rules["RISK"].save()
    customer = world.customer()
    world.moved(customer, at(1), "NEW")
    world.moved(customer, at(4), "RISK", evidence={"days_since_login": 7})

    did = dashboard(world.about(), today=Period(NOW.date(), NOW.date()))["automation_effectiveness"]

    assert (did["median_days_to_detect"], did["days_to_detect_n"]) == (2, 1)
    assert (did["median_days_silent"], did["days_silent_n"]) == (None, 0)
    assert (did["median_review_hours"], did["review_hours_n"]) == (None, 0)
