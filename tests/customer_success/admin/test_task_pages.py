"""The list of tasks, the page of one, the form for a new one, task rules, and the panels of a customer's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customer_success.engine.tasks import finish_task
from customer_success.models import Task, TaskRule, TaskState
from lifecycle.admin.panels import Panel, Shown, register_panel
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    EventFactory,
    StakeholderFactory,
    StatusTagFactory,
    TaskFactory,
    TaskRuleFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/customer_success/task/"


def titles(answer: Any) -> set[str]:
    return {task.title for task in answer.context["cl"].result_list}


def page_of(customer: Any) -> str:
    return reverse("admin:lifecycle_customer_change", args=[customer.id])


def test_the_list_filters_by_whose_state_and_customer(mia: Any, lea: Any, desk_of: Any) -> None:
    now, rosa = timezone.now(), CustomerFactory(owner=mia, name="Rosa Lind")
    team = mia.teams.get()
    TaskFactory(title="mine", owner=mia, customer=rosa)
    TaskFactory(title="queue", team=team)
    TaskFactory(title="nobody", customer=rosa)
    TaskFactory(title="off", owner=mia, snoozed_until=now + timedelta(days=1))
    TaskFactory(title="done", owner=mia, state=TaskState.DONE, closed_at=now)
    TaskFactory(title="foreign")
    desk = desk_of(mia)

    found = {
        query: titles(desk.get(f"{LIST}?{query}"))
        for query in (
            "", "whose=mine", "whose=queue", "whose=nobody", "state=snoozed", "state=done", "state=all",
            f"customer={rosa.id}", "customer=nonsense", "q=Rosa",
        )
    }  # fmt: skip

    assert found == {
        "": {"mine", "queue", "nobody", "off"},
        "whose=mine": {"mine", "off"},
        "whose=queue": {"queue"},
        "whose=nobody": {"nobody"},
        "state=snoozed": {"off"},
        "state=done": {"done"},
        "state=all": {"mine", "queue", "nobody", "off", "done"},
        f"customer={rosa.id}": {"mine", "nobody"},
        "customer=nonsense": set(),
        "q=Rosa": {"mine", "nobody"},
    }


def test_the_page_of_a_task_tells_its_history(mia: Any, desk_of: Any) -> None:
    task = TaskFactory(owner=mia, notes="Ask about the contract")
    finish_task(task=task, outcome="They renew", by=mia, now=timezone.now())

    page = desk_of(mia).get(f"{LIST}{task.id}/change/").text

    for shown in ("Ask about the contract", "They renew", "Finished", "by automation"):
        assert shown in page
    assert "/step/" not in page  # it is closed


def test_a_customer_that_is_not_seen_is_named_and_not_linked(mia: Any, noah: Any, desk_of: Any) -> None:
    task = TaskFactory(owner=noah, customer=CustomerFactory(owner=mia, name="Rosa Lind"))

    page = desk_of(noah).get(f"{LIST}{task.id}/change/").text

    assert "Rosa Lind" in page
    assert page_of(task.customer) not in page


def test_a_task_that_is_not_seen_is_not_there(mia: Any, noah: Any, desk_of: Any) -> None:
    task = TaskFactory(customer=CustomerFactory(owner=mia))

    assert desk_of(noah).get(f"{LIST}{task.id}/change/").status_code in {302, 404}


def new_task(**values: Any) -> dict[str, Any]:
    due = {"due_at_0": "2030-01-02", "due_at_1": "10:00"}
    return {"type": "CALL", "priority": "HIGH", "title": "Call them", "notes": "", **due, **values}


def test_a_task_is_added_by_hand(mia: Any, desk_of: Any) -> None:
    rosa = CustomerFactory(owner=mia)

    answer = desk_of(mia).post(f"{LIST}add/", new_task(customer=rosa.id), follow=True)

    task = Task.objects.get()
    assert (task.customer, task.owner, task.created_by, task.priority) == (rosa, mia, mia, "HIGH")
    assert "Added: Call them." in answer.text


def test_notes_may_be_as_long_beside_a_long_title(mia: Any, desk_of: Any) -> None:
    desk_of(mia).post(f"{LIST}add/", new_task(title="x" * 200, notes="x" * 2000))

    assert len(Task.objects.get().notes) == 2000


def test_a_task_is_added_for_a_customer_of_the_portfolio_only(mia: Any, noah: Any, desk_of: Any) -> None:
    foreign = CustomerFactory(owner=noah)

    answer = desk_of(mia).post(f"{LIST}add/", new_task(customer=foreign.id))

    assert answer.status_code == 200
    assert "Select a valid choice" in answer.text
    assert not Task.objects.exists()


@pytest.mark.parametrize("values", [{"title": ""}, {"title": "a\x00"}, {"due_at_0": "soon"}, {"notes": "x" * 2001}])
def test_a_new_task_that_makes_no_sense_is_refused_at_the_field(mia: Any, desk_of: Any, values: dict[str, str]) -> None:
    answer = desk_of(mia).post(f"{LIST}add/", new_task(**values))

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Task.objects.exists()


def test_a_new_task_has_one_holder(mia: Any, desk_of: Any) -> None:
    answer = desk_of(mia).post(f"{LIST}add/", new_task(owner=mia.id, team=TeamFactory().id))

    assert "not to both" in answer.text


def test_administrators_write_task_rules_and_read_them_in_words(admin_user: Any, desk_of: Any) -> None:
    tag = StatusTagFactory(name="At risk", lifecycle__name="Commerce")
    values = {
        "tag": tag.id, "from_tag": "", "tiers": ["ENTERPRISE"], "type": "CALL", "priority": "HIGH",
        "title": "Call {name}", "notes": "", "due_in": 1, "due_unit": "days", "team": "", "is_active": "on",
    }  # fmt: skip
    desk, rules = desk_of(admin_user), "/admin/customer_success/taskrule/"

    desk.post(f"{rules}add/", values)
    refused = desk.post(f"{rules}add/", {**values, "title": "Call {nobody}"})

    assert TaskRule.objects.get().tiers == ["ENTERPRISE"]
    assert "Only {name} is filled in" in refused.text
    assert (
        "When a customer of the tier Enterprise comes to At risk in Commerce: Call, high priority, due in 1 day, "
        "for the success manager." in desk.get(rules).text
    )


def test_success_managers_read_task_rules_and_change_none(mia: Any, desk_of: Any) -> None:
    rule = TaskRuleFactory()
    address = f"/admin/customer_success/taskrule/{rule.id}/change/"

    assert desk_of(mia).get(address).status_code == 200
    assert desk_of(mia).post(address, {"title": "Ours"}).status_code == 403


def test_the_page_of_a_customer_shows_account_health_and_tasks(mia: Any, desk_of: Any) -> None:
    customer = CustomerFactory(owner=mia, tier="MID_MARKET")
    account = AccountFactory(customer=customer, annual_revenue=50_000)
    StakeholderFactory(profile=account.profile, name="Carla Contact")
    CustomerHealthFactory(customer=customer, score=37, level="POOR", change=-12)
    TaskFactory(customer=customer, title="Call her", owner=mia)

    page = desk_of(mia).get(page_of(customer)).text

    for shown in ("Mid-market", "50,000", "Carla Contact", "37", "−12 points", "Call her", "Add a task"):
        assert shown in page


def test_the_panels_of_a_customer_without_anything_say_so(mia: Any, desk_of: Any) -> None:
    page = desk_of(mia).get(page_of(CustomerFactory(owner=mia))).text

    for sentence in ("Not an account yet", "Not scored yet", "Nothing is to be done"):
        assert sentence in page


def test_who_may_not_see_tasks_sees_no_panel_of_them(viewer: Any, desk_of: Any) -> None:
    customer = CustomerFactory(owner=viewer)
    TaskFactory(customer=customer, title="Secret plan")

    page = desk_of(viewer).get(page_of(customer)).text

    assert "Secret plan" not in page


def test_the_page_of_a_customer_costs_the_same_with_few_and_many_tasks(mia: Any, desk_of: Any) -> None:
    customer, desk = CustomerFactory(owner=mia), desk_of(mia)

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(page_of(customer)).status_code == 200
        return len(caught)

    def more(number: int) -> None:
        for _ in range(number):
            TaskFactory(customer=customer, owner=mia)
            TaskFactory(customer=customer, state=TaskState.DONE, closed_at=timezone.now(), closed_by=mia)

    more(2)
    cost()
    before = cost()
    more(20)

    assert cost() == before


def test_the_timeline_mixes_closed_tasks_in_and_misses_nothing(mia: Any, desk_of: Any) -> None:
    customer = CustomerFactory(owner=mia)
    EventFactory.create_batch(30, customer=customer, occurred_at=customer.created_at)
    for _ in range(30):
        TaskFactory(customer=customer, state=TaskState.DONE, closed_at=customer.created_at, closed_by=mia)
    seen, url, desk = [], page_of(customer), desk_of(mia)

    for _ in range(5):
        page = desk.get(url).context["page"].timeline
        seen += page.entries
        if not page.earlier:
            break
        url = f"{page_of(customer)}?before={page.earlier.replace('+', '%2B')}"

    places = [entry.place for entry in seen]
    assert len(places) == len(set(places)) == 60
    assert places == sorted(places, reverse=True)


def test_two_panels_do_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="two panels called tasks"):
        register_panel(Panel("tasks", "Tasks", "", 1, lambda request, customer, now: Shown("x.html")))
