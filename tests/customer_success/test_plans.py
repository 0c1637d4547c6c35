"""Success plans as the engine writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pghistory.models import Events

from customer_success.engine.milestones import (
    NewMilestone,
    add_milestone,
    mark_overdue,
    remind_of_milestones,
    update_milestone,
)
from customer_success.engine.plan_checks import PlanInvalid, PlanNotAllowed
from customer_success.engine.plans import create_plan, create_plan_from, update_plan
from customer_success.models import OwnerRole, PlanMilestone, SuccessPlan, Task
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    PlanMilestoneFactory,
    PlanTemplateFactory,
    SuccessPlanFactory,
    TemplateMilestoneFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
VALUES = {"type": "ONBOARDING", "title": "Start", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 6, 1)}


@pytest.fixture
def mia():
    return UserFactory(username="mia")


@pytest.fixture
def customer(mia):
    return AccountFactory(customer__owner=mia).customer


@pytest.fixture
def plan(customer):
    return SuccessPlanFactory(customer=customer)


def changed(milestone, *, now=NOW, **changes) -> PlanMilestone:
    return update_milestone(milestone=milestone, changes=changes, by=None, now=now)


def test_makes_a_plan_with_milestones_that_depend_on_each_other(customer, mia):
    milestones = (
        NewMilestone("Go-live", date(2026, 5, 1), depends_on=("Kick-off",)),
        NewMilestone("Kick-off", date(2026, 3, 20), owner=mia),
    )

    plan = create_plan(customer=customer, values=VALUES, milestones=milestones, by=mia, now=NOW)

    go_live = plan.milestones.get(title="Go-live")
    assert (plan.status, plan.owner, plan.created_by) == ("DRAFT", mia, mia)
    assert [one.title for one in go_live.depends_on.all()] == ["Kick-off"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_on": date(2026, 2, 1)}, "ends_on"),
        ({"starts_on": date(1, 1, 1)}, "starts_on"),
        ({"status": "COMPLETED"}, "status"),
        ({"sections": {"POETRY": {"text": "", "is_shared": False}}}, "sections"),
    ],
)
def test_refuses_a_plan_that_makes_no_sense(customer, mia, values, field):
    with pytest.raises(PlanInvalid) as refused:
        create_plan(customer=customer, values={**VALUES, **values}, by=mia, now=NOW)

    assert refused.value.field == field
    assert not SuccessPlan.objects.exists()


@pytest.mark.parametrize(
    ("milestones", "field"),
    [
        ((NewMilestone("a", date(2026, 4, 1)), NewMilestone("a", date(2026, 5, 1))), "milestones.1.title"),
        ((NewMilestone("a", date(2026, 4, 1), depends_on=("b",)),), "milestones.0.depends_on"),
        ((NewMilestone("a", date(2026, 4, 1), depends_on=("a",)),), "milestones"),
        ((NewMilestone("a", date(9999, 4, 1)),), "milestones.0.due_date"),
        ((NewMilestone("a", date(2026, 4, 1), status="OVERDUE"),), "milestones.0.status"),
        ((NewMilestone("a", date(2026, 4, 1), progress=100),), "milestones.0.progress"),
        (tuple(NewMilestone(f"{n}", date(2026, 4, 1)) for n in range(101)), "milestones"),
    ],
)
def test_says_which_new_milestone_is_wrong_and_stores_nothing(customer, mia, milestones, field):
    with pytest.raises(PlanInvalid) as refused:
        create_plan(customer=customer, values=VALUES, milestones=milestones, by=mia, now=NOW)

    assert refused.value.field == field
    assert not SuccessPlan.objects.exists()


def test_a_template_gives_dates_owners_and_order(customer, mia):
    lea = UserFactory(username="lea")
    template = PlanTemplateFactory(days=30, sections={"COMMUNICATION": {"text": "Weekly", "is_shared": True}})
    for title, day, role, before in (
        ("Kick-off", 2, OwnerRole.SUCCESS_MANAGER, []),
        ("Go-live", 20, OwnerRole.PLAN_OWNER, ["Kick-off"]),
        ("Survey", 25, OwnerRole.NOBODY, []),
    ):
        TemplateMilestoneFactory(template=template, title=title, day=day, owner_role=role, depends_on=before)

    plan = create_plan_from(
        template=template, customer=customer, values={"starts_on": date(2026, 3, 1), "owner": lea}, by=mia, now=NOW
    )

    found = [(one.title, one.due_date.isoformat(), one.owner) for one in plan.milestones.all()]
    assert found == [("Kick-off", "2026-03-03", mia), ("Go-live", "2026-03-21", lea), ("Survey", "2026-03-26", None)]
    assert plan.ends_on == date(2026, 3, 31)
    assert plan.sections["COMMUNICATION"]["is_shared"]
    assert plan.milestones.get(title="Go-live").depends_on.get().title == "Kick-off"


def test_a_milestone_is_completed_after_what_it_depends_on(plan):
    first, second = PlanMilestoneFactory(plan=plan, title="First"), PlanMilestoneFactory(plan=plan)
    changed(second, depends_on=[first])

    with pytest.raises(PlanNotAllowed, match="depends on “First”: complete that first"):
        changed(second, status="COMPLETED")
    changed(first, status="COMPLETED")
    done = changed(second, status="COMPLETED")

    assert (done.status, done.progress, done.completed_at) == ("COMPLETED", 100, NOW)


def test_what_was_cancelled_is_waited_for_no_longer(plan):
    first, second = PlanMilestoneFactory(plan=plan), PlanMilestoneFactory(plan=plan)
    changed(second, depends_on=[first])
    changed(first, status="CANCELLED")

    assert changed(second, status="COMPLETED").status == "COMPLETED"


def test_refuses_a_circle_of_milestones_and_one_of_another_plan(plan):
    first, second = PlanMilestoneFactory(plan=plan), PlanMilestoneFactory(plan=plan)
    changed(second, depends_on=[first])

    with pytest.raises(PlanInvalid, match="wait for each other"):
        changed(first, depends_on=[second])
    with pytest.raises(PlanInvalid, match="no milestone"):
        changed(first, depends_on=[PlanMilestoneFactory()])
    assert not first.depends_on.exists()


def test_a_milestone_opened_again_is_not_done(plan):
    milestone = changed(PlanMilestoneFactory(plan=plan), status="COMPLETED")

    opened = changed(milestone, status="IN_PROGRESS")

    assert (opened.status, opened.progress, opened.completed_at) == ("IN_PROGRESS", 0, None)


def test_overdue_is_nobodys_to_give_but_the_clocks(plan):
    milestone = PlanMilestoneFactory(plan=plan)

    with pytest.raises(PlanInvalid, match="set by the clock"):
        changed(milestone, status="OVERDUE")


def test_the_clock_goes_by_the_customers_zone():
    late, early = (
        PlanMilestoneFactory(plan__customer=CustomerFactory(timezone=zone), due_date=date(2026, 3, 10))
        for zone in ("Asia/Tokyo", "America/Lima")
    )

    number = mark_overdue(now=datetime(2026, 3, 10, 16, tzinfo=UTC))  # the 11th in Tokyo

    late.refresh_from_db(), early.refresh_from_db()
    assert (number, late.status, early.status) == (1, "OVERDUE", "PENDING")


@pytest.mark.parametrize("status", ["DRAFT", "ON_HOLD"])
def test_nothing_is_overdue_while_the_plan_does_not_run(status):
    milestone = PlanMilestoneFactory(plan__status=status, due_date=date(2026, 3, 1))

    assert mark_overdue(now=NOW) == 0
    update_plan(plan=milestone.plan, changes={"status": "ACTIVE"}, by=None, now=NOW)

    milestone.refresh_from_db()
    assert milestone.status == "OVERDUE"


def test_a_due_date_moved_forward_takes_overdue_back(plan):
    milestone = PlanMilestoneFactory(plan=plan, due_date=date(2026, 3, 1), progress=30, status="IN_PROGRESS")
    mark_overdue(now=NOW)

    moved = changed(milestone, due_date=date(2026, 4, 1))

    assert moved.status == "IN_PROGRESS"


def test_the_clock_leaves_what_is_over_alone_and_takes_its_word_back():
    done = PlanMilestoneFactory(status="COMPLETED", progress=100, completed_at=NOW, due_date=date(2026, 3, 1))
    held = PlanMilestoneFactory(status="OVERDUE", plan__status="ON_HOLD", due_date=date(2026, 3, 1))

    assert (mark_overdue(now=NOW), mark_overdue(now=NOW)) == (1, 0)

    done.refresh_from_db(), held.refresh_from_db()
    assert (done.status, held.status) == ("COMPLETED", "PENDING")


def test_reminds_the_owner_once_shortly_before_the_due_date(plan, mia):
    soon = PlanMilestoneFactory(plan=plan, due_date=date(2026, 3, 13))
    PlanMilestoneFactory(plan=plan, due_date=date(2026, 3, 14))
    PlanMilestoneFactory(plan__status="DRAFT", due_date=date(2026, 3, 11))

    remind_of_milestones(now=NOW)
    remind_of_milestones(now=NOW + timedelta(hours=1))

    task = Task.objects.get()
    assert (task.owner, task.type, task.origin) == (mia, "MILESTONE", f"milestone:{soon.id}:2026-03-13")
    assert task.due_at.date() == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": "COMPLETED"}, "DONE"),
        ({"status": "CANCELLED"}, "DROPPED"),
        ({"due_date": date(2026, 5, 1)}, "DROPPED"),
    ],
)
def test_the_reminder_ends_with_what_it_reminds_of(plan, changes, state):
    milestone = PlanMilestoneFactory(plan=plan, due_date=date(2026, 3, 11))
    remind_of_milestones(now=NOW)

    changed(milestone, **changes)

    assert Task.objects.get().state == state


@pytest.mark.parametrize(
    ("away", "back"),
    [
        ({"due_date": date(2026, 5, 1)}, {"due_date": date(2026, 3, 11)}),
        ({"status": "CANCELLED"}, {"status": "PENDING"}),
        ({"status": "COMPLETED"}, {"status": "IN_PROGRESS"}),
    ],
)
def test_reminds_again_of_what_is_due_again(plan, away, back):
    milestone = PlanMilestoneFactory(plan=plan, due_date=date(2026, 3, 11))
    remind_of_milestones(now=NOW)
    changed(changed(milestone, **away), **back)

    remind_of_milestones(now=NOW)

    assert Task.objects.filter(state="OPEN").count() == 1


def test_a_plan_moves_only_where_it_may(plan):
    PlanMilestoneFactory(plan=plan)

    with pytest.raises(PlanNotAllowed, match="ACTIVE may go to COMPLETED or ON_HOLD or CANCELLED, not to DRAFT"):
        update_plan(plan=plan, changes={"status": "DRAFT"}, by=None, now=NOW)
    with pytest.raises(PlanNotAllowed, match="There is 1 open milestone: complete or cancel them first"):
        update_plan(plan=plan, changes={"status": "COMPLETED"}, by=None, now=NOW)


def test_the_milestones_of_a_plan_that_is_over_stay_as_they_are(plan):
    milestone = PlanMilestoneFactory(plan=plan, due_date=date(2026, 3, 11))
    remind_of_milestones(now=NOW)
    update_plan(plan=plan, changes={"status": "CANCELLED"}, by=None, now=NOW)

    with pytest.raises(PlanNotAllowed, match="The plan is cancelled"):
        changed(milestone, progress=10)
    with pytest.raises(PlanNotAllowed, match="The plan is cancelled"):
        add_milestone(plan=plan, new=NewMilestone("More", date(2026, 4, 1)), by=None, now=NOW)
    assert Task.objects.get().state == "DROPPED"


def test_sections_that_are_not_named_stay(plan):
    shared = {"text": "We", "is_shared": True}
    update_plan(plan=plan, changes={"sections": {"COMMUNICATION": shared}}, by=None, now=NOW)

    changed_plan = update_plan(plan=plan, changes={"sections": {"RISK_MANAGEMENT": shared}}, by=None, now=NOW)

    assert set(changed_plan.sections) == {"COMMUNICATION", "RISK_MANAGEMENT"}


def test_the_database_keeps_every_version(plan):
    milestone = PlanMilestoneFactory(plan=plan)

    changed(milestone, progress=40)

    assert [event.pgh_label for event in Events.objects.tracks(milestone).order_by("pgh_created_at")] == [
        "insert",
        "update",
    ]
