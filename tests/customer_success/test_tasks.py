"""Tasks: made, finished, put off, handed on, taken, dropped; who sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from customer_success.engine.tasks import (
    NewTask,
    TaskNotAllowed,
    close_by_origin,
    create_task,
    create_tasks,
    drop_task,
    finish_task,
    reassign_task,
    snooze_task,
    take_task,
)
from customer_success.models import Task, TaskState, TaskStep, TaskType
from customer_success.queries.tasks import tasks_seen
from tests.factories import CustomerFactory, TaskFactory, TeamFactory, UserFactory
from tests.lifecycle.stage import NOW, at_once

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def mia() -> Any:
    return UserFactory(username="mia")


def new(**values: Any) -> NewTask:
    return NewTask(**{"customer": None, "type": TaskType.CALL, "title": "Call", "due_at": TOMORROW, **values})


def test_a_new_task_falls_to_the_success_manager_of_its_customer(mia: Any) -> None:
    customer = CustomerFactory(owner=mia)

    task = create_task(task=new(customer=customer), by=UserFactory(), now=NOW)

    assert (task.owner, task.state, task.created_at) == (mia, TaskState.OPEN, NOW)


def test_a_task_for_nobody_in_particular_falls_to_its_author(mia: Any) -> None:
    assert create_task(task=new(), by=mia, now=NOW).owner == mia


def test_a_task_in_a_queue_has_no_owner(mia: Any) -> None:
    task = create_task(task=new(customer=CustomerFactory(owner=mia), team=TeamFactory()), by=mia, now=NOW)

    assert task.owner is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"notes": "a\x00b"}, "notes"),
        ({"notes": "x" * 2001}, "notes"),
        ({"due_at": NOW - timedelta(days=367)}, "due_at"),
        ({"due_at": NOW + timedelta(days=3654)}, "due_at"),
    ],
)
def test_a_task_that_says_nothing_or_too_much_is_refused(mia: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(TaskNotAllowed) as refused:
        create_task(task=new(**values), by=mia, now=NOW)

    assert refused.value.field == field


def test_the_title_takes_nothing_from_the_room_for_notes(mia: Any) -> None:
    assert len(create_task(task=new(title="x" * 200, notes="x" * 2000), by=mia, now=NOW).notes) == 2000


def test_what_asks_no_longer_may_ask_again_and_what_a_person_dropped_may_not(mia: Any) -> None:
    dropped, ended = TaskFactory(origin="a:1"), TaskFactory(origin="a:2")
    drop_task(task=dropped, reason="Not needed", by=mia, now=NOW)
    close_by_origin(origins=["a:1", "a:2"], state=TaskState.DROPPED, outcome="Over", by=None, now=NOW)

    create_tasks(tasks=[new(origin="a:1"), new(origin="a:2")], by=None, now=NOW)

    assert [task.origin for task in Task.objects.filter(state=TaskState.OPEN)] == ["a:2"]
    ended.refresh_from_db()
    assert (ended.state, ended.outcome) == (TaskState.DROPPED, "Over")


def test_a_finished_task_says_who_when_and_what_came_of_it(mia: Any) -> None:
    task = TaskFactory(owner=mia)

    finish_task(task=task, outcome=" They renew ", by=mia, now=NOW)

    assert (task.state, task.outcome, task.closed_at, task.closed_by) == (TaskState.DONE, "They renew", NOW, mia)
    entry = task.entries.get()
    assert (entry.step, entry.at, entry.by, entry.note) == (TaskStep.FINISHED, NOW, mia, "They renew")


@pytest.mark.parametrize(
    "step",
    [
        lambda task, by: finish_task(task=task, outcome="", by=by, now=NOW),
        lambda task, by: drop_task(task=task, reason="not needed", by=by, now=NOW),
        lambda task, by: snooze_task(task=task, until=TOMORROW, by=by, now=NOW),
        lambda task, by: reassign_task(task=task, to=by, by=by, now=NOW),
    ],
)
def test_nothing_is_done_about_a_task_that_is_closed(mia: Any, step: Any) -> None:
    task = TaskFactory()
    finish_task(task=task, outcome="", by=mia, now=NOW)

    with pytest.raises(TaskNotAllowed, match="was done already, by mia"):
        step(task, mia)

    assert task.entries.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_finish_at_once_one_does() -> None:
    task, people = TaskFactory(), [UserFactory(), UserFactory()]

    def finish(person: Any) -> None:
        finish_task(task=type(task).objects.get(id=task.id), outcome="", by=person, now=NOW)

    outcomes = at_once(lambda: finish(people[0]), lambda: finish(people[1]))

    assert sorted(type(one) for one in outcomes if one) == [TaskNotAllowed]
    assert task.entries.count() == 1


@pytest.mark.parametrize("days", [-1, 0, 367, 10_000])
def test_a_task_is_put_off_to_the_future_and_at_most_a_year(mia: Any, days: int) -> None:
    task = TaskFactory()

    with pytest.raises(TaskNotAllowed) as refused:
        snooze_task(task=task, until=NOW + timedelta(days=days), by=mia, now=NOW)

    assert refused.value.field == "until"


def test_putting_off_does_not_change_when_it_is_due(mia: Any) -> None:
    task = TaskFactory(due_at=NOW)

    snooze_task(task=task, until=TOMORROW, by=mia, now=NOW)

    assert (task.snoozed_until, task.due_at, task.state) == (TOMORROW, NOW, TaskState.OPEN)


def test_who_gets_a_task_gets_it_awake_and_the_history_says_why(mia: Any) -> None:
    task, team = TaskFactory(owner=mia, snoozed_until=TOMORROW), TeamFactory(name="Onboarding")

    reassign_task(task=task, to=team, note="they know the product", by=mia, now=NOW)

    assert (task.owner, task.team, task.snoozed_until) == (None, team, None)
    assert task.entries.get().note == "to Onboarding: they know the product"


def test_somebody_who_left_gets_no_task(mia: Any) -> None:
    with pytest.raises(TaskNotAllowed, match="does not work here any more"):
        reassign_task(task=TaskFactory(), to=UserFactory(is_active=False), by=mia, now=NOW)


def test_a_task_is_dropped_for_a_reason(mia: Any) -> None:
    with pytest.raises(TaskNotAllowed, match="Say why"):
        drop_task(task=TaskFactory(), reason=" ", by=mia, now=NOW)


def test_a_member_takes_a_task_from_the_queue_and_a_second_one_is_told(mia: Any) -> None:
    team, second = TeamFactory(), UserFactory()
    team.members.add(mia, second)
    task = TaskFactory(team=team)
    seen_by_second = type(task).objects.get(id=task.id)

    take_task(task=task, by=mia, now=NOW)

    assert (task.owner, task.team) == (mia, team)
    with pytest.raises(TaskNotAllowed, match="was taken by mia meanwhile"):
        take_task(task=seen_by_second, by=second, now=NOW)


def test_who_is_not_in_the_team_takes_nothing_from_its_queue(mia: Any) -> None:
    with pytest.raises(TaskNotAllowed, match="not in the queue of a team of yours"):
        take_task(task=TaskFactory(team=TeamFactory()), by=mia, now=NOW)


def test_a_task_is_seen_by_its_owner_its_team_and_who_sees_its_customer(mia: Any) -> None:
    team, lead, stranger, customers_manager = TeamFactory(), UserFactory(), UserFactory(), UserFactory()
    team.members.add(mia)
    team.leads.add(lead)
    own, queued = TaskFactory(owner=mia), TaskFactory(team=team)
    of_customer = TaskFactory(owner=mia, customer=CustomerFactory(owner=customers_manager))

    seen = {who: set(tasks_seen(who)) for who in (mia, lead, customers_manager, stranger)}

    assert seen[mia] == seen[lead] == {own, queued, of_customer}
    assert (seen[customers_manager], seen[stranger]) == ({of_customer}, set())


def test_one_who_sees_everybody_sees_every_task() -> None:
    task = TaskFactory(customer=None)

    assert list(tasks_seen(UserFactory(is_superuser=True))) == [task]
