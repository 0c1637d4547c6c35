"""Runs that are due come to one worker, with a token and a lease."""

from datetime import timedelta

import pytest

from campaigns.engine.claim import LEASE, Ending, claim, complete
from campaigns.models import CampaignState, RunState, StepRun
from tests.factories import StepRunFactory
from tests.factories.campaigns import THEN

pytestmark = pytest.mark.django_db
NOW = THEN + timedelta(hours=2)


def claimed(**options):
    return claim(**{"kind": "wait", "now": NOW, "most": 10} | options)


def test_what_is_due_comes_with_a_token_a_lease_and_a_counted_attempt():
    run = StepRunFactory()

    mine = claimed()

    run.refresh_from_db()
    assert mine.runs == (run.id,)
    assert mine.customers == (run.customer_id,)
    assert (run.state, run.token, run.lease_until, run.attempts) == (RunState.LEASED, mine.token, NOW + LEASE, 1)


def test_what_is_not_due_yet_is_left_to_wait():
    StepRunFactory(due_at=NOW + timedelta(microseconds=1))

    assert claimed().runs == ()


@pytest.mark.parametrize("state", [state for state in RunState if state != RunState.WAITING])
def test_only_what_waits_is_taken(state):
    StepRunFactory(state=state)

    assert claimed().runs == ()


def test_other_kinds_and_other_customers_are_left_out():
    email, wait, other = StepRunFactory(kind="email"), StepRunFactory(), StepRunFactory()

    assert claimed(customers=[wait.customer_id, email.customer_id]).runs == (wait.id,)
    assert claimed().runs == (other.id,)


def test_those_due_longest_come_first():
    late, later = (StepRunFactory(due_at=THEN + timedelta(minutes=minutes)) for minutes in (7, 3))

    assert claimed(most=1).runs == (later.id,)
    assert claimed(most=1).runs == (late.id,)
    assert claimed(most=1).runs == ()


def test_one_that_was_taken_before_is_taken_alone_when_its_turn_comes():
    again = [StepRunFactory(attempts=1, due_at=THEN + timedelta(minutes=n)) for n in (3, 5)]
    fresh = [StepRunFactory(due_at=THEN + timedelta(minutes=n)) for n in (2, 4, 6)]

    assert set(claimed().runs) == {run.id for run in fresh}
    assert claimed().runs == (again[0].id,)
    assert claimed().runs == (again[1].id,)


def test_one_that_was_taken_before_does_not_starve_while_new_ones_come_all_the_time():
    again = StepRunFactory(attempts=1, due_at=THEN)
    for minute in range(2, 9):
        StepRunFactory(due_at=THEN + timedelta(minutes=minute))

    assert claimed(most=2).runs == (again.id,)


def test_runs_of_a_paused_campaign_freeze_and_their_attempt_does_not_count():
    run = StepRunFactory(enrollment__version__campaign__state=CampaignState.PAUSED)

    mine = claimed()

    run.refresh_from_db()
    assert mine.runs == ()
    assert (run.state, run.attempts, run.token, run.lease_until) == (RunState.FROZEN, 0, None, None)


def test_who_has_lost_the_token_writes_nothing():
    run = StepRunFactory()
    mine = claimed()
    StepRun.objects.filter(id=run.id).update(state=RunState.WAITING, token=None)
    theirs = claimed()

    assert complete(token=mine.token, endings=[Ending(run.id, RunState.DONE)], now=NOW) == 0
    assert complete(token=theirs.token, endings=[Ending(run.id, RunState.DONE)], now=NOW) == 1
    assert complete(token=theirs.token, endings=[Ending(run.id, RunState.FAILED)], now=NOW) == 0


def test_a_reason_that_is_too_long_is_cut():
    run = StepRunFactory()
    mine = claimed()

    complete(token=mine.token, endings=[Ending(run.id, RunState.FAILED, reason="because " * 100)], now=NOW)

    run.refresh_from_db()
    assert run.reason == ("because " * 100)[:200]
