"""Any number of workers at the same steps, and events that come at that very moment."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from campaigns.definition import kinds as says
from campaigns.engine import kinds
from campaigns.engine.exits import end_enrollments
from campaigns.engine.kinds import Done, Kind
from campaigns.engine.steps import run_due
from campaigns.models import EndReason, Enrollment, StepRun
from lifecycle.models import Event
from tests.campaigns.entry_stage import enroll, live_version, shop
from tests.campaigns.inside import NOW as THEN
from tests.campaigns.inside import campaign_of, course
from tests.campaigns.inside import inside as enters
from tests.lifecycle.stage import NOW, at_once, event, send, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = {"key": "heard", "kind": "wait_for", "event": "login", "timeout": {"days": 3}}
REST = {"key": "rest", "kind": "wait"}


@pytest.fixture
def in_between(monkeypatch):
    """What happens while the worker is at a wait."""
    calls = []

    def run(works, now):
        for call in calls:
            call()
        return {work.run.id: Done() for work in works}

    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, "wait": Kind("wait", says.Pause, run=run)})
    return calls


def test_four_workers_do_each_step_once():
    version = campaign_of(REST, {"key": "more", "kind": "wait"})
    for _ in range(40):
        enters(version)

    def work():
        found = 0
        while taken := run_due(now=THEN, most=7):
            found += taken
        return found

    assert sum(at_once(*[work] * 4)) == 80
    assert set(StepRun.objects.values_list("state", "attempts")) == {("done", 1)}
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"completed"}


def test_an_event_that_comes_while_the_step_before_is_worked_on_ends_the_wait(in_between):
    lifecycle = shop()
    live_version(lifecycle, {"kind": "event", "name": "CART_UPDATED"}, steps=[REST, WAIT])
    send(event("bob", "CART_UPDATED"))
    enroll()
    later = NOW + timedelta(minutes=1)
    in_between.append(lambda: at_once(lambda: send(event("bob", "login", later), now=later)))

    run_due(now=NOW + timedelta(seconds=30))
    enroll()

    wait = StepRun.objects.get(step="heard")
    assert wait.heard_id == Event.objects.get(name="login").id
    assert wait.due_at == NOW + timedelta(seconds=30)


def test_who_leaves_while_a_step_is_worked_on_does_not_stay_for_the_next_one(in_between):
    someone = enters(campaign_of(REST, {"key": "more", "kind": "wait"}))
    begun = threading.Event()
    in_between += [begun.set, until_somebody_waits]

    def leave():
        begun.wait(10)
        return end_enrollments(enrollments=Enrollment.objects.all(), reason=EndReason.EXIT, now=THEN)

    assert at_once(lambda: run_due(now=THEN), leave) == [1, 1]

    assert course(someone) == [("rest", "done", ""), ("more", "cancelled", "exit")]
