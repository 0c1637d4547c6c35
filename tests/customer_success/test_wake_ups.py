"""What the schedule sets off, driven by its tasks; and that nobody works on an account that is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from config.schedule import load_schedule
from customer_success import tasks
from customer_success.engine.accounts import close_account
from customer_success.engine.alerts import raise_alerts
from customer_success.engine.milestones import remind_of_milestones
from customer_success.engine.plans import create_plan
from customer_success.models import CustomerHealth, HealthAlert, Task
from customer_success.queries.expansion import opportunities
from customer_success.queries.my_day import renewals, scope_of
from lifecycle.engine.defaults import load_defaults
from tests.customer_success.cast import member, opened
from tests.factories import (
    BusinessReviewFactory,
    CustomerHealthFactory,
    ExpansionOpportunityFactory,
    PlanMilestoneFactory,
    ScorecardVersionFactory,
)

pytestmark = pytest.mark.django_db
ASKED_FOR_BY_OTHERS = {"customer_success.tasks.prepare_business_review"}
NOW = timezone.now()
RED = {"kind": "RED_ZONE", "below": 40, "due_hours": 4, "priority": "CRITICAL", "is_escalated": False}


@pytest.fixture
def mia() -> Any:
    return member("mia")


@pytest.fixture
def poorly(mia: Any) -> Any:
    """An account that renews tomorrow and is not well."""
    load_defaults(now=NOW, only="account")
    customer = opened("acme", owner=mia, now=NOW - timedelta(days=9), renewal_date=(NOW + timedelta(days=1)).date())
    version = ScorecardVersionFactory(state="published", definition={"alerts": [RED]})
    CustomerHealthFactory(customer=customer, version=version, score=20, level="POOR", computed_score=20)
    return customer


def test_every_task_is_on_the_schedule() -> None:
    load_schedule()

    made = {f"{one.__module__}.{name}" for name, one in vars(tasks).items() if hasattr(one, "delay")}

    assert made - set(PeriodicTask.objects.values_list("task", flat=True)) == ASKED_FOR_BY_OTHERS


@pytest.mark.parametrize("run", [tasks.score_health, tasks.score_changed_health])
def test_scoring_raises_the_alerts_that_follow_from_it(poorly: Any, monkeypatch: Any, run: Any) -> None:
    monkeypatch.setattr(tasks, "score_everybody", lambda **_: 1)  # the score stands already
    monkeypatch.setattr(tasks, "score_changed", lambda **_: 1)

    run()

    assert [alert.customer for alert in HealthAlert.objects.all()] == [poorly]
    assert (
        Task.objects.filter(customer=poorly, type="ESCALATION").count()
        + Task.objects.filter(customer=poorly, type="HEALTH_ALERT").count()
        == 1
    )


def test_nobody_works_on_a_closed_account(poorly: Any, mia: Any) -> None:
    values = {"type": "QUARTERLY", "title": "Q", "status": "ACTIVE", "starts_on": NOW.date(), "ends_on": NOW.date()}
    plan = create_plan(customer=poorly, values=values, by=mia, now=NOW)
    PlanMilestoneFactory(plan=plan, due_date=NOW.date(), owner=mia)
    raise_alerts(now=NOW)
    assert renewals(scope_of(mia, is_team=False), now=NOW).exists()

    close_account(customer=poorly, reason="left", by=mia, now=NOW)
    raise_alerts(now=NOW)
    remind_of_milestones(now=NOW)

    assert not HealthAlert.objects.filter(ended_at=None).exists()
    assert not Task.objects.filter(state="OPEN").exists()
    assert not renewals(scope_of(mia, is_team=False), now=NOW).exists()
    assert CustomerHealth.objects.filter(customer=poorly).exists()  # its score stays


def test_an_opportunity_tells_when_the_last_review_was_held(poorly: Any) -> None:
    ExpansionOpportunityFactory(customer=poorly)
    for days, status in ((40, "HELD"), (20, "HELD"), (3, "SCHEDULED")):
        at = NOW - timedelta(days=days)
        BusinessReviewFactory(customer=poorly, status=status, held_at=at if status == "HELD" else None)

    assert opportunities().get().last_review_date == (NOW - timedelta(days=20)).date()
