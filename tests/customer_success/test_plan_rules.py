"""Progress, overdue, circles: the rules of success plans."""

from __future__ import annotations

from datetime import date

import pytest

from customer_success.models import MilestonePriority, MilestoneStatus, SuccessPlanStatus
from customer_success.rules.plans import (
    MOVES,
    OPEN,
    WEIGHTS,
    Step,
    circle,
    plan_progress,
    problems_of_steps,
    settled,
)


def test_speaks_of_every_status_and_priority_there_is():
    assert set(MOVES) == set(SuccessPlanStatus.values)
    assert set(WEIGHTS) == set(MilestonePriority.values)
    assert {*OPEN, "COMPLETED", "CANCELLED"} == set(MilestoneStatus.values)


@pytest.mark.parametrize(
    ("milestones", "percent"),
    [
        ([], 0),
        ([("CANCELLED", "CRITICAL", 0)], 0),
        ([("COMPLETED", "LOW", 100)], 100),
        ([("COMPLETED", "LOW", 100), ("PENDING", "HIGH", 0)], 25),
        ([("COMPLETED", "CRITICAL", 100), ("PENDING", "CRITICAL", 0)], 50),
        ([("COMPLETED", "LOW", 100), ("CANCELLED", "CRITICAL", 10)], 100),
        ([("COMPLETED", "CRITICAL", 100)] * 99 + [("OVERDUE", "LOW", 99)], 99),
    ],
)
def test_progress_is_the_mean_weighted_by_priority_and_rounded_down(milestones, percent):
    assert plan_progress(milestones) == percent


@pytest.mark.parametrize(
    ("status", "progress", "due", "is_running", "becomes"),
    [
        ("PENDING", 0, 9, True, ("OVERDUE", 0)),
        ("PENDING", 0, 10, True, ("PENDING", 0)),
        ("IN_PROGRESS", 40, 9, True, ("OVERDUE", 40)),
        ("PENDING", 0, 9, False, ("PENDING", 0)),
        ("OVERDUE", 0, 11, True, ("PENDING", 0)),
        ("OVERDUE", 40, 11, True, ("IN_PROGRESS", 40)),
        ("OVERDUE", 40, 9, False, ("IN_PROGRESS", 40)),
        ("PENDING", 5, 11, True, ("IN_PROGRESS", 5)),
        ("COMPLETED", 40, 9, True, ("COMPLETED", 100)),
        ("CANCELLED", 40, 9, True, ("CANCELLED", 40)),
    ],
)
def test_the_clock_and_the_progress_settle_the_status(status, progress, due, is_running, becomes):
    found = settled(status, progress, due=date(2026, 3, due), today=date(2026, 3, 10), is_running=is_running)

    assert found == becomes


def test_names_a_circle_and_finds_none_where_there_is_none():
    assert circle({"a": ["b"], "b": ["c"], "c": []}) == ()
    assert set(circle({"a": ["b"], "b": ["c"], "c": ["a"]})) == {"a", "b", "c"}
    assert circle({"a": ["a"]}) == ("a", "a")


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((Step("a", 1), Step("a", 2)), "may stand once"),
        ((Step("a", 1, ("b",)),), "“b”, which is not in the template"),
        ((Step("a", 1, ("b",)), Step("b", 5)), "on day 1, before “b” on day 5"),
        ((Step("a", 1, ("b",)), Step("b", 1, ("a",))), "wait for each other"),
    ],
)
def test_says_what_is_wrong_with_a_template(steps, says):
    assert says in " ".join(problems_of_steps(steps))


def test_a_template_that_goes_forward_has_no_problems():
    assert list(problems_of_steps((Step("a", 1), Step("b", 5, ("a",))))) == []
