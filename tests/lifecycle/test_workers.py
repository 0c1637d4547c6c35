"""Real Celery workers over a real broker: they share the work, and one that is killed is replaced by another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery
from django.utils import timezone

from config.databases import broker_url
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.switches import switch
from lifecycle.models import (
    CustomerStatus,
    Evaluation,
    EvaluationChunk,
    EvaluationState,
    Lifecycle,
    Switch,
    SwitchKind,
    Transition,
)
from lifecycle.tasks import evaluate_all, evaluate_what_changed
from tests.factories import UserFactory

from . import stage
from .processes import kill, running, until, worker
from .stage import at_once, is_at_least, lifecycle_with, paid
from .test_killed import assert_everything_is_told_once, busy_lifecycle, crowd, outcome

pytestmark = [pytest.mark.worker, pytest.mark.slow]


@pytest.fixture
def environment(child_environment: dict[str, str], settings: Any) -> dict[str, str]:
    """Of the workers: the test's database, small ranges, and queues of this test alone."""
    settings.EVALUATION_CHUNK_SIZE = 500
    return {
        **child_environment,
        "EVALUATION_CHUNK_SIZE": "500",
        "REDIS_PREFIX": f"tenure-test-{uuid4()}",
        "LOG_LEVEL": "ERROR",
        "TASK_SECONDS": "10",
    }


@pytest.fixture
def sender(environment: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    """Tasks sent by the test go to the broker instead of being done on the spot."""
    app = Celery("sender", broker=broker_url(environment["REDIS_URL"], home=settings.TENURE_HOME), set_as_current=False)
    app.conf.broker_transport_options = {"global_keyprefix": f"{environment['REDIS_PREFIX']}-broker:"}
    app.conf.task_ignore_result = True
    yield app
    app.close()


def send(sender: Celery, task: Any) -> None:
    sender.send_task(task.name)


def done(lifecycle: Lifecycle) -> int:
    return EvaluationChunk.objects.filter(evaluation__lifecycle=lifecycle).exclude(done_at=None).count()


def is_finished(lifecycle: Lifecycle) -> bool:
    return Evaluation.objects.filter(lifecycle=lifecycle, kind="full", state=EvaluationState.DONE).exists()


def twins(how_many: int) -> tuple[Lifecycle, Lifecycle]:
    """A lifecycle for the workers, and one that this process evaluates undisturbed."""
    shared, alone = busy_lifecycle("shared"), busy_lifecycle("alone")
    crowd(how_many, shared, alone)
    now = timezone.now()
    evaluate_everybody(lifecycle=alone, as_of=now, now=now)
    Lifecycle.objects.filter(id=alone.id).update(is_active=False)
    return shared, alone


def test_a_killed_worker_s_work_is_finished_by_another(environment: dict[str, str], sender: Celery) -> None:
    shared, alone = twins(20_000)

    with running(worker(environment)) as first:
        send(sender, evaluate_all)
        until(lambda: done(shared) > 3, first)
        kill(first)
    kept = Transition.objects.filter(lifecycle=shared).count()
    with running(worker(environment)) as second:
        send(sender, evaluate_what_changed)
        until(lambda: is_finished(shared), second)

    assert 0 < kept < Transition.objects.filter(lifecycle=alone).count()
    assert outcome(shared) == outcome(alone)
    assert_everything_is_told_once(shared)
    run = Evaluation.objects.get(lifecycle=shared, kind="full")
    assert (run.evaluated, run.moved) == (20_000, Transition.objects.filter(lifecycle=alone).count())


def test_two_workers_and_two_wake_ups_are_one_daily_run(environment: dict[str, str], sender: Celery) -> None:
    shared, alone = twins(6_000)

    with running(worker(environment)) as first, running(worker(environment)) as second:
        at_once(*[lambda: send(sender, evaluate_all)] * 2)
        until(lambda: is_finished(shared), first, second)

    assert Evaluation.objects.filter(lifecycle=shared, kind="full").count() == 1
    assert outcome(shared) == outcome(alone)
    assert_everything_is_told_once(shared)


def test_a_switch_is_seen_by_workers_that_run_already(environment: dict[str, str], sender: Celery) -> None:
    """It has to be within five seconds; a worker asks the database with every step, so the next one is stopped."""
    rule = {"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1)}
    stopped, going_on = lifecycle_with("NEW OLD", rule), lifecycle_with("NEW OLD", rule)
    mia = UserFactory.create(username="mia")

    def say(kind: str, *, is_on: bool, lifecycle: Lifecycle | None = None) -> None:
        switch(kind=kind, is_on=is_on, reason="a test", by=mia, now=timezone.now(), lifecycle=lifecycle)

    def buys(customer: str) -> None:
        stage.send(paid(customer))
        send(sender, evaluate_what_changed)

    def has_moved(customer: str, lifecycle: Lifecycle) -> bool:
        return CustomerStatus.objects.filter(
            customer__external_id=customer, lifecycle=lifecycle, tag__code="OLD"
        ).exists()

    with running(worker(environment)) as process:
        buys("ann")
        until(lambda: has_moved("ann", stopped), process)

        say(SwitchKind.LIFECYCLE, is_on=False, lifecycle=stopped)
        buys("ben")
        until(lambda: has_moved("ben", going_on), process)
        assert not has_moved("ben", stopped)

        say(SwitchKind.LIFECYCLE, is_on=True, lifecycle=stopped)
        send(sender, evaluate_what_changed)
        until(lambda: has_moved("ben", stopped), process)

        say(SwitchKind.AUTOMATION, is_on=False)
        buys("cem")
        time.sleep(2)  # what would not be stopped would be long done
        assert not has_moved("cem", going_on)
        assert Switch.objects.filter(is_on=False).count() == 1
