"""A move that was taken back never was: no report of what became of customers counts it."""

from datetime import timedelta

import pytest
from django.db import connection

from analytics.queries.cohorts import Asking
from analytics.queries.reports import ask, run
from analytics.queries.survival import durations
from analytics.rules.periods import Period
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.engine.transitions import override_tag
from lifecycle.models import Customer, Rollback, RuleTrust
from tests.factories import LifecycleFactory, StatusTagFactory, TransitionFactory

from .moved import NOW, World, rows_of
from .revenue_world import Accounts, at, contract

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    return World()


def taken_back(world, *moves, when=NOW - DAY):
    """By a rollback of each; the newest."""
    for move in moves:
        made = roll_back(Batch(transition=move), by=world.boss, reason="a mistake", now=when)
    return made


def undone(world, rollback, when):
    return roll_back(Batch(undoes=rollback), by=world.boss, reason="it was right", now=when)


def standing(world, as_of=NOW):
    statement = "SELECT id FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m"
    return {row.id for row in run(statement, owners=None, as_of=as_of, lifecycle=world.lifecycle.id)}


def reversed_(world, as_of=NOW):
    statement = "SELECT move_id FROM tenure_reversals(%(owners)s, %(lifecycle)s, '-infinity', %(as_of)s) AS m"
    return {row.move_id for row in run(statement, owners=None, as_of=as_of, lifecycle=world.lifecycle.id)}


def both(world, *more):
    """What each report says of all moves: do they stand, were they reversed?"""
    return standing(world, *more), reversed_(world, *more)


def test_a_move_stands_again_when_its_rollback_is_undone_and_not_when_that_is(world):
    customer = world.customer()
    first, move = world.moved(customer, NOW - 20 * DAY, "NEW"), world.moved(customer, NOW - 10 * DAY, "RISK")

    made = taken_back(world, move, when=NOW - 3 * DAY)
    again = undone(world, made, NOW - 2 * DAY)
    undone(world, again, NOW - DAY)

    for hours, stands in ((73, True), (72, False), (48, True), (24, False), (0, False)):
        as_of = NOW - timedelta(hours=hours)
        expected = ({first.id, move.id}, set()) if stands else ({first.id}, {move.id})
        assert both(world, as_of) == expected, hours


def test_the_next_move_in_the_lifecycle_puts_back(world):
    customer, elsewhere = world.customer(), StatusTagFactory()
    world.moved(customer, NOW - 20 * DAY, "NEW")
    move = world.moved(customer, NOW - 10 * DAY, "RISK")
    TransitionFactory(
        lifecycle=elsewhere.lifecycle, customer=customer, from_tag=None, to_tag=elsewhere, applied_at=NOW - 9 * DAY
    )
    world.moved(customer, NOW - 8 * DAY, "NEW", rule=False, by=world.boss)

    assert [reversed_(world, NOW - days * DAY) for days in (9, 8)] == [set(), {move.id}]
    assert move.id in standing(world, NOW - 10 * DAY)


def test_only_a_person_s_own_decision_puts_back(world):
    for more in ({"by": world.boss}, {"rule": False}):  # approved, by nobody
        customer = world.customer()
        world.moved(customer, NOW - 20 * DAY, "NEW")
        world.moved(customer, NOW - 10 * DAY, "RISK")
        world.moved(customer, NOW - 8 * DAY, "NEW", **more)

    assert reversed_(world) == set()


@pytest.mark.parametrize("approved", [False, True])
def test_a_put_back_that_was_taken_back_puts_nothing_back(world, approved):
    """Rollback, undoing and undoing of that; the rule's confidence counts the same, at each step."""
    customer = world.customer(facts__first_event_at=NOW - 20 * DAY)
    world.moved(customer, NOW - 20 * DAY, "NEW")
    move = world.moved(customer, NOW - 10 * DAY, "RISK", by=world.boss if approved else None)
    trust = RuleTrust.objects.create(rule=move.rule, approved=int(approved))

    def told(as_of):
        trust.refresh_from_db()
        return reversed_(world, as_of), trust.reverted, trust.approved

    stands, put_back = (set(), 0, int(approved)), ({move.id}, 1, 0)
    assert told(NOW - 6 * DAY) == stands
    back = override_tag(
        customer=customer, to_tag=world.tags["NEW"], seen_tag=world.tags["RISK"], reason="No", by=world.boss,
        now=NOW - 5 * DAY,
    )  # fmt: skip
    assert told(NOW - 4 * DAY) == put_back
    made = taken_back(world, back, when=NOW - 3 * DAY)
    assert told(NOW - 3 * DAY) == stands
    made = undone(world, made, NOW - 2 * DAY)
    assert told(NOW - 2 * DAY) == put_back
    undone(world, made, NOW - DAY)
    assert told(NOW - DAY) == stands
    assert [reversed_(world, NOW - days * DAY) for days in (4, 2)] == [{move.id}, {move.id}]


def test_a_rule_taken_back_over_a_put_back_did_each_of_its_moves_wrong_once(world):
    customer = world.customer(facts__first_event_at=NOW - 20 * DAY)
    world.moved(customer, NOW - 20 * DAY, "NEW", rule=False)
    moves = [world.moved(customer, NOW - 10 * DAY, "RISK")]
    trust = RuleTrust.objects.create(rule=moves[0].rule)
    override_tag(
        customer=customer, to_tag=world.tags["NEW"], seen_tag=world.tags["RISK"], reason="No", by=world.boss,
        now=NOW - 9 * DAY,
    )  # fmt: skip
    moves.append(world.moved(customer, NOW - 8 * DAY, "RISK"))

    made = roll_back(Batch(rule=moves[0].rule), by=world.boss, reason="too strict", now=NOW - 7 * DAY)

    trust.refresh_from_db()
    assert (trust.rolled_back, trust.reverted) == (2, 0)
    assert reversed_(world) == {move.id for move in moves}
    about = world.about(Period((NOW - 30 * DAY).date(), NOW.date()))
    row = next(row for row in rows_of(about, "automation_rules") if row.rule_id == trust.rule_id)
    assert (row.moves, row.taken_back, row.put_back) == (2, 2, 0)

    again = undone(world, made, NOW - 6 * DAY)
    trust.refresh_from_db()
    assert (trust.rolled_back, trust.reverted) == (0, 1)
    undone(world, again, NOW - 5 * DAY)
    trust.refresh_from_db()
    assert (trust.rolled_back, trust.reverted) == (2, 0)


def test_what_a_person_did_is_no_mistake_of_a_rule_when_it_is_taken_back(world):
    move = world.moved(world.customer(), NOW - 10 * DAY, "RISK", rule=False, by=world.boss)

    taken_back(world, move)

    assert both(world) == (set(), set())


def test_who_was_left_alone_when_a_rollback_was_undone_is_still_taken_back(world):
    customers = [world.customer(), world.customer()]
    firsts = {world.moved(one, NOW - 20 * DAY, "NEW").id for one in customers}
    moves = [world.moved(one, NOW - 10 * DAY, "RISK") for one in customers]
    made = roll_back(Batch(rule=world.rules["RISK"]), by=world.boss, reason="too strict", now=NOW - 3 * DAY)
    later = world.moved(customers[1], NOW - 2 * DAY, "GOOD")

    undone(world, made, NOW - DAY)

    assert both(world) == (firsts | {moves[0].id, later.id}, {moves[1].id})


def test_moves_of_another_lifecycle_meanwhile_stand(world):
    """Several moves at one instant are taken back as one; ids between them may be of another lifecycle."""
    customer, other = world.customer(), LifecycleFactory()
    moves = [world.moved(customer, NOW - 10 * DAY, "NEW")]
    tag = StatusTagFactory(lifecycle=other, code="X")
    between = TransitionFactory(lifecycle=other, customer=customer, from_tag=None, to_tag=tag, applied_at=NOW - 9 * DAY)
    moves.append(world.moved(customer, NOW - 10 * DAY, "RISK"))
    roll_back(Batch(rule=world.rules["RISK"]), by=world.boss, reason="too strict", now=NOW - DAY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lifecycle_rolledback SET first_id = %s", [moves[0].id])

    statement = "SELECT id FROM tenure_moves(%(lifecycle)s, %(as_of)s) AS m"
    assert [row.id for row in run(statement, owners=None, as_of=NOW, lifecycle=other.id)] == [between.id]


def test_nobody_churned_by_a_mistake(world):
    customer = world.customer(tier="TRIAL")
    world.moved(customer, NOW - 200 * DAY, "NEW")
    gone = world.moved(customer, NOW - 50 * DAY, "GONE")
    taken_back(world, gone)
    about = {"owners": None, "as_of": NOW, "lifecycle": world.lifecycle.id}

    assert [row.value for row in ask("insight_churn", **about)] == [0]
    assert [row.value for row in ask("insight_idle", **about)] == [0]
    about["as_of"] = NOW - 2 * DAY  # nobody knew it then
    assert [row.value for row in ask("insight_churn", **about)] == [1]


def test_nobody_was_healthy_before_a_mistake():
    accounts = Accounts()
    account = contract(since="2025-01-01", revenue=100)
    accounts.moves(account.customer, ("2025-01-01", "ACTIVE"), ("2026-03-01", "CHURNED"))
    world = World()
    about = {"owners": None, "as_of": NOW}
    assert [row.n for row in ask("health_before_churn", **about)] == [1]

    taken_back(world, account.customer.transitions.order_by("id").last())

    assert ask("health_before_churn", **about) == []


def test_progress_by_a_mistake_is_none(world):
    customer = world.customer()
    world.moved(customer, NOW - 100 * DAY, "NEW")
    taken_back(world, world.moved(customer, NOW - 90 * DAY, "MASTER"), when=NOW - 80 * DAY)
    mistaken = world.customer()
    taken_back(world, world.moved(mistaken, NOW - 100 * DAY, "NEW"), when=NOW - 80 * DAY)

    rows = ask("insight_progress", owners=None, as_of=NOW, lifecycle=world.lifecycle.id)

    assert [(row.customer_id, row.value) for row in rows] == [(customer.id, 0)]


def test_recovery_by_a_mistake_is_none(world):
    back, at_risk_by_mistake = world.customer(), world.customer()
    for customer in (back, at_risk_by_mistake):
        world.moved(customer, NOW - 100 * DAY, "NEW")
    world.moved(back, NOW - 60 * DAY, "RISK")
    taken_back(world, world.moved(back, NOW - 40 * DAY, "GOOD"), when=NOW - 39 * DAY)
    # Taken back after its landmark: that is no recovery, for there was nothing to recover from.
    taken_back(world, world.moved(at_risk_by_mistake, NOW - 60 * DAY, "RISK"), when=NOW - 45 * DAY)

    rows = ask("insight_recovery", owners=None, as_of=NOW, lifecycle=world.lifecycle.id)

    assert [(row.customer_id, row.value) for row in rows] == [(back.id, 0)]


def test_nobody_reached_a_tag_by_a_mistake(world):
    customer = world.customer(facts__first_event_at=NOW - 100 * DAY)
    Customer.objects.update(created_at=NOW - 100 * DAY)
    world.moved(customer, NOW - 90 * DAY, "NEW")
    taken_back(world, world.moved(customer, NOW - 80 * DAY, "MASTER"))

    _, rows = durations(Asking(world.lifecycle, None, NOW), {world.tags["MASTER"].id})

    assert [(row.is_reached, row.customers) for _, own in rows for row in own] == [(False, 1)]


def test_an_account_that_was_closed_by_a_mistake_brought_its_revenue():
    accounts = Accounts()
    account = contract(since="2025-01-01", revenue=1200)
    accounts.moves(account.customer, ("2025-01-01", "ACTIVE"), ("2026-01-20", "CHURNED"))
    move = account.customer.transitions.order_by("id").last()
    about = {
        "owners": None, "as_of": NOW, "basis": "contracts", "unit": "month", "since": at("2026-01-01").date(),
        "until": at("2026-03-01").date(), "split": None,
    }  # fmt: skip

    made = roll_back(Batch(transition=move), by=World().boss, reason="a mistake", now=at("2026-02-03"))

    assert Rollback.objects.get() == made
    assert {row.movement for row in ask("movement_totals", **about)} == {"unchanged", "total"}
