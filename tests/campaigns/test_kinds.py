"""What each kind of step does that needs the database alone."""

from datetime import timedelta

import pytest

from campaigns.engine.steps import run_due
from campaigns.engine.waking import wake_waits
from campaigns.models import Enrollment, StepRun
from customer_success.models import Task
from lifecycle.models import Customer, CustomerFacts, Event, Notice
from tests.campaigns.inside import NOW, campaign_of, course, inside
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    EventFactory,
    LifecycleFactory,
    TeamFactory,
    TransitionFactory,
)
from tests.factories.campaigns import THEN

pytestmark = pytest.mark.django_db
LOYAL = {"metric": "order_count", "operator": ">=", "value": 2}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def buyer(orders: int) -> Customer:
    lifecycle = LifecycleFactory._meta.model.objects.filter(code="learning").first() or LifecycleFactory(
        code="learning"
    )
    customer = CustomerFactory(name=f"Buyer of {orders}")
    CustomerFacts.objects.filter(customer=customer).update(order_count=orders)
    CustomerStatusFactory(customer=customer, lifecycle=lifecycle)
    return customer


class TestBranch:
    BRANCH = {"key": "loyal", "kind": "branch", "condition": LOYAL,
              "paths": {"yes": [{"key": "thanks", "kind": "wait"}], "no": []}}  # fmt: skip

    def test_everybody_takes_the_path_of_the_condition_and_meets_again_after_it(self):
        version = campaign_of(self.BRANCH, {"key": "more", "kind": "wait"})
        loyal, other = inside(version, buyer(2)), inside(version, buyer(1))

        run_due(now=NOW)

        assert course(loyal) == [("loyal", "done", "yes"), ("thanks", "waiting", "")]
        assert course(other) == [("loyal", "done", "no"), ("more", "waiting", "")]

    def test_it_is_one_question_for_all(self, django_assert_max_num_queries):
        version = campaign_of(self.BRANCH, {"key": "more", "kind": "wait"})
        for orders in range(30):
            inside(version, buyer(orders))

        with django_assert_max_num_queries(20):
            run_due(now=NOW)

        assert StepRun.objects.filter(step="thanks").count() == 28

    def test_who_is_in_no_state_of_the_lifecycle_meets_no_condition(self):
        someone = inside(campaign_of(self.BRANCH, {"key": "more", "kind": "wait"}))

        run_due(now=NOW)

        assert course(someone)[0] == ("loyal", "done", "no")


class TestChance:
    def test_a_split_takes_each_customer_the_same_way_in_every_version(self):
        split = {"key": "text", "kind": "split", "shares": {"a": 50, "b": 50}}
        first = campaign_of(split)
        people = [inside(first) for _ in range(40)]
        run_due(now=NOW)
        paths = dict(StepRun.objects.values_list("customer", "path"))
        StepRun.objects.all().delete()
        Enrollment.objects.all().delete()
        first.number, first.id, first.state = first.number + 1, None, "retired"
        first.save()

        for person in people:
            inside(first, person.customer)
        run_due(now=NOW)

        assert dict(StepRun.objects.values_list("customer", "path")) == paths
        assert set(paths.values()) == {"a", "b"}

    def test_who_is_held_out_goes_no_further(self):
        version = campaign_of({"key": "half", "kind": "holdout", "share": 50}, {"key": "more", "kind": "wait"})
        for _ in range(40):
            inside(version)

        run_due(now=NOW)

        out = Enrollment.objects.filter(state="exited", end_reason="holdout").count()
        assert 5 < out < 35
        assert StepRun.objects.filter(step="more").count() == 40 - out


class TestWaitForAnEvent:
    PATHS = {"happened": [{"key": "thanks", "kind": "wait"}], "timeout": [{"key": "nudge", "kind": "wait"}]}
    WAIT = {"key": "order", "kind": "wait_for", "event": "order_paid", "timeout": {"days": 3}, "paths": PATHS}
    WHOLE = ({"key": "rest", "kind": "wait"}, WAIT)

    def happens(self, enrollment, *, occurred, received):
        return EventFactory(customer=enrollment.customer, name="order_paid", occurred_at=occurred, received_at=received)

    def test_it_waits_for_the_event_until_the_timeout(self):
        someone = inside(campaign_of(*self.WHOLE))

        run_due(now=NOW)

        wait = StepRun.objects.get(step="order")
        assert (wait.awaits, wait.due_at) == ("order_paid", NOW + 3 * DAY)
        assert run_due(now=NOW + 3 * DAY) == 1
        assert course(someone)[1:] == [("order", "done", "timeout"), ("nudge", "waiting", "")]

    def test_an_event_that_woke_it_takes_the_other_path(self):
        someone = inside(campaign_of(*self.WHOLE))
        run_due(now=NOW)
        StepRun.objects.filter(step="order").update(heard_id=17, due_at=NOW + HOUR)

        run_due(now=NOW + HOUR)

        assert course(someone)[1:] == [("order", "done", "happened"), ("thanks", "waiting", "")]
        assert StepRun.objects.get(step="order").awaits is None

    def test_an_event_that_came_while_the_step_before_was_worked_on_ends_it_at_once(self):
        someone = inside(campaign_of(*self.WHOLE))
        event = self.happens(someone, occurred=THEN + timedelta(seconds=50), received=NOW + timedelta(seconds=1))

        run_due(now=NOW)

        wait = StepRun.objects.get(step="order")
        assert (wait.heard_id, wait.due_at) == (event.id, NOW)

    def test_an_event_of_before_it_does_not_count(self):
        someone = inside(campaign_of(*self.WHOLE))
        self.happens(someone, occurred=THEN - DAY, received=NOW)
        self.happens(someone, occurred=THEN + timedelta(seconds=1), received=NOW - timedelta(seconds=1))

        run_due(now=NOW)

        assert StepRun.objects.get(step="order").heard_id is None

    def test_an_event_that_nobody_was_woken_by_is_found_at_the_timeout(self):
        someone = inside(campaign_of(*self.WHOLE))
        run_due(now=NOW)
        self.happens(someone, occurred=NOW + 2 * DAY, received=NOW + 2 * DAY)

        run_due(now=NOW + 3 * DAY)

        assert course(someone)[1] == ("order", "done", "happened")


class TestWaitForACondition:
    WAIT = {"key": "loyal", "kind": "wait_for", "condition": LOYAL, "timeout": {"days": 3}}

    def test_it_ends_once_the_condition_holds(self):
        version = campaign_of(self.WAIT)
        loyal, other = inside(version, buyer(2)), inside(version, buyer(1))

        assert wake_waits(now=NOW) == 1
        run_due(now=NOW)

        assert course(loyal) == [("loyal", "done", "happened")]
        assert course(other) == [("loyal", "waiting", "")]

    def test_of_some_customers_others_are_left_alone(self):
        version = campaign_of(self.WAIT)
        one, _ = inside(version, buyer(2)), inside(version, buyer(2))

        assert wake_waits(now=NOW, customers=[one.customer_id]) == 1

    def test_at_the_timeout_it_asks_once_more(self):
        version = campaign_of(self.WAIT)
        loyal, other = inside(version, buyer(2)), inside(version, buyer(1))

        run_due(now=THEN + 3 * DAY)

        assert course(loyal) == [("loyal", "done", "happened")]
        assert course(other) == [("loyal", "done", "timeout")]


class TestTask:
    CALL = {"key": "call", "kind": "task", "title": "Call {name}", "due_hours": 4, "priority": "HIGH"}

    def test_it_asks_once_and_names_the_step_as_its_origin(self):
        someone = inside(campaign_of(self.CALL), CustomerFactory(name="Acme"))

        run_due(now=NOW)

        task = Task.objects.get()
        assert (task.customer, task.title, task.priority) == (someone.customer, "Call Acme", "HIGH")
        assert (task.due_at, task.team) == (NOW + 4 * HOUR, None)
        assert task.origin == f"step:{StepRun.objects.get().id}"

    def test_a_team_that_is_not_there_fails_the_step_and_no_other(self):
        TeamFactory(code="care")
        lost = inside(campaign_of({**self.CALL, "team": "nobody"}))
        inside(campaign_of({**self.CALL, "team": "care"}))

        run_due(now=NOW)

        assert course(lost) == [("call", "failed", "There is no team nobody.")]
        assert Task.objects.get().team.code == "care"

    def test_a_type_that_is_not_there_fails_the_step(self):
        lost = inside(campaign_of({**self.CALL, "type": "DANCE"}))

        run_due(now=NOW)

        assert course(lost) == [("call", "failed", "There is no type of task DANCE.")]

    def test_too_late_it_is_left_out_and_the_customer_goes_on(self):
        someone = inside(campaign_of({**self.CALL, "max_late_hours": 2}, {"key": "rest", "kind": "wait"}))

        run_due(now=THEN + 2 * HOUR + timedelta(seconds=1))

        assert course(someone) == [("call", "skipped", "late"), ("rest", "waiting", "")]
        assert not Task.objects.exists()


def test_an_alert_tells_a_team_in_words():
    team = TeamFactory(code="care")
    step = {"key": "tell", "kind": "alert", "team": "care", "message": "{name} needs us.", "priority": "URGENT"}
    someone = inside(campaign_of(step), CustomerFactory(name="Acme"))
    move = TransitionFactory(customer=someone.customer)
    Enrollment.objects.update(transition_id=move.id)

    run_due(now=NOW)

    notice = Notice.objects.get()
    assert (notice.team, notice.priority, notice.text) == (team, "urgent", "Acme needs us.")
    assert (notice.customer, notice.transition) == (someone.customer, move)


class TestTraits:
    @pytest.mark.parametrize("value", ["gold", 3, 2.5, True])
    def test_it_is_set_as_what_is_said_of_a_customer(self, value):
        someone = inside(campaign_of({"key": "mark", "kind": "set_trait", "trait": "medal", "value": value}))

        run_due(now=NOW)

        someone.customer.refresh_from_db()
        assert someone.customer.traits == {"medal": value}
        assert Event.objects.get().message_id == f"step:{StepRun.objects.get().id}"

    def test_it_is_removed(self):
        steps = (
            {"key": "set", "kind": "set_trait", "trait": "medal", "value": "gold"},
            {"key": "gone", "kind": "remove_trait", "trait": "medal", "after": {"hours": 1}},
        )
        someone = inside(campaign_of(*steps))

        run_due(now=NOW)
        run_due(now=NOW + HOUR)

        someone.customer.refresh_from_db()
        assert someone.customer.traits.get("medal") is None

    def test_a_value_that_cannot_be_fails_the_step_and_no_other(self):
        lost = inside(campaign_of({"key": "zone", "kind": "set_trait", "trait": "timezone", "value": "Moon"}))
        good = inside(campaign_of({"key": "zone", "kind": "set_trait", "trait": "timezone", "value": "Asia/Tokyo"}))

        run_due(now=NOW)

        good.customer.refresh_from_db()
        assert course(lost) == [("zone", "failed", "timezone must be an IANA time zone such as Asia/Tokyo.")]
        assert good.customer.timezone == "Asia/Tokyo"
