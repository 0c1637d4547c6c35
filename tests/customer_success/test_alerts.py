"""Health alerts: once an episode, each a task, ended by recovery."""

from datetime import UTC, datetime, timedelta

import pytest

from customer_success.engine.alerts import AlertNotChanged, acknowledge, raise_alerts, resolve, snooze
from customer_success.models import CustomerHealth, HealthAlert, HealthScore, Task
from customer_success.queries.health import PROGRAM
from lifecycle.models import Team
from tests.factories import (
    CustomerFactory,
    CustomerHealthFactory,
    HealthScoreFactory,
    ScorecardVersionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
DROP = {"kind": "SIGNIFICANT_DROP", "points": 10, "due_hours": 24, "priority": "HIGH", "is_escalated": False}
BELOW = {"kind": "BELOW_THRESHOLD", "below": 60, "due_hours": 48, "priority": "MEDIUM", "is_escalated": False}
RED = {"kind": "RED_ZONE", "below": 40, "due_hours": 4, "priority": "CRITICAL", "is_escalated": True}


@pytest.fixture
def version():
    return ScorecardVersionFactory(state="published", definition={"alerts": [DROP, BELOW, RED]})


@pytest.fixture
def owner():
    return UserFactory(username="mia")


@pytest.fixture
def scored(version, owner):
    """A customer with the scores of the days before NOW, the latest last."""

    def make(*scores, **customer):
        who = CustomerFactory(**{"owner": owner, **customer})
        for days, score in enumerate(reversed(scores)):
            HealthScoreFactory(customer=who, version=version, score=score, recorded_at=NOW - timedelta(days=days))
        CustomerHealthFactory(
            customer=who, version=version, score=scores[-1], computed_score=scores[-1], computed_at=NOW
        )
        return who

    return make


def kinds():
    return sorted(HealthAlert.objects.filter(ended_at=None).values_list("kind", flat=True))


def set_score(customer, score):
    CustomerHealth.objects.filter(customer=customer).update(score=score)


@pytest.mark.parametrize(
    ("scores", "raised"),
    [
        ((60,), []), ((59,), ["BELOW_THRESHOLD"]), ((40,), ["BELOW_THRESHOLD"]),
        ((39,), ["BELOW_THRESHOLD", "RED_ZONE"]),
        ((80, 70), []), ((80, 69), ["SIGNIFICANT_DROP"]), ((80, 90, 75, 70), ["SIGNIFICANT_DROP"]),
        ((69, 80), []),
    ],
)  # fmt: skip
def test_raises_what_the_version_asks_for(scored, scores, raised):
    scored(*scores)

    raise_alerts(now=NOW)

    assert kinds() == raised


def test_a_drop_counts_from_the_score_that_held_when_the_week_began(scored):
    customer = scored(65)
    HealthScoreFactory(customer=customer, score=90, recorded_at=NOW - timedelta(days=30))

    raise_alerts(now=NOW)

    assert kinds() == ["SIGNIFICANT_DROP"]
    assert HealthAlert.objects.get().previous_score == 90


def test_a_high_score_of_long_ago_is_no_drop(scored):
    customer = scored(65)
    for days, score in ((30, 90), (20, 66)):
        HealthScoreFactory(customer=customer, score=score, recorded_at=NOW - timedelta(days=days))

    assert raise_alerts(now=NOW) == 0


@pytest.mark.parametrize("days", [1, 30])
def test_a_score_of_another_scorecard_is_not_what_a_score_fell_from(scored, version, days):
    customer, other = scored(65), scored(65)
    at = NOW - timedelta(days=days)
    HealthScoreFactory(customer=customer, version=ScorecardVersionFactory(), score=90, recorded_at=at)
    older = ScorecardVersionFactory(scorecard=version.scorecard, number=9, state="retired", definition={})
    HealthScoreFactory(customer=other, version=older, score=90, recorded_at=at)

    raise_alerts(now=NOW)

    assert HealthAlert.objects.get().customer == other


def test_an_alert_is_a_task_of_the_owner_with_its_due_time(scored, owner):
    customer = scored(55)

    raise_alerts(now=NOW)

    task, alert = Task.objects.get(), HealthAlert.objects.get()
    assert (task.owner, task.customer, task.type, task.priority) == (owner, customer, "HEALTH_ALERT", "MEDIUM")
    assert task.due_at == alert.due_at == NOW + timedelta(hours=48)
    assert "below 60" in task.title


def test_an_escalation_goes_to_who_leads_the_owner_s_team(scored, owner):
    lead, other = UserFactory(username="lea"), UserFactory(username="otto")
    team = Team.objects.create(code="east", name="East")
    team.members.set([owner])
    team.leads.set([lead])
    Team.objects.create(code="west", name="West").leads.set([other])
    scored(30)

    raise_alerts(now=NOW)

    assert {(task.type, task.owner.username) for task in Task.objects.all()} == {
        ("HEALTH_ALERT", "mia"), ("ESCALATION", "lea")}  # fmt: skip


def test_an_escalation_stays_with_an_owner_whom_nobody_leads(scored, owner):
    team = Team.objects.create(code="east", name="East")
    team.members.set([owner])
    team.leads.set([owner])
    scored(30)

    raise_alerts(now=NOW)

    assert {task.owner for task in Task.objects.all()} == {owner}


def test_a_customer_without_an_owner_gets_a_task_of_nobody(scored):
    scored(55, owner=None)

    raise_alerts(now=NOW)

    assert (Task.objects.get().owner, Task.objects.get().team) == (None, None)


def test_a_score_told_as_a_whole_is_looked_at_as_the_success_program_says(scored, version):
    version.scorecard.code = PROGRAM
    version.scorecard.save()
    who = scored(70, 30)
    CustomerHealth.objects.filter(customer=who).update(version=None)
    HealthScore.objects.filter(customer=who, score=30).update(version=None)

    raise_alerts(now=NOW)

    assert kinds() == ["BELOW_THRESHOLD", "RED_ZONE", "SIGNIFICANT_DROP"]
    assert {alert.version for alert in HealthAlert.objects.all()} == {version}


def test_raises_once_an_episode(scored):
    customer = scored(55)
    assert [raise_alerts(now=NOW), raise_alerts(now=NOW)] == [1, 0]
    set_score(customer, 50)
    assert raise_alerts(now=NOW + timedelta(days=1)) == 0

    set_score(customer, 61)
    raise_alerts(now=NOW + timedelta(days=2))
    set_score(customer, 59)
    raise_alerts(now=NOW + timedelta(days=3))

    first, second = HealthAlert.objects.order_by("id")
    assert (first.ended_at, second.ended_at) == (NOW + timedelta(days=2), None)
    assert [task.state for task in Task.objects.order_by("id")] == ["DROPPED", "OPEN"]


def test_a_resolved_alert_is_not_raised_again_while_it_lasts(scored, owner):
    scored(55)
    raise_alerts(now=NOW)
    resolve(alert=HealthAlert.objects.get(), by=owner, now=NOW, note="Called them")

    assert raise_alerts(now=NOW + timedelta(days=1)) == 0
    task = Task.objects.get()
    assert (task.state, task.outcome, task.closed_by) == ("DONE", "Called them", owner)


def test_a_snoozed_alert_comes_back(scored, owner):
    scored(55)
    raise_alerts(now=NOW)
    until = NOW + timedelta(days=2)
    snooze(alert=HealthAlert.objects.get(), until=until, by=owner, now=NOW)
    assert Task.objects.get().snoozed_until == until

    raise_alerts(now=until - timedelta(seconds=1))
    assert HealthAlert.objects.get().state == "SNOOZED"
    raise_alerts(now=until)
    assert HealthAlert.objects.get().state == "OPEN"


def test_refuses_what_comes_too_late_or_says_nothing(scored, owner):
    scored(55)
    raise_alerts(now=NOW)
    alert = HealthAlert.objects.get()
    with pytest.raises(AlertNotChanged, match="note"):
        resolve(alert=alert, by=owner, now=NOW, note="  ")
    with pytest.raises(AlertNotChanged, match="NUL"):
        acknowledge(alert=alert, by=owner, now=NOW, note="a\x00b")
    with pytest.raises(AlertNotChanged, match="500"):
        acknowledge(alert=alert, by=owner, now=NOW, note="x" * 501)
    with pytest.raises(AlertNotChanged, match="future"):
        snooze(alert=alert, until=NOW, by=owner, now=NOW)
    with pytest.raises(AlertNotChanged, match="a year at most"):
        snooze(alert=alert, until=NOW + timedelta(days=367), by=owner, now=NOW)
    acknowledge(alert=alert, by=owner, now=NOW)
    with pytest.raises(AlertNotChanged, match="acknowledged already"):
        acknowledge(alert=alert, by=owner, now=NOW)
    resolve(alert=alert, by=owner, now=NOW, note="Done")
    with pytest.raises(AlertNotChanged, match="resolved already"):
        resolve(alert=alert, by=owner, now=NOW, note="Done")


def test_an_alert_was_answered_when_somebody_first_said_something(scored, owner):
    scored(55)
    raise_alerts(now=NOW)
    alert = HealthAlert.objects.get()
    acknowledge(alert=alert, by=owner, now=NOW + timedelta(hours=1))

    resolve(alert=alert, by=UserFactory(username="otto"), now=NOW + timedelta(days=9), note="Done")

    alert.refresh_from_db()
    assert alert.answered_at == NOW + timedelta(hours=1)
    assert (alert.handled_at, alert.handled_by.username) == (NOW + timedelta(days=9), "otto")


def test_nothing_can_be_said_of_an_episode_that_is_over(scored, owner):
    customer = scored(55)
    raise_alerts(now=NOW)
    set_score(customer, 90)
    raise_alerts(now=NOW)

    with pytest.raises(AlertNotChanged, match="over already"):
        resolve(alert=HealthAlert.objects.get(), by=owner, now=NOW, note="Done")


def test_asks_the_same_few_questions_for_many_customers(scored, django_assert_max_num_queries):
    for _ in range(20):
        scored(30)

    with django_assert_max_num_queries(9):
        assert raise_alerts(now=NOW) == 40


@pytest.mark.django_db(transaction=True)
def test_killed_in_between_leaves_neither_alerts_nor_tasks(scored, monkeypatch):
    scored(30)
    monkeypatch.setattr("customer_success.engine.alerts.create_tasks", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        raise_alerts(now=NOW)
    assert not HealthAlert.objects.exists()
    monkeypatch.undo()

    assert (raise_alerts(now=NOW), Task.objects.count()) == (2, 2)
