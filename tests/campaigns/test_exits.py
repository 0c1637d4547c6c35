"""Customers leave at once: upon events, tags, goals, ended conditions and moves that are taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns.engine.exits import end_enrollments, end_who_may_not_stay, take_out
from campaigns.engine.steps import run_due
from campaigns.models import (
    CampaignVersion,
    Delivery,
    DeliveryState,
    EndReason,
    Enrollment,
    EnrollmentState,
    RunState,
    StepRun,
)
from customer_success.models import Task, TaskState
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.models import CustomerFacts, Lifecycle, Transition
from tests.campaigns.entry_stage import enroll, entered, inside, live_version, moved, shop, told_move
from tests.factories import DeliveryFactory, StepRunFactory, TaskFactory, UserFactory
from tests.lifecycle.stage import NOW, event, is_at_least, send

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = [{"key": "rest", "kind": "wait", "after": {"days": 30}}]
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def lifecycle() -> Lifecycle:
    return shop()


def ann_inside(lifecycle: Lifecycle, **says: Any) -> CampaignVersion:
    """A campaign for OLD with a delay of a month, and ann in it."""
    version = live_version(lifecycle, entered(lifecycle, "OLD"), steps=MONTH, **says)
    moved(lifecycle, "ann")
    enroll()
    assert inside(version) == ["ann"]
    return version


def heard(name: str, at: datetime = LATER) -> None:
    send(event("ann", name, at), now=max(at, NOW))
    enroll()


def how_it_ended() -> tuple[str, str, datetime | None]:
    one = Enrollment.objects.get()
    return one.state, one.end_reason, one.converted_at


ACTIVE = (EnrollmentState.ACTIVE, "", None)


def test_an_exit_ends_a_delay_of_a_month_at_once(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, exit={"events": ["login"]})

    heard("login")

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.EXIT, None)
    run = StepRun.objects.get()
    assert (run.state, run.reason, run.done_at) == (RunState.CANCELLED, EndReason.EXIT, NOW)


def test_other_events_and_other_customers_end_nothing(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, exit={"events": ["login"]})
    send(event("bob", "login", LATER), event("ann", "page_view", LATER))

    enroll()

    assert how_it_ended() == ACTIVE


@pytest.mark.parametrize("at", [NOW - timedelta(hours=1), NOW])
def test_an_event_from_before_the_move_ends_nothing(lifecycle: Lifecycle, at: datetime) -> None:
    ann_inside(lifecycle, exit={"events": ["login"]})

    heard("login", at)

    assert how_it_ended() == ACTIVE


def test_the_event_that_enrolls_does_not_end_what_it_started(lifecycle: Lifecycle) -> None:
    login = {"kind": "event", "name": "login"}
    live_version(lifecycle, login, reentry="always", exit={"events": ["login"]})
    heard("login", NOW)
    first = Enrollment.objects.get()
    assert first.state == EnrollmentState.ACTIVE

    heard("login", LATER)

    first.refresh_from_db()
    assert first.state == EnrollmentState.EXITED
    assert Enrollment.objects.exclude(id=first.id).get().state == EnrollmentState.ACTIVE


def test_an_order_that_was_heard_of_before_the_cart_ends_it_too(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, {"kind": "event", "name": "CART_UPDATED"}, exit={"events": ["login"]})
    heard("login", NOW)

    heard("CART_UPDATED", NOW - timedelta(minutes=5))

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.EXIT, None)


def test_entering_a_tag_ends_it(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, exit={"tags": ["GONE"]})
    told_move(lifecycle, "ann", "GONE", applied_at=LATER)

    enroll()

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.EXIT, None)


def test_leaving_the_tag_ends_a_campaign_for_those_in_it(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, stay_in_tag=True)
    told_move(lifecycle, "ann", "GONE", from_tag=lifecycle.tags.get(code="OLD"))

    enroll()

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.STAY_ENDED, None)


def test_who_moves_in_and_out_within_one_batch_is_out(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"), stay_in_tag=True)
    moved(lifecycle, "ann")
    told_move(lifecycle, "ann", "GONE", from_tag=lifecycle.tags.get(code="OLD"))

    enroll()

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.STAY_ENDED, None)


def test_the_goal_ends_it_as_reached(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, goal={"events": ["login"]}, exit={"events": ["login"]})

    heard("login")

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.GOAL, LATER)


@pytest.mark.parametrize(("days", "counts"), [(7, True), (7.01, False)])
def test_the_goal_counts_for_some_days_also_after_the_end(lifecycle: Lifecycle, days: float, counts: bool) -> None:
    ann_inside(lifecycle, goal={"events": ["login"]}, goal_within_days=7)
    end_enrollments(enrollments=Enrollment.objects.all(), reason=EndReason.END, now=NOW)
    at = NOW + timedelta(days=days)

    heard("login", at)

    assert how_it_ended() == (EnrollmentState.COMPLETED, EndReason.END, at if counts else None)


def test_who_is_held_out_is_watched_for_the_goal(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"), goal={"events": ["login"]}, holdout=90)
    moved(lifecycle, *(f"c{number}" for number in range(20)))
    enroll()
    out = Enrollment.objects.filter(end_reason=EndReason.HOLDOUT)
    assert out.exists()
    send(*(event(f"c{number}", "login", LATER) for number in range(20)), now=LATER)

    enroll()

    assert set(out.values_list("state", "converted_at")) == {(EnrollmentState.EXITED, LATER)}


def test_the_first_time_the_goal_was_reached_stays(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, goal={"events": ["login"]})
    heard("login")

    heard("login", LATER + timedelta(days=1))

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.GOAL, LATER)


def test_whose_condition_to_stay_has_ended_leaves(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "OLD"), stay=is_at_least("login_count", 0))
    other = live_version(lifecycle, entered(lifecycle, "OLD"))
    moved(lifecycle, "ann", "bob")
    enroll()
    CustomerFacts.objects.filter(customer__external_id="ann").update(login_count=-1)

    assert (end_who_may_not_stay(now=NOW), end_who_may_not_stay(now=NOW)) == (1, 0)

    assert (inside(version), inside(other)) == (["bob"], ["ann", "bob"])
    assert Enrollment.objects.get(end_reason=EndReason.STAY_ENDED).customer.external_id == "ann"


def test_nothing_is_done_for_who_should_have_left_by_now(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, stay=is_at_least("login_count", 0))
    CustomerFacts.objects.update(login_count=-1)

    run_due(now=NOW + timedelta(days=30))

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.STAY_ENDED, None)
    run = StepRun.objects.get()
    assert (run.state, run.reason) == (RunState.SKIPPED, "ended")


def test_who_reaches_the_goal_too_late_leaves_as_by_an_exit(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, goal={"events": ["login"]}, goal_within_days=7)

    heard("login", NOW + timedelta(days=8))

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.EXIT, None)


def test_a_move_that_takes_another_back_reaches_no_goal_and_one_that_makes_it_again_does(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, {"kind": "event", "name": "login"}, steps=MONTH, goal={"tags": ["NEW"]})
    moved(lifecycle, "ann")
    heard("login", LATER)
    back, boss = LATER + timedelta(minutes=1), UserFactory()
    roll_back(Batch(transition=Transition.objects.get()), by=boss, reason="a wrong rule", now=back)

    enroll()

    assert how_it_ended() == ACTIVE
    told_move(lifecycle, "ann", "NEW", applied_at=back + timedelta(minutes=1))
    enroll()
    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.GOAL, back + timedelta(minutes=1))


@pytest.mark.parametrize("also", [False, True])
def test_a_goal_whose_move_is_taken_back_is_reached_no_more_unless_by_something_else(
    lifecycle: Lifecycle, also: bool
) -> None:
    live_version(
        lifecycle, {"kind": "event", "name": "login"}, steps=MONTH, goal={"tags": ["OLD"], "events": ["page_view"]}
    )
    heard("login", NOW - timedelta(hours=1))
    moved(lifecycle, "ann")
    enroll()
    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.GOAL, NOW)
    if also:
        heard("page_view")
    roll_back(Batch(transition=Transition.objects.get()), by=UserFactory(), reason="a wrong rule", now=LATER)

    enroll()

    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.GOAL, LATER if also else None)


def test_a_move_that_is_taken_back_cancels_all_that_it_started(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle)
    enrollment = Enrollment.objects.get()
    done = StepRunFactory(enrollment=enrollment, step="call", kind="task", state=RunState.DONE)
    frozen = StepRunFactory(enrollment=enrollment, step="later", state=RunState.FROZEN)
    task = TaskFactory(origin=f"step:{done.id}")
    unsent = DeliveryFactory(run=frozen, state=DeliveryState.PLANNED)
    sent = DeliveryFactory(run=done, state=DeliveryState.ACCEPTED)
    roll_back(Batch(transition=Transition.objects.get()), by=UserFactory(), reason="a wrong rule", now=NOW)

    enroll()

    assert how_it_ended() == (EnrollmentState.CANCELLED, EndReason.ROLLED_BACK, None)
    assert set(StepRun.objects.values_list("step", "state")) == {
        ("call", RunState.DONE), ("rest", RunState.CANCELLED), ("later", RunState.CANCELLED),
    }  # fmt: skip
    assert Task.objects.get(id=task.id).state == TaskState.DROPPED
    states = dict(Delivery.objects.values_list("id", "state"))
    assert states == {unsent.id: DeliveryState.SKIPPED, sent.id: DeliveryState.ACCEPTED}
    assert Delivery.objects.get(id=unsent.id).reason == "ended"


def test_a_customer_is_taken_out_by_hand_once(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle)
    enrollment = Enrollment.objects.get()

    assert take_out(enrollment=enrollment, by=UserFactory(), now=NOW)
    assert not take_out(enrollment=enrollment, by=UserFactory(), now=NOW)

    assert how_it_ended() == (EnrollmentState.CANCELLED, EndReason.BY_HAND, None)


def test_what_is_in_work_is_left_to_its_worker(lifecycle: Lifecycle) -> None:
    ann_inside(lifecycle, exit={"events": ["login"]})
    StepRun.objects.update(state=RunState.LEASED)

    heard("login")

    assert StepRun.objects.get().state == RunState.LEASED
    assert how_it_ended() == (EnrollmentState.EXITED, EndReason.EXIT, None)
