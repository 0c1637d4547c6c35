"""Real Celery workers over a real broker: they share the work, and one that is killed is replaced by another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery
from django.utils import timezone

from config.databases import broker_url
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import Evaluation, EvaluationChunk, EvaluationState, Lifecycle, Transition
from lifecycle.tasks import evaluate_all, evaluate_what_changed

from .processes import kill, running, until, worker
from .stage import at_once
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
