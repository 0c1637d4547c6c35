"""My day: whose work it shows, in which order, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customer_success.models import Task, TaskState
from lifecycle.models import Customer
from tests.factories import (
    AccountFactory,
    BusinessReviewFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    ExpansionOpportunityFactory,
    HealthAlertFactory,
    LifecycleFactory,
    PlanMilestoneFactory,
    StatusTagFactory,
    SuccessPlanFactory,
    TaskFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
MY_DAY = "/admin/customer_success/task/my-day/"


def step(task: Any, name: str) -> str:
    return reverse("admin:customer_success_task_step", args=[task.id, name])


def task_of(owner: Any, **values: Any) -> Any:
    return TaskFactory(owner=owner, **{"due_at": timezone.now() + timedelta(days=2), **values})


def cards(answer: Any) -> dict[str, list[str]]:
    return {card.name: [row.title for row in card.rows] for card in answer.context["cards"]}


def portfolio(owner: Any, number: int) -> None:
    """Customers of whom each has something on every part of the page."""
    now, tag = timezone.now(), StatusTagFactory(category="risk")
    for one in range(number):
        customer = CustomerFactory(owner=owner, tier="ENTERPRISE")
        AccountFactory(customer=customer, renewal_date=now.date() + timedelta(days=one % 60), annual_revenue=one)
        CustomerHealthFactory(customer=customer, score=one % 60, level="POOR")
        CustomerStatusFactory(customer=customer, lifecycle=tag.lifecycle, tag=tag)
        HealthAlertFactory(customer=customer)
        TaskFactory(customer=customer, owner=owner, due_at=now + timedelta(hours=one - 5))
        PlanMilestoneFactory(plan=SuccessPlanFactory(customer=customer), due_date=now.date())
        BusinessReviewFactory(customer=customer)
        ExpansionOpportunityFactory(customer=customer, estimated_revenue=one)
        TaskFactory(customer=customer, team=TeamFactory(name=f"Team of {owner} {one}"))


def test_an_empty_day_is_a_good_day(mia: Any, desk_of: Any) -> None:
    page = desk_of(mia).get(MY_DAY).text

    assert "Nothing is due" in page
    assert "Nobody is at risk" in page
    assert "tn-figure-overdue" not in page  # nothing to be red about


def test_the_trail_says_where_one_is(mia: Any, desk_of: Any) -> None:
    trail = desk_of(mia).get(MY_DAY).context["trail"]

    assert [part["title"] for part in trail] == ["Customer success", "My day"]


def test_shows_what_is_due_in_the_stated_order(mia: Any, desk_of: Any) -> None:
    now = timezone.now()
    task_of(mia, title="next", due_at=now + timedelta(days=3), priority="CRITICAL")
    task_of(mia, title="late", due_at=now - timedelta(days=3), priority="LOW")
    task_of(mia, title="late and worth more", due_at=now - timedelta(hours=1), priority="HIGH")
    task_of(mia, title="later than a week", due_at=now + timedelta(days=9))
    task_of(mia, title="put off", snoozed_until=now + timedelta(days=1))
    task_of(mia, title="done", state=TaskState.DONE, closed_at=now)
    TaskFactory(title="of nobody")

    answer = desk_of(mia).get(MY_DAY)

    groups = {group.title: [one.task.title for one in group.tasks] for group in answer.context["groups"]}
    assert groups == {"Overdue": ["late and worth more", "late"], "Next seven days": ["next"]}
    assert "Why in this order?" in answer.text


def test_a_tag_of_the_same_name_in_two_lifecycles_is_told_once(mia: Any, desk_of: Any) -> None:
    customer = CustomerFactory(owner=mia)
    for _ in range(2):
        tag = StatusTagFactory(category="risk", name="At risk")
        CustomerStatusFactory(customer=customer, lifecycle=tag.lifecycle, tag=tag)

    [card] = [one for one in desk_of(mia).get(MY_DAY).context["cards"] if one.name == "at-risk"]

    assert [badge.text for badge in card.rows[0].badges] == ["At risk"]


def test_shows_whom_to_care_for_and_nobody_elses_customers(mia: Any, noah: Any, desk_of: Any) -> None:
    now = timezone.now()
    for owner in (mia, noah):
        risky = CustomerFactory(name=f"risky {owner}", owner=owner)
        CustomerHealthFactory(customer=risky, level="GOOD", trend="DECLINING")
        tag = StatusTagFactory(category="risk")
        CustomerStatusFactory(
            customer=CustomerFactory(name=f"tagged {owner}", owner=owner), lifecycle=tag.lifecycle, tag=tag
        )
        well = CustomerFactory(name=f"well {owner}", owner=owner)
        CustomerHealthFactory(customer=well, level="GOOD")
        AccountFactory(customer=well, renewal_date=now.date() + timedelta(days=60))
        AccountFactory(customer=risky, renewal_date=now.date() + timedelta(days=61))
        HealthAlertFactory(customer=well)
        HealthAlertFactory(customer=risky, state="RESOLVED")

    assert cards(desk_of(mia).get(MY_DAY)) == {
        "alerts": ["well mia"], "at-risk": ["risky mia", "tagged mia"], "reviews": [], "milestones": [],
        "renewals": ["well mia"], "expansion": [], "queues": [],
    }  # fmt: skip


def test_a_closed_account_is_nobodys_care(mia: Any, desk_of: Any) -> None:
    portfolio(mia, 1)
    churned = StatusTagFactory(lifecycle=LifecycleFactory(code="account"), code="CHURNED", category="churned")
    CustomerStatusFactory(customer=Customer.objects.get(), lifecycle=churned.lifecycle, tag=churned)
    desk = desk_of(mia)

    found = cards(desk.get(MY_DAY))
    listed = desk.get(reverse("admin:customer_success_customerhealth_changelist"), {"care": "needed"})

    assert [found[name] for name in ("at-risk", "milestones", "renewals", "reviews", "expansion")] == [[]] * 5
    assert listed.context["cl"].result_count == 0


def test_a_lead_can_look_at_the_day_of_the_team(lea: Any, mia: Any, noah: Any, desk_of: Any) -> None:
    task_of(mia, title="of mia")
    task_of(noah, title="of noah")
    task_of(lea, title="of lea")

    desk = desk_of(lea)
    mine, teams = desk.get(MY_DAY, {"whose": "mine"}), desk.get(MY_DAY)

    assert [title in mine.text for title in ("of lea", "of mia", "of noah")] == [True, False, False]
    assert [title in teams.text for title in ("of lea", "of mia", "of noah")] == [True, True, False]
    assert "My team" not in desk_of(mia).get(MY_DAY, {"whose": "team"}).text


def test_shows_which_reviews_steps_and_sales_come_next(mia: Any, noah: Any, desk_of: Any) -> None:
    now = timezone.now()
    for owner in (mia, noah):
        customer = CustomerFactory(name=f"of {owner}", owner=owner)
        for title, days, status in (
            ("late", -2, "OVERDUE"), ("soon", 6, "PENDING"), ("later", 9, "PENDING"), ("done", 1, "CANCELLED"),
        ):  # fmt: skip
            plan = SuccessPlanFactory(customer=customer)
            due = now.date() + timedelta(days=days)
            PlanMilestoneFactory(plan=plan, title=f"{title} {owner}", due_date=due, status=status)
        PlanMilestoneFactory(plan=SuccessPlanFactory(customer=customer, status="DRAFT"), due_date=now.date())
        for days in (-1, 13, 16):
            BusinessReviewFactory(customer=customer, scheduled_for=now + timedelta(days=days))
        for name, revenue, probability in (("dear", 10_000, 20), ("likely", 5_000, 50), ("unknown", None, 90)):
            sold = CustomerFactory(name=f"{name} {owner}", owner=owner)
            ExpansionOpportunityFactory(customer=sold, estimated_revenue=revenue, probability=probability)
    BusinessReviewFactory(owner=mia, customer=CustomerFactory(owner=noah))  # led by her, and not seen by her

    found = cards(desk_of(mia).get(MY_DAY))

    assert found["reviews"] == ["of mia", "of mia"]
    assert found["milestones"] == ["late mia", "soon mia"]
    assert found["expansion"] == ["likely mia", "dear mia", "unknown mia"]


def test_all_leads_to_the_list_of_what_the_card_shows(mia: Any, noah: Any, desk_of: Any) -> None:
    portfolio(mia, 3)
    healthy = CustomerFactory(owner=mia, name="Healthy")
    CustomerHealthFactory(customer=healthy, level="GOOD")
    HealthAlertFactory(customer=healthy, state="ACKNOWLEDGED")
    desk = desk_of(mia)

    more = {card.name: card.more for card in desk.get(MY_DAY).context["cards"] if card.more}
    listed = {name: desk.get(url).context["cl"].result_count for name, url in more.items()}

    assert listed == {"alerts": 3, "at-risk": 3, "reviews": 3, "milestones": 3, "expansion": 3, "queues": 0}


def test_who_looks_after_nobody_learns_who_can_change_that(mia: Any, noah: Any, lea: Any, desk_of: Any) -> None:
    assert "lea, who leads your team, can hand customers over to you" in desk_of(mia).get(MY_DAY).text
    assert "A success lead or an administrator can hand" in desk_of(noah).get(MY_DAY).text
    assert "look after nobody" not in desk_of(lea).get(MY_DAY).text

    CustomerFactory(owner=mia)

    assert "look after nobody" not in desk_of(mia).get(MY_DAY).text


def test_everybodys_day_is_there_for_who_sees_everybody(mia: Any, client: Any, admin_user: Any, desk_of: Any) -> None:
    portfolio(mia, 2)

    answer = desk_of(admin_user).get(MY_DAY, {"whose": "team"})

    assert len(answer.context["groups"][0].tasks) == 2
    assert {name: len(rows) for name, rows in cards(answer).items()} == {
        "alerts": 2, "at-risk": 2, "reviews": 2, "milestones": 2, "renewals": 2, "expansion": 2, "queues": 2,
    }  # fmt: skip


def test_the_number_of_queries_does_not_grow(mia: Any, desk_of: Any) -> None:
    desk = desk_of(mia)

    def cost() -> int:
        desk.get(MY_DAY)
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(MY_DAY).status_code == 200
        return len(caught)

    portfolio(mia, 10)
    before = cost()
    portfolio(mia, 60)

    assert cost() == before
    assert before < 30


def test_a_task_is_finished_from_the_list(mia: Any, desk_of: Any) -> None:
    task = task_of(mia)

    answer = desk_of(mia).post(step(task, "finish"), {"outcome": "They renew", "back": MY_DAY}, follow=True)

    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_by) == (TaskState.DONE, "They renew", mia)
    assert answer.redirect_chain == [(MY_DAY, 302)]
    assert f"Done: {task}." in answer.text


def test_a_milestone_is_completed_with_its_task_unless_it_waits_for_others(mia: Any, desk_of: Any) -> None:
    plan = SuccessPlanFactory(customer=CustomerFactory(owner=mia))
    first, second = PlanMilestoneFactory(plan=plan), PlanMilestoneFactory(plan=plan)
    second.depends_on.add(first)
    tasks = [task_of(mia, origin=f"milestone:{one.id}:2026-04-01") for one in (first, second)]
    desk = desk_of(mia)

    early = desk.post(step(tasks[1], "finish"), {"outcome": "", "back": MY_DAY}, follow=True)
    desk.post(step(tasks[0], "finish"), {"outcome": ""})
    page = desk.get(reverse("admin:customer_success_task_change", args=[tasks[0].id]))

    assert "milestone is still open" in early.text
    assert list(plan.milestones.order_by("id").values_list("status", flat=True)) == ["COMPLETED", "PENDING"]
    assert [task.state for task in Task.objects.order_by("id")] == [TaskState.DONE] * 2
    plan_page = reverse("admin:customer_success_successplan_change", args=[plan.id])
    assert plan_page in early.text
    assert plan_page in page.text


def test_a_task_is_put_off_by_one_button(mia: Any, desk_of: Any) -> None:
    task, desk = task_of(mia), desk_of(mia)
    tomorrow = desk.get(MY_DAY).context["tomorrow"]

    desk.post(step(task, "snooze"), {"until": tomorrow, "back": MY_DAY})

    task.refresh_from_db()
    assert task.snoozed_until.date().isoformat() == tomorrow
    assert "Nothing is due" in desk.get(MY_DAY).text


def test_a_task_goes_to_a_colleague_and_the_page_says_what_is_not_seen(mia: Any, noah: Any, desk_of: Any) -> None:
    task = task_of(mia, customer=CustomerFactory(name="Rosa Lind", owner=mia))

    answer = desk_of(mia).post(step(task, "reassign"), {"to": "noah", "note": "", "back": MY_DAY}, follow=True)

    assert "Rosa Lind is not in noah" in answer.text
    assert task.title in desk_of(noah).get(MY_DAY).text


def test_a_task_goes_into_the_queue_of_a_team_and_is_taken_there(mia: Any, lea: Any, desk_of: Any) -> None:
    task = task_of(mia)
    desk = desk_of(mia)

    desk.post(step(task, "reassign"), {"to": "Retention (team)", "back": MY_DAY})
    assert cards(desk.get(MY_DAY))["queues"] == [task.title]
    desk.post(step(task, "take"), {"back": MY_DAY})

    task.refresh_from_db()
    assert task.owner == mia


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("snooze", {"until": "yesterday"}, "Enter a valid date"),
        ("snooze", {"until": "2020-01-01"}, "Choose a day after today"),
        ("snooze", {"until": "9999-12-31"}, "within a year"),
        ("snooze", {}, "This field is required"),
        ("reassign", {"to": "nobody at all"}, "Nobody here is called"),
        ("finish", {"outcome": "x" * 2001}, "at most 2000 characters"),
        ("finish", {"outcome": "a\x00b"}, "Null characters are not allowed"),
        ("drop", {"reason": " "}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    mia: Any, desk_of: Any, name: str, values: dict[str, str], sentence: str
) -> None:
    task = task_of(mia)

    answer = desk_of(mia).post(step(task, name), {**values, "back": MY_DAY})

    assert answer.status_code == 200
    assert sentence in answer.text
    assert MY_DAY in answer.text  # the way back is kept
    assert not task.entries.exists()


def test_a_task_that_somebody_else_finished_says_so(mia: Any, desk_of: Any) -> None:
    task, desk = task_of(mia), desk_of(mia)
    desk.post(step(task, "finish"), {"outcome": ""})

    answer = desk.post(step(task, "finish"), {"outcome": "", "back": MY_DAY}, follow=True)

    assert "was done already, by mia" in answer.text


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com", "javascript:alert(1)", "\\\\example.com"])
def test_a_step_leads_back_into_this_site_only(mia: Any, desk_of: Any, back: str) -> None:
    task = task_of(mia)

    answer = desk_of(mia).post(step(task, "finish"), {"outcome": "", "back": back})

    assert answer["Location"] == reverse("admin:customer_success_task_change", args=[task.id])


def test_who_does_not_see_a_task_takes_no_step(mia: Any, noah: Any, desk_of: Any) -> None:
    task = task_of(mia, customer=CustomerFactory(owner=mia))

    for name in ("finish", "snooze", "reassign", "drop", "take"):
        desk_of(noah).post(step(task, name), {"outcome": "", "until": "2030-01-01", "to": "noah", "reason": "x"})

    task.refresh_from_db()
    assert (task.state, task.owner) == (TaskState.OPEN, mia)


def test_an_unknown_step_is_nothing(mia: Any, desk_of: Any) -> None:
    assert desk_of(mia).post(step(task_of(mia), "eat")).status_code == 404


def test_success_managers_land_on_their_day_and_others_on_the_overview(mia: Any, admin_user: Any, desk_of: Any) -> None:
    assert desk_of(mia).get("/")["Location"] == MY_DAY
    assert desk_of(admin_user).get("/")["Location"] == "/admin/"


def test_the_login_leads_to_where_the_work_begins(mia: Any, admin_user: Any, client: Any) -> None:
    for user, asked, first in (
        (mia, "/admin/", MY_DAY), (mia, "/admin/lifecycle/customer/", "/admin/lifecycle/customer/"),
        (admin_user, "/admin/", "/admin/"),
    ):  # fmt: skip
        user.set_password("pw")
        user.save()
        client.logout()
        page = client.get(asked, follow=True)
        answer = client.post(
            page.redirect_chain[-1][0], {"username": user.username, "password": "pw", "next": asked}, follow=True
        )
        assert answer.redirect_chain[-1][0] == first


def test_what_people_write_is_shown_and_never_run(mia: Any, desk_of: Any) -> None:
    task_of(mia, title="<script>alert(1)</script>", customer=CustomerFactory(owner=mia, name="<b>Rosa"))

    page = desk_of(mia).get(MY_DAY).text

    assert "<script>alert(1)" not in page
    assert "<b>Rosa" not in page
    assert Task.objects.count() == 1
