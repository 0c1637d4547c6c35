"""Evaluations, people and publications at the same time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction
from django.db.models import Model
from psycopg.errors import DeadlockDetected, LockNotAvailable

from lifecycle.engine import locks
from lifecycle.engine import passes as engine
from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody, evaluate_next_chunk, finish, plan_everybody
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.publishing import publish, retire
from lifecycle.engine.review import approve
from lifecycle.engine.rules import write_draft
from lifecycle.engine.transitions import override_tag
from lifecycle.models import (
    Customer,
    CustomerStatus,
    Decision,
    DirtyMark,
    Evaluation,
    EvaluationState,
    Lifecycle,
    NextCheck,
    OutboxMessage,
    Recommendation,
    RuleState,
    Transition,
    TransitionRule,
)
from tests.factories import UserFactory

from .stage import (
    NOW,
    at_once,
    code_of,
    event,
    is_at_least,
    lifecycle_with,
    path,
    rule_text,
    send,
    tag,
    until_somebody_waits,
)

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = {"from": "NEW", "to": "OLD", "when": is_at_least("login_count", 1)}


@pytest.fixture
def lifecycle(settings: Any) -> Lifecycle:
    settings.EVALUATION_CHUNK_SIZE = 40
    found = lifecycle_with("NEW OLD LAST", LOGIN)
    send(*(event(f"c{number:03}", "login") for number in range(300)))
    return found


@pytest.fixture
def after_deciding(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Calls something once, after the first decision's snapshot was taken and before the tags change."""

    def install(call: Callable[[], Any], hold: type[Model] = CustomerStatus) -> None:
        original, calls = engine._pass, iter([call])

        def slow_pass(*arguments: Any) -> Any:
            for one in calls:
                return with_a_pause(lambda: original(*arguments), one, hold)
            return original(*arguments)

        monkeypatch.setattr(engine, "_pass", slow_pass)

    return install


def with_a_pause(run: Callable[[], Any], meanwhile: Callable[[], Any], hold: type[Model]) -> Any:
    """Hold the first customer's row, let the statement decide and wait for it, change the row, let go."""
    has_hold = Barrier(2)

    def other() -> None:
        with transaction.atomic():
            hold._default_manager.select_for_update().order_by("pk").first()
            has_hold.wait()
            until_somebody_waits()
            meanwhile()
        connections.close_all()

    thread = Thread(target=other)
    thread.start()
    has_hold.wait()
    result = run()
    thread.join()
    return result


def test_two_full_runs_at_once_move_everybody_once(lifecycle: Lifecycle) -> None:
    start = Barrier(2)

    def run() -> int:
        start.wait()
        return evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW).moved

    moved = at_once(run, run)

    assert sum(moved) == 300
    assert Transition.objects.count() == OutboxMessage.objects.count() == 300
    assert Decision.objects.filter(is_applied=True).count() == 300
    assert set(CustomerStatus.objects.values_list("tag__code", "version")) == {("OLD", 1)}


def test_a_full_and_two_routine_runs_at_once_move_everybody_once(lifecycle: Lifecycle) -> None:
    start = Barrier(3)

    def routine() -> int:
        start.wait()
        return evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW).moved

    def full() -> int:
        start.wait()
        return evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW).moved

    moved = at_once(routine, full, routine)

    assert sum(moved) == 300
    assert Transition.objects.count() == OutboxMessage.objects.count() == 300
    assert not DirtyMark.objects.exists()


def test_many_workers_share_the_ranges_of_one_run(lifecycle: Lifecycle) -> None:
    run = plan_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW, slot="daily")
    start = Barrier(4)

    def worker() -> tuple[int, bool]:
        start.wait()
        done = 0
        while evaluate_next_chunk(evaluation=run, now=NOW):
            done += 1
        return done, finish(evaluation=run, now=NOW)

    results = at_once(*[worker] * 4)

    run.refresh_from_db()
    assert sum(done for done, _ in results) == run.chunks.count() == 8
    assert [is_closer for _, is_closer in results].count(True) == 1
    assert (run.state, run.evaluated, run.moved) == (EvaluationState.DONE, 300, 300)


def test_a_slot_that_two_start_at_once_is_one_run(lifecycle: Lifecycle) -> None:
    start = Barrier(2)

    def run() -> int:
        start.wait()
        return plan_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW, slot="daily").id

    first, second = at_once(run, run)

    assert first == second
    assert Evaluation.objects.get().chunks.count() == 8


def test_a_person_s_move_in_between_is_not_overwritten(lifecycle: Lifecycle, after_deciding: Any) -> None:
    sam, ann = UserFactory(), Customer.objects.get(external_id="c000")
    after_deciding(
        lambda: override_tag(
            customer=ann, to_tag=tag(lifecycle, "LAST"), seen_tag=tag(lifecycle, "NEW"), reason="phone", by=sam, now=NOW
        )
    )

    run = evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert path(lifecycle, "c000") == ["NEW>LAST"]
    assert run.moved == 299
    assert Decision.objects.filter(is_applied=False).count() == 1


def test_whom_a_person_moved_in_between_is_decided_again_in_its_new_tag(
    lifecycle: Lifecycle, after_deciding: Any
) -> None:
    text = rule_text(lifecycle, **{"from": "LAST", "to": "OLD", "when": is_at_least("login_count", 1)})
    publish(rule=write_draft(lifecycle=lifecycle, key="last", text=text), by=None, now=NOW)
    sam, ann = UserFactory(), Customer.objects.get(external_id="c000")
    after_deciding(
        lambda: override_tag(
            customer=ann, to_tag=tag(lifecycle, "LAST"), seen_tag=tag(lifecycle, "NEW"), reason="phone", by=sam, now=NOW
        )
    )

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert path(lifecycle, "c000") == ["NEW>LAST", "LAST>OLD"]


def test_a_check_that_was_written_in_between_is_decided_again(lifecycle: Lifecycle, after_deciding: Any) -> None:
    text = rule_text(lifecycle, **{"from": "NEW", "to": "LAST", "when": is_at_least("days_since_login", 5)})
    publish(rule=write_draft(lifecycle=lifecycle, key="late", text=text), by=None, now=NOW)
    for rule in lifecycle.rules.exclude(key="late"):
        retire(rule=rule, now=NOW)
    older = NextCheck.objects.filter(status__customer__external_id="c000")

    def decided_by_another_on_older_facts() -> None:
        older.update(at=NOW + timedelta(days=300))

    after_deciding(decided_by_another_on_older_facts, NextCheck)

    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert older.get().at == NextCheck.objects.get(status__customer__external_id="c001").at


def test_work_that_postgresql_ended_for_another_is_done_again() -> None:
    attempts: list[int] = []

    @locks.again_after_deadlock
    def work() -> str:
        attempts.append(1)
        if len(attempts) < 3:
            raise OperationalError from DeadlockDetected()
        return "done"

    assert (work(), len(attempts)) == ("done", 3)


@pytest.mark.parametrize("cause", [DeadlockDetected, LockNotAvailable])
def test_not_all_is_done_again(cause: type[Exception]) -> None:
    attempts: list[int] = []

    @locks.again_after_deadlock
    def work() -> None:
        attempts.append(1)
        raise OperationalError from cause()

    of_the_caller = transaction.atomic() if cause is DeadlockDetected else nullcontext()
    with of_the_caller, pytest.raises(OperationalError):
        work()

    assert len(attempts) == 1


def test_a_publication_waits_for_a_running_evaluation(lifecycle: Lifecycle) -> None:
    text = rule_text(lifecycle, **{**LOGIN, "to": "LAST"})
    rule = write_draft(lifecycle=lifecycle, key=TransitionRule.objects.get().key, text=text)
    is_running = Barrier(2)

    def evaluation() -> str:
        with transaction.atomic():
            locks.share(lifecycle)
            is_running.wait()
            until_somebody_waits()
            return str(TransitionRule.objects.get(id=rule.id).state)

    def publication() -> str:
        is_running.wait()
        return publish(rule=rule, by=None, now=NOW).state

    state_while_running, state_after = at_once(evaluation, publication)

    assert (state_while_running, state_after) == (RuleState.DRAFT, RuleState.PUBLISHED)


def test_an_evaluation_does_not_begin_while_a_rule_is_published(lifecycle: Lifecycle) -> None:
    is_publishing, is_over = Barrier(2), Barrier(2)

    def publication() -> None:
        with transaction.atomic():
            locks.wait_alone(lifecycle)
            is_publishing.wait()
            is_over.wait()

    def evaluation() -> object:
        is_publishing.wait()
        try:
            return evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)
        finally:
            is_over.wait()

    _, refused = at_once(publication, evaluation)

    assert isinstance(refused, LifecycleBusy)
    assert evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW).moved == 300


def test_an_approval_and_an_evaluation_of_the_same_customer_do_not_wait_in_a_circle(lifecycle: Lifecycle) -> None:
    """An evaluation holds the status before it overtakes what waits; an approval has to take them in this order too."""
    TransitionRule.objects.update(is_automatic=False)
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)
    waiting = Recommendation.objects.order_by("customer")[0]
    sam, is_held = UserFactory(), Barrier(2)

    def evaluation() -> None:
        with transaction.atomic():
            list(CustomerStatus.objects.select_for_update().filter(customer=waiting.customer_id))
            is_held.wait()
            until_somebody_waits()
            Recommendation.objects.filter(id=waiting.id, state="pending").update(state="superseded")

    def approval() -> object:
        is_held.wait()
        return approve(recommendation=waiting, by=sam, now=NOW + timedelta(seconds=1))

    outcomes = at_once(evaluation, approval)

    assert outcomes[0] is None
    assert "deadlock" not in str(outcomes[1])


def test_events_that_come_during_an_evaluation_are_not_lost(lifecycle: Lifecycle) -> None:
    rule = rule_text(lifecycle, **{"from": "OLD", "to": "LAST", "when": is_at_least("login_count", 6)})
    publish(rule=write_draft(lifecycle=lifecycle, key="often", text=rule), by=None, now=NOW)
    start = Barrier(3)

    def writer() -> None:
        start.wait()
        for _ in range(5):
            send(*(event(f"c{number:03}", "login") for number in range(0, 300, 3)))

    def routine() -> None:
        start.wait()
        for _ in range(10):
            evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    outcomes = at_once(writer, routine, routine)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert outcomes == [None, None, None]
    assert code_of("c000", lifecycle) == "LAST"
    assert CustomerStatus.objects.filter(tag__code="LAST").count() == 100
    assert CustomerStatus.objects.filter(tag__code="OLD").count() == 200
