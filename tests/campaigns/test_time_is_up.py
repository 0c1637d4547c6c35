"""A slow channel holds nobody up: what was not begun when time is up is given back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.engine import sending, watch
from campaigns.engine.steps import run_due
from campaigns.engine.watch import Watch
from campaigns.models import Delivery, RunState, StepRun
from tests.campaigns.posting import NOW, STEPS, Post, campaign, delivery, run, serve, work
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
DUE = NOW - timedelta(minutes=3)


class Slow(Post):
    """Each message takes some seconds of a clock that stands still otherwise."""

    is_instant = False

    def __init__(self, monkeypatch, *, seconds, **more):
        super().__init__(**more)
        self.clock, self.seconds, self.allowed = 1_000.0, seconds, []
        monkeypatch.setattr(watch, "monotonic", lambda: self.clock)

    def send(self, message, *, seconds):
        self.clock += self.seconds
        self.allowed.append(seconds)
        return super().send(message, seconds=seconds)


def waiting(version, number, step="mail"):
    runs = [run(version, CustomerFactory(email=f"{step}{n}@example.com"), step=step, due_at=DUE) for n in range(number)]
    StepRun.objects.filter(id__in=[one.id for one in runs]).update(
        state=RunState.WAITING, token=None, lease_until=None, attempts=0
    )
    return runs


def test_what_was_not_begun_is_as_due_as_before(monkeypatch):
    slow = Slow(monkeypatch, seconds=3, at_once=4)
    serve(monkeypatch, slow)
    waiting(campaign(steps=STEPS[:1]), 12)

    run_due(now=NOW, seconds=10)

    assert len(slow.sent) == 4
    back = StepRun.objects.filter(state=RunState.WAITING)
    assert set(back.values_list("due_at", "attempts", "token")) == {(DUE, 0, None)}
    assert (back.count(), Delivery.objects.count()) == (8, 4)


def test_what_has_its_intent_and_was_not_tried_goes_back_as_well(monkeypatch):
    slow = Slow(monkeypatch, seconds=9, at_once=20)
    serve(monkeypatch, slow)
    waiting(campaign(steps=STEPS[:1]), 4)

    run_due(now=NOW, seconds=10)

    assert len(slow.sent) == 2
    assert set(StepRun.objects.filter(state=RunState.WAITING).values_list("due_at", "attempts")) == {(DUE, 0)}
    assert sorted(Delivery.objects.values_list("state", "attempts")) == [("accepted", 1)] * 2 + [("planned", 0)] * 2


def test_each_time_at_least_one_goes_out(monkeypatch):
    slow = Slow(monkeypatch, seconds=30, at_once=4)
    serve(monkeypatch, slow)
    waiting(campaign(steps=STEPS[:1]), 3)

    while run_due(now=NOW, seconds=1):
        assert slow.allowed[-1] == sending.CALL_SECONDS

    assert len(slow.sent) == 3


def test_a_slow_channel_takes_no_time_from_another(monkeypatch):
    slow, hooks = Slow(monkeypatch, seconds=60, at_once=1), Post(name="hooks")
    serve(monkeypatch, email=slow, webhook=hooks)
    version = campaign()
    waiting(version, 3)
    hook = waiting(version, 1, step="tell")

    run_due(now=NOW, seconds=10)

    assert (len(slow.sent), len(hooks.sent)) == (1, 1)
    assert delivery(hook[0]).state == "accepted"


def test_a_lease_that_began_long_ago_is_not_outlived(monkeypatch):
    slow = Slow(monkeypatch, seconds=1)
    serve(monkeypatch, slow)
    mail = run(campaign(), due_at=DUE)
    begun = Watch.start(NOW, 600)
    slow.clock += 0.8 * 300 - 0.5

    sending.send([work(mail)], begun)

    assert slow.sent == []
    assert delivery(mail).state == "planned"
