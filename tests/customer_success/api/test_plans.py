"""The six endpoints of success plans."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from customer_success.engine.plan_templates import load_plan_templates
from customer_success.models import SuccessPlan
from tests.api.conftest import speaking_for
from tests.factories import AccountFactory, CustomerFactory, PlanMilestoneFactory, SuccessPlanFactory, UserFactory

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/customer-success"
PLAN = {"type": "QUARTERLY", "title": "Second quarter", "starts_on": "2026-04-01", "ends_on": "2026-06-30"}
STEP = {"title": "Kick-off", "due_date": "2026-04-10"}


@pytest.fixture
def mia() -> User:
    user: User = UserFactory.create(username="mia")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="customer_success"))
    return user


@pytest.fixture
def client(mia) -> APIClient:
    return speaking_for(mia)


@pytest.fixture
def customer(mia):
    return AccountFactory(customer__owner=mia).customer


@pytest.fixture
def plan(customer):
    return SuccessPlanFactory(customer=customer, ends_on=date(2199, 6, 1))


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.json()
    return {one["field"]: one["message"] for one in answer.json()["errors"]}


def test_makes_a_plan_with_milestones_and_shows_it(client, customer):
    body = {
        **PLAN, "status": "ACTIVE", "objectives": ["Grow"], "stakeholders": ["The sponsor"],
        "sections": {"COMMUNICATION": {"text": "Weekly", "is_shared": True}},
        "milestones": [
            STEP,
            {**STEP, "title": "Review", "depends_on": ["Kick-off"], "owner": "mia", "priority": "HIGH"},
        ],
    }  # fmt: skip

    made = client.post(f"{ROOT}/customers/{customer.id}/success-plans", body, format="json")

    assert made.status_code == 201, made.json()
    shown = client.get(f"{ROOT}/success-plans/{made.json()['id']}").json()
    assert shown == made.json()
    assert (shown["customer"], shown["owner"], shown["type"], shown["progress"]) == (customer.id, "mia", "QUARTERLY", 0)
    first, second = shown["milestones"]
    assert second["depends_on"] == [first["id"]]
    assert (second["owner"], second["priority"]) == ("mia", "HIGH")
    assert shown["sections"]["COMMUNICATION"] == {"text": "Weekly", "is_shared": True}


def test_makes_a_plan_from_each_shipped_template(client, customer):
    assert len(load_plan_templates()) == 5
    assert load_plan_templates() == []

    for code in ("onboarding", "quarterly", "annual", "expansion", "recovery"):
        body = {"template": code, "starts_on": "2026-04-01"}
        made = client.post(f"{ROOT}/customers/{customer.id}/success-plans", body, format="json").json()

        assert made["type"] == code.upper()
        assert len(made["milestones"]) >= 4
        assert any(one["depends_on"] for one in made["milestones"])


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"type": "SECRET"}, "type", "not a valid choice"),
        ({"type": None}, "type", "may not be null"),
        ({"title": ""}, "title", "may not be blank"),
        ({"title": "a\0b"}, "title", "Null characters"),
        ({"title": "x" * 201}, "title", "200"),
        ({"title": 5}, "title", "Not a valid string"),
        ({"starts_on": "tomorrow"}, "starts_on", "wrong format"),
        ({"starts_on": "0001-01-01"}, "starts_on", "A day from 2000-01-01"),
        ({"ends_on": "2026-01-01"}, "ends_on", "has to end after it starts"),
        ({"owner": "nobody"}, "owner", "There is no user “nobody”"),
        ({"owner": 7}, "owner", "A username is needed"),
        ({"objectives": ["x"] * 51}, "objectives", "50"),
        ({"sections": {"POETRY": {"text": "", "is_shared": False}}}, "sections", "There is no section “POETRY”"),
        (
            {"sections": {"COMMUNICATION": {"text": "", "shared": True}}},
            "sections.COMMUNICATION.shared",
            "no such field",
        ),
        ({"template": "none"}, "template", "There is no plan template “none”"),
        ({"colour": "red"}, "colour", "no such field"),
        ({"status": "COMPLETED"}, "status", "DRAFT or ACTIVE"),
        ({"milestones": [{**STEP, "due_date": "2026-13-01"}]}, "milestones.0.due_date", "wrong format"),
        ({"milestones": [STEP, STEP]}, "milestones.1.title", "There is a milestone “Kick-off”"),
        ({"milestones": [{**STEP, "progress": "5"}]}, "milestones.0.progress", "valid integer"),
        ({"milestones": [{**STEP, "progress": 101}]}, "milestones.0.progress", "100"),
        ({"milestones": [{**STEP, "status": "OVERDUE"}]}, "milestones.0.status", "set by the clock"),
        ({"milestones": [{**STEP, "depends_on": ["x"]}]}, "milestones.0.depends_on", "There is no milestone “x”"),
        ({"milestones": "all"}, "milestones", "Expected a list"),
    ],
)
def test_says_at_the_field_what_is_wrong(client, customer, changes, field, says):
    answer = client.post(f"{ROOT}/customers/{customer.id}/success-plans", {**PLAN, **changes}, format="json")

    assert says in errors(answer)[field]
    assert not SuccessPlan.objects.exists()


def test_asks_for_what_no_template_gives(client, customer):
    answer = client.post(f"{ROOT}/customers/{customer.id}/success-plans", {"starts_on": "2026-04-01"}, format="json")

    assert set(errors(answer)) == {"type", "title", "ends_on"}


def test_lists_the_plans_of_one_customer_by_type_and_status(client, plan):
    draft = SuccessPlanFactory(customer=plan.customer, type="ANNUAL", status="DRAFT")
    SuccessPlanFactory()
    path = f"{ROOT}/customers/{plan.customer_id}/success-plans"

    def ids(**asked: str) -> list[int]:
        return [one["id"] for one in client.get(path, asked).json()["results"]]

    assert ids() == [draft.id, plan.id]
    assert (ids(type="ANNUAL"), ids(status="ACTIVE"), ids(type="RECOVERY")) == ([draft.id], [plan.id], [])
    assert "use one of ONBOARDING" in errors(client.get(path, {"type": "x"}))["type"]


def test_changes_what_is_named_and_leaves_the_rest(client, plan):
    answer = client.put(f"{ROOT}/success-plans/{plan.id}", {"title": "New"}, format="json")

    assert answer.status_code == 200
    assert (answer.json()["title"], answer.json()["starts_on"]) == ("New", "2026-03-01")


def test_a_move_that_is_not_allowed_is_a_conflict(client, plan):
    PlanMilestoneFactory(plan=plan)

    drafted = client.put(f"{ROOT}/success-plans/{plan.id}", {"status": "DRAFT"}, format="json")
    completed = client.put(f"{ROOT}/success-plans/{plan.id}", {"status": "COMPLETED"}, format="json")

    assert (drafted.status_code, completed.status_code) == (409, 409)
    assert "There is 1 open milestone" in completed.json()["detail"]


def test_adds_a_milestone_and_completes_it_in_order(client, plan):
    first = PlanMilestoneFactory(plan=plan, title="First", due_date=date(2199, 1, 1))
    path = f"{ROOT}/success-plans/{plan.id}/milestones"
    body = {"title": "Second", "due_date": "2199-02-01", "depends_on": ["First"]}

    made = client.post(path, body, format="json")
    early = client.put(f"{path}/{made.json()['id']}", {"status": "COMPLETED"}, format="json")
    client.put(f"{path}/{first.id}", {"status": "COMPLETED"}, format="json")
    done = client.put(f"{path}/{made.json()['id']}", {"status": "COMPLETED"}, format="json")

    assert (made.status_code, early.status_code, done.status_code) == (201, 409, 200)
    assert "depends on “First”" in early.json()["detail"]
    assert done.json()["progress"] == 100
    assert client.get(f"{ROOT}/success-plans/{plan.id}").json()["progress"] == 100


def test_refuses_a_circle_and_strangers_among_milestones(client, plan):
    first, second = PlanMilestoneFactory(plan=plan), PlanMilestoneFactory(plan=plan)
    other = PlanMilestoneFactory()
    path = f"{ROOT}/success-plans/{plan.id}/milestones"
    client.put(f"{path}/{second.id}", {"depends_on": [first.id]}, format="json")

    circle = client.put(f"{path}/{first.id}", {"depends_on": [second.id]}, format="json")
    stranger = client.put(f"{path}/{first.id}", {"depends_on": [other.id]}, format="json")

    assert "wait for each other" in errors(circle)["depends_on"]
    assert errors(stranger)["depends_on"] == f"There is no milestone {other.id} in this plan."
    assert client.put(f"{path}/{other.id}", {"progress": 5}, format="json").status_code == 404


def test_a_customer_of_somebody_else_or_without_an_account_is_not_there(client, mia):
    foreign = PlanMilestoneFactory()
    plan, number = f"{ROOT}/success-plans/{foreign.plan_id}", foreign.plan.customer_id
    no_account = CustomerFactory(owner=mia)

    answers = [
        client.get(f"{ROOT}/customers/{number}/success-plans"),
        client.post(f"{ROOT}/customers/{number}/success-plans", PLAN, format="json"),
        client.post(f"{ROOT}/customers/{no_account.id}/success-plans", PLAN, format="json"),
        client.get(plan),
        client.put(plan, {"title": "Mine"}, format="json"),
        client.post(f"{plan}/milestones", STEP, format="json"),
        client.put(f"{plan}/milestones/{foreign.id}", {"progress": 5}, format="json"),
        client.get(f"{ROOT}/success-plans/{2**70}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 8


def test_who_has_no_permission_is_refused(plan):
    stranger = speaking_for(UserFactory.create(username="sam", is_superuser=False))

    assert stranger.get(f"{ROOT}/success-plans/{plan.id}").status_code == 403
    assert APIClient().get(f"{ROOT}/success-plans/{plan.id}").status_code == 401


def test_lists_in_a_fixed_number_of_statements(client, plan, django_assert_max_num_queries):
    for _ in range(10):
        PlanMilestoneFactory(plan=SuccessPlanFactory(customer=plan.customer))

    with django_assert_max_num_queries(12):
        client.get(f"{ROOT}/customers/{plan.customer_id}/success-plans")
