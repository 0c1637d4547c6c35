"""Tasks that moves ask for: once, for whom the rule speaks of, and not for what is long past or taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customer_success.engine.task_rules import apply_task_rules, load_task_rules
from customer_success.engine.tasks import finish_task
from customer_success.models import Task, TaskRule, TaskState, TaskStep
from customer_success.tasks import make_tasks
from lifecycle.engine import defaults as lifecycle_defaults
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.engine.transitions import override_tag
from lifecycle.models import Customer, EvaluationKind, Lifecycle, OutboxMessage, Rollback, Transition
from tests.factories import StatusTagFactory, TaskRuleFactory, TeamFactory, UserFactory
from tests.lifecycle.stage import NOW, is_at_least, lifecycle_with, paid, send

# A move is taken from the outbox once its transaction is over, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lifecycle() -> Lifecycle:
    return lifecycle_with("NEW OLD", {"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1)})


@pytest.fixture
def rule(lifecycle: Lifecycle) -> TaskRule:
    made: TaskRule = TaskRuleFactory(tag=lifecycle.tags.get(code="OLD"), title="Call {name} now", due_in=3)
    return made


def moved(lifecycle: Lifecycle, *names: str, kind: str = EvaluationKind.FULL) -> None:
    """Customers who move to OLD as of now."""
    send(*(paid(name) for name in names))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW, kind=kind)


def taken_back() -> Rollback:
    return roll_back(Batch(transition=Transition.objects.get()), by=UserFactory(), reason="a wrong rule", now=NOW)


def test_a_move_asks_for_a_task_once(lifecycle: Lifecycle, rule: TaskRule) -> None:
    mia = UserFactory()
    moved(lifecycle, "ann")
    Customer.objects.update(owner=mia)

    assert (apply_task_rules(now=NOW), apply_task_rules(now=NOW)) == (1, 0)

    task = Task.objects.get()
    assert (task.title, task.owner, task.due_at) == ("Call ann now", mia, NOW + timedelta(days=3))
    assert task.origin == f"rule:{rule.id}:transition:{Transition.objects.get().id}"
    assert task.created_by is None


def test_history_that_is_played_again_asks_for_nothing(lifecycle: Lifecycle, rule: TaskRule) -> None:
    moved(lifecycle, "ann", kind=EvaluationKind.REPLAY)

    apply_task_rules(now=NOW)

    assert Transition.objects.count() == 1
    assert not Task.objects.exists()


def test_a_rule_speaks_of_its_tag_its_tiers_and_where_customers_come_from(lifecycle: Lifecycle, rule: TaskRule) -> None:
    old = rule.tag
    TaskRuleFactory(tag=old, title="tier", tiers=["ENTERPRISE"])
    TaskRuleFactory(tag=old, title="from elsewhere", from_tag=StatusTagFactory(lifecycle=lifecycle))
    TaskRuleFactory(tag=old, title="from new", from_tag=lifecycle.tags.get(code="NEW"))
    TaskRuleFactory(tag=old, title="off", is_active=False)
    TaskRuleFactory(tag=lifecycle.tags.get(code="NEW"), title="another tag")
    moved(lifecycle, "ann", "bob")
    Customer.objects.filter(external_id="ann").update(tier="ENTERPRISE")

    apply_task_rules(now=NOW)

    made = {(task.customer.external_id, task.title) for task in Task.objects.select_related("customer")}
    assert made == {
        ("ann", "Call ann now"), ("bob", "Call bob now"), ("ann", "tier"), ("ann", "from new"), ("bob", "from new"),
    }  # fmt: skip


def test_a_team_gets_the_task_into_its_queue(lifecycle: Lifecycle, rule: TaskRule) -> None:
    TaskRule.objects.update(team=TeamFactory(name="Retention"))
    moved(lifecycle, "ann")

    apply_task_rules(now=NOW)

    assert (Task.objects.get().owner, str(Task.objects.get().team)) == (None, "Retention")


def test_a_move_that_is_taken_back_drops_the_open_task(lifecycle: Lifecycle, rule: TaskRule) -> None:
    moved(lifecycle, "ann")
    apply_task_rules(now=NOW)

    taken_back()
    apply_task_rules(now=NOW)

    task = Task.objects.get()
    assert (task.state, task.entries.get().step) == (TaskState.DROPPED, TaskStep.DROPPED)


def test_a_move_that_is_taken_back_leaves_what_is_done(lifecycle: Lifecycle, rule: TaskRule) -> None:
    moved(lifecycle, "ann")
    apply_task_rules(now=NOW)
    finish_task(task=Task.objects.get(), outcome="", by=UserFactory(), now=NOW)

    taken_back()
    apply_task_rules(now=NOW)

    assert Task.objects.get().state == TaskState.DONE


def test_a_move_that_was_taken_back_before_it_was_heard_of_asks_for_nothing(
    lifecycle: Lifecycle, rule: TaskRule
) -> None:
    moved(lifecycle, "ann")
    taken_back()

    apply_task_rules(now=NOW)

    assert not Task.objects.exists()


def test_bringing_a_customer_back_is_no_new_entry_and_undoing_that_is(lifecycle: Lifecycle, rule: TaskRule) -> None:
    TaskRuleFactory(tag=lifecycle.tags.get(code="NEW"), title="Welcome {name}")
    moved(lifecycle, "ann")
    made = taken_back()
    apply_task_rules(now=NOW)
    assert not Task.objects.exists()

    roll_back(Batch(undoes=made), by=UserFactory(), reason="it was right", now=NOW)
    apply_task_rules(now=NOW)

    assert [task.title for task in Task.objects.all()] == ["Call ann now"]


def test_a_move_by_hand_asks_too(lifecycle: Lifecycle, rule: TaskRule) -> None:
    send(paid("ann"))
    lifecycle_defaults.enroll_everybody(lifecycle=lifecycle)
    override_tag(
        customer=Customer.objects.get(), to_tag=rule.tag, seen_tag=lifecycle.tags.get(code="NEW"), reason="by phone",
        by=UserFactory(), now=NOW,
    )  # fmt: skip

    make_tasks()

    assert Task.objects.count() == 1


def test_the_number_of_statements_does_not_grow_with_the_moves(lifecycle: Lifecycle, rule: TaskRule) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert apply_task_rules(now=NOW)
        return len(caught)

    moved(lifecycle, "first")
    apply_task_rules(now=NOW)
    moved(lifecycle, "ann")
    before = statements()
    moved(lifecycle, *(f"customer {number}" for number in range(30)))

    assert statements() == before
    assert Task.objects.count() == 32


def test_shipped_rules_come_with_their_lifecycles_and_stay_as_people_made_them() -> None:
    assert load_task_rules(now=NOW) == []  # none of their lifecycles is there
    lifecycle_defaults.load_defaults(now=timezone.now(), only="commerce")
    lifecycle_defaults.load_defaults(now=timezone.now(), only="learning")

    assert {"task rule commerce-vip-at-risk", "task rule learning-stuck"} <= set(load_task_rules(now=NOW))

    TaskRule.objects.update(title="Ours")
    assert load_task_rules(now=NOW) == []
    assert set(TaskRule.objects.values_list("title", flat=True)) == {"Ours"}


@pytest.mark.parametrize("title", ["Call {customer}", "Call {name", "{0}"])
def test_a_title_with_an_unknown_placeholder_is_refused(rule: TaskRule, title: str) -> None:
    rule.title = title

    with pytest.raises(ValidationError, match="is filled in, with the customer"):
        rule.full_clean()


def test_a_rule_stays_within_one_lifecycle(rule: TaskRule) -> None:
    rule.from_tag = StatusTagFactory()

    with pytest.raises(ValidationError, match="Choose a tag of"):
        rule.full_clean()


def test_a_worker_that_fails_loses_no_move(lifecycle: Lifecycle, rule: TaskRule, monkeypatch: Any) -> None:
    moved(lifecycle, "ann")

    def broken(**values: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("customer_success.engine.task_rules.create_tasks", broken)
        with pytest.raises(RuntimeError):
            apply_task_rules(now=NOW)
    apply_task_rules(now=NOW)

    assert OutboxMessage.objects.count() == Task.objects.count() == 1


def test_a_customer_with_braces_in_its_name_keeps_them(lifecycle: Lifecycle, rule: TaskRule) -> None:
    moved(lifecycle, "ann")
    Customer.objects.update(name="{name} & Co")

    apply_task_rules(now=NOW)

    assert Task.objects.get().title == "Call {name} & Co now"
