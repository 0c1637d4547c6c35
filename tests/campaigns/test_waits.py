"""An event ends the waits for it at once, whatever becomes of the run at that moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaigns.models import RunState, StepRun
from lifecycle.models import Event, Lifecycle
from tests.campaigns.entry_stage import enroll, entered, live_version, moved, shop
from tests.lifecycle.stage import NOW, event, send

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = {"key": "heard", "kind": "wait_for", "event": "login", "timeout": {"days": 3}}
LATER, OVER = NOW + timedelta(minutes=1), NOW + timedelta(days=3)


@pytest.fixture
def lifecycle() -> Lifecycle:
    lifecycle = shop()
    live_version(lifecycle, entered(lifecycle, "OLD"), steps=[WAIT])
    moved(lifecycle, "ann")
    enroll()
    return lifecycle


def heard(name: str, customer: str = "ann", at: datetime = LATER) -> Event:
    send(event(customer, name, at), now=max(NOW, at))
    enroll()
    return Event.objects.get(name=name)


def test_a_wait_ends_when_its_event_comes(lifecycle: Lifecycle) -> None:
    login = heard("login")

    run = StepRun.objects.get()
    assert (run.heard_id, run.due_at, run.state) == (login.id, NOW, RunState.WAITING)


@pytest.mark.parametrize(("name", "customer", "at"), [
    ("page_view", "ann", LATER), ("login", "bob", LATER), ("login", "ann", NOW - timedelta(hours=1)),
])  # fmt: skip
def test_it_goes_on_for_anything_else(lifecycle: Lifecycle, name: str, customer: str, at: datetime) -> None:
    heard(name, customer, at)

    run = StepRun.objects.get()
    assert (run.heard_id, run.due_at) == (None, OVER)


def test_an_event_while_the_run_is_worked_on_is_kept_for_its_worker(lifecycle: Lifecycle) -> None:
    StepRun.objects.update(state=RunState.LEASED)

    login = heard("login")

    run = StepRun.objects.get()
    assert (run.heard_id, run.due_at, run.state) == (login.id, OVER, RunState.LEASED)


def test_a_frozen_wait_hears_as_well(lifecycle: Lifecycle) -> None:
    StepRun.objects.update(state=RunState.FROZEN)

    login = heard("login")

    assert (StepRun.objects.get().heard_id, StepRun.objects.get().state) == (login.id, RunState.FROZEN)


def test_the_first_of_two_events_is_the_one_that_counts(lifecycle: Lifecycle) -> None:
    login = heard("login")
    send(event("ann", "login", LATER), now=LATER)

    enroll()

    assert StepRun.objects.get().heard_id == login.id


def test_an_event_in_the_same_batch_as_the_one_that_enrolls_ends_the_wait(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, {"kind": "event", "name": "CART_UPDATED"}, steps=[WAIT])
    send(event("bob", "CART_UPDATED"), event("bob", "login", LATER), now=LATER)

    enroll()

    assert StepRun.objects.get(customer__external_id="bob").heard_id == Event.objects.get(name="login").id
