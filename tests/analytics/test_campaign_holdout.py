"""Treated against held out: intention to treat, the first enrollment, goals after chance has decided."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.queries import ask
from analytics.queries.campaigns import results
from analytics.rules.periods import Period
from tests.factories import CampaignVersionFactory, CustomerFactory, EnrollmentFactory, StepRunFactory
from tests.factories.campaigns import DEFINITION

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
ENTERED = datetime(2026, 3, 10, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
PERIOD = Period(SINCE.date(), NOW.date())
HOUR = timedelta(hours=1)
STEP = {"key": "chance", "kind": "holdout", "after": {"hours": 1}, "share": 25}
INSIDE = {**DEFINITION, "steps": [{"key": "path", "kind": "branch", "after": {}, "paths": {"yes": [STEP], "no": []}}]}


@pytest.fixture
def version():
    return CampaignVersionFactory(definition={**DEFINITION, "holdout": 20})


def enter(version, *, is_out=False, converted=None, entered=ENTERED, **more):
    ended = {"state": "exited", "ended_at": entered, "end_reason": "holdout"} if is_out else {}
    return EnrollmentFactory(version=version, entered_at=entered, converted_at=converted, **{**ended, **more})


def at_step(enrollment, *, is_out, done_at):
    StepRunFactory(
        enrollment=enrollment, step="chance", kind="holdout", state="done", done_at=done_at,
        reason="holdout" if is_out else "",
    )  # fmt: skip
    if is_out:
        enrollment.end_reason, enrollment.ended_at, enrollment.state = "holdout", done_at, "exited"
        enrollment.save()


def arms(as_of=NOW, owners=None):
    rows = ask("campaign_arms", owners=owners, as_of=as_of, since=SINCE, until=UNTIL, campaign=None)
    return [
        (row.step, row.share, row.treated, row.treated_converted, row.held_out, row.held_out_converted) for row in rows
    ]


def test_chance_at_entry_parts_treated_and_held_out(version):
    enter(version, converted=ENTERED + HOUR)
    enter(version)
    enter(version, state="exited", ended_at=NOW, end_reason="by_hand")  # was to be treated, so it counts
    enter(version, is_out=True, converted=ENTERED + 5 * HOUR)
    enter(version, is_out=True)

    assert arms() == [("", 20, 3, 1, 2, 1)]


def test_a_version_that_holds_nobody_out_compares_nothing():
    enter(CampaignVersionFactory(), converted=NOW)

    assert arms() == []


def test_shares_that_changed_are_compared_apart(version):
    later = CampaignVersionFactory(campaign=version.campaign, definition={**DEFINITION, "holdout": 50}, state="retired")
    for one in (version, later):
        enter(one)
        enter(one, is_out=True)

    assert arms() == [("", 20, 1, 0, 1, 0), ("", 50, 1, 0, 1, 0)]


def test_the_first_enrollment_of_a_customer_counts(version):
    customer = CustomerFactory()
    enter(version, customer=customer)
    enter(version, customer=customer, entered=ENTERED + HOUR, converted=ENTERED + 2 * HOUR)

    assert arms() == [("", 20, 1, 0, 0, 0)]


def test_who_entered_first_before_the_period_does_not_count(version):
    customer = CustomerFactory()
    enter(version, customer=customer, entered=SINCE - HOUR)
    enter(version, customer=customer)

    assert arms() == []


def test_a_goal_after_the_instant_has_not_been_reached(version):
    enter(version, converted=NOW)
    enter(version, is_out=True, converted=NOW + HOUR)

    assert arms() == [("", 20, 1, 1, 1, 0)]
    assert arms(as_of=NOW - HOUR) == [("", 20, 1, 0, 1, 0)]


def test_a_step_holds_out_those_who_came_to_it():
    version = CampaignVersionFactory(definition=INSIDE)
    decided = ENTERED + HOUR
    for is_out, converted in ((False, decided + HOUR), (False, None), (True, decided + HOUR), (True, None)):
        at_step(enter(version, converted=converted), is_out=is_out, done_at=decided)
    enter(version, converted=decided)  # never came to the step

    assert arms() == [("chance", 25, 2, 1, 2, 1)]


def test_what_chance_decides_later_is_not_known_yet():
    version = CampaignVersionFactory(definition=INSIDE)
    at_step(enter(version), is_out=False, done_at=ENTERED + HOUR)
    at_step(enter(version), is_out=True, done_at=ENTERED + 2 * HOUR)

    assert arms(as_of=ENTERED + HOUR) == [("chance", 25, 1, 0, 0, 0)]


def test_a_goal_before_the_step_is_no_effect_of_it():
    version = CampaignVersionFactory(definition=INSIDE)
    at_step(enter(version, converted=ENTERED + HOUR), is_out=False, done_at=ENTERED + 2 * HOUR)

    assert arms() == []


def test_who_is_held_out_at_a_step_was_treated_at_entry():
    version = CampaignVersionFactory(definition={**INSIDE, "holdout": 10})
    at_step(enter(version), is_out=True, done_at=ENTERED + HOUR)
    enter(version, is_out=True)

    assert arms() == [("", 10, 1, 0, 1, 0), ("chance", 25, 0, 0, 1, 0)]


def test_a_portfolio_is_told_of_its_own(version):
    enter(version)

    assert arms(owners=frozenset({1})) == []


def test_without_holdout_nobody_can_tell():
    enter(CampaignVersionFactory(), converted=NOW)

    [result] = results(owners=None, period=PERIOD, now=NOW).results

    assert result.sentence == "No holdout: cannot tell whether it worked."


def test_enough_of_both_is_judged(version):
    for number in range(40):
        enter(version, converted=NOW if number < 30 else None)
        enter(version, is_out=True, converted=NOW if number < 10 else None)

    [result] = results(owners=None, period=PERIOD, now=NOW).results

    assert result.compared[0].lift.difference == pytest.approx(0.5)
    assert result.sentence.startswith("It worked. 75.0% of 40 treated against 25.0% of 40 held out: +50.0 points")
