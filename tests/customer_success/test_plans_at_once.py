"""Two people write to one plan at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from customer_success.engine.milestones import NewMilestone, add_milestone, update_milestone
from customer_success.engine.plan_checks import PlanInvalid
from tests.factories import PlanMilestoneFactory, SuccessPlanFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What each was told: empty if it was done."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> str:
        try:
            start.wait(10)
            deed()
        except PlanInvalid as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(do, deeds))


def test_a_title_is_taken_once():
    plan = SuccessPlanFactory()
    new = NewMilestone("Kick-off", date(2026, 4, 1))

    told = at_once(*[lambda: add_milestone(plan=plan, new=new, by=None, now=timezone.now())] * 3)

    assert told == ["", *["There is a milestone “Kick-off” in this plan already."] * 2]
    assert plan.milestones.count() == 1


def test_two_dependencies_never_close_a_circle():
    plan = SuccessPlanFactory()
    first, second = PlanMilestoneFactory(plan=plan), PlanMilestoneFactory(plan=plan)

    def wait(one, other):
        return lambda: update_milestone(milestone=one, changes={"depends_on": [other]}, by=None, now=timezone.now())

    told = at_once(wait(first, second), wait(second, first))

    assert told[0] == ""
    assert "wait for each other" in told[1]
