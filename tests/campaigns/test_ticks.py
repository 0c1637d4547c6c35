"""The tick of the workers."""

import pytest
from django_celery_beat.models import PeriodicTask

from campaigns import tasks
from campaigns.models import StepRun
from config.celery import app
from config.schedule import load_schedule
from tests.campaigns.inside import campaign_of, course, inside

pytestmark = pytest.mark.django_db


def test_every_task_is_on_the_schedule():
    load_schedule()

    made = {f"{one.__module__}.{name}" for name, one in vars(tasks).items() if hasattr(one, "delay")}

    assert made <= set(PeriodicTask.objects.values_list("task", flat=True))


def test_a_tick_does_all_that_is_due_one_step_after_the_other():
    steps = [{"key": f"step_{n}", "kind": "wait"} for n in range(4)]
    someone = inside(campaign_of(*steps))

    tasks.run_due_steps()

    assert [state for _, state, _ in course(someone)] == ["done"] * 4


def test_a_tick_ends_in_time_even_if_there_is_more(monkeypatch):
    monkeypatch.setattr(tasks, "TICK_SECONDS", 0)
    inside(campaign_of({"key": "rest", "kind": "wait"}))

    tasks.run_due_steps()

    assert StepRun.objects.get().state == "waiting"


def test_ticks_have_a_queue_of_their_own_and_are_dropped_when_they_come_late():
    assert app.amqp.router.route({}, "campaigns.tasks.run_due_steps")["queue"].name == "campaigns"
    assert app.tasks["campaigns.tasks.run_due_steps"].expires == 2
