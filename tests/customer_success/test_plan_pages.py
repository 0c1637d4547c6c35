"""Success plans in the admin."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customer_success.engine.plan_templates import load_plan_templates
from customer_success.engine.sharing import share_plan
from customer_success.models import PlanShare, PlanTemplate, SuccessPlan
from tests.factories import AccountFactory, PlanMilestoneFactory, SuccessPlanFactory, UserFactory

pytestmark = pytest.mark.django_db


def person(username: str, *codes: str) -> User:
    user: User = UserFactory.create(username=username, is_staff=True)
    every = Permission.objects.filter(content_type__app_label__in=("customer_success", "lifecycle"))
    found = every.filter(codename__in=codes) if codes else every.exclude(codename="view_every_customer")
    user.user_permissions.set(found)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mia() -> User:
    return person("mia")


@pytest.fixture
def client(mia) -> Client:
    return signed_in(mia)


@pytest.fixture
def plan(mia):
    customer = AccountFactory(customer__owner=mia, customer__name="Open Ltd").customer
    return SuccessPlanFactory(customer=customer, ends_on=date(2199, 1, 1))


def address(page: str, *args: object) -> str:
    return reverse(f"admin:customer_success_successplan_{page}", args=args)


def shown(answer) -> str:
    return unescape(answer.content.decode())


def milestone_values(milestone, **more) -> dict[str, object]:
    return {
        "title": milestone.title, "due_date": "2199-01-01", "status": "PENDING", "progress": 0, "priority": "HIGH",
        "deliverables": "One\r\nTwo", "seen": milestone.plan.updated_at.isoformat(), **more,
    }  # fmt: skip


def test_the_list_and_the_page_show_progress_and_what_is_due(client, plan):
    milestone = PlanMilestoneFactory(plan=plan, title="Go-live", status="OVERDUE", progress=40)

    listed, opened = client.get(address("changelist")), client.get(address("change", plan.id))

    assert "Open Ltd" in shown(listed)
    assert "Go-live" in shown(listed)
    assert "40%" in shown(opened)
    assert address("milestone", plan.id, milestone.id) in shown(opened)
    assert "overdue 40%" in shown(opened)


def test_a_plan_without_anything_says_what_belongs_there(client, plan):
    page = shown(client.get(address("change", plan.id)))

    for sentence in ("There are no milestones yet", "No objectives", "Nothing is written yet", "Not shared."):
        assert sentence in page


def test_shows_the_dates_of_a_template_before_anything_is_stored(client, plan):
    load_plan_templates()
    template = PlanTemplate.objects.get(code="onboarding")
    asked = {"customer": plan.customer_id, "template": template.id, "starts_on": "2026-05-04"}

    seen = client.post(address("add"), {**asked, "preview": "yes"})
    made = client.post(address("add"), {**asked, "create": "yes"})

    assert "Thu 7 May 2026" in shown(seen)
    new = SuccessPlan.objects.exclude(id=plan.id).get()
    assert made.url == address("change", new.id)
    assert new.milestones.get(title="Executive kick-off").due_date == date(2026, 5, 7)


@pytest.mark.parametrize("button", ["preview", "create"])
def test_a_template_begins_on_a_day_that_people_mean(client, plan, button):
    load_plan_templates()
    template = PlanTemplate.objects.get(code="onboarding")
    asked = {"customer": plan.customer_id, "template": template.id, "starts_on": "9999-12-30"}

    answer = client.post(address("add"), {**asked, button: "yes"})

    assert "A day from 2000-01-01 to 2199-12-31" in answer.context["form"].errors["starts_on"][0]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "This field is required"),
        ({"starts_on": "2026-05-04"}, "This is needed where there is no template"),
        ({"starts_on": "0001-05-04", "ends_on": "2026-01-01", "title": "x", "type": "ANNUAL"}, "A day from 2000-01-01"),
        ({"starts_on": "2026-05-04", "ends_on": "2026-01-01", "title": "x", "type": "ANNUAL"}, "end after it starts"),
        ({"starts_on": "2026-05-04", "ends_on": "2026-06-01", "title": "\0", "type": "ANNUAL"}, "Null characters"),
    ],
)
def test_says_what_a_new_plan_lacks(client, plan, values, says):
    answer = client.post(address("add"), {"customer": plan.customer_id, **values})

    assert says in shown(answer)
    assert SuccessPlan.objects.count() == 1


def test_a_customer_outside_the_portfolio_gets_no_plan_and_shows_none(client):
    foreign = SuccessPlanFactory(title="Not yours")
    milestone = PlanMilestoneFactory(plan=foreign)
    asked = {"customer": foreign.customer_id, "starts_on": "2026-05-04", "ends_on": "2026-06-01", "title": "x"}

    refused = client.post(address("add"), {**asked, "type": "ANNUAL"})
    pages = [
        client.post(address(name, foreign.id, *more))
        for name, *more in (
            ("edit",), ("sections",), ("move",), ("share",), ("add_milestone",), ("milestone", milestone.id),
            ("complete", milestone.id), ("revoke", 1),
        )
    ]  # fmt: skip

    assert "somebody else's portfolio" in shown(refused)
    assert "Not yours" not in shown(client.get(address("changelist")))
    assert client.get(address("change", foreign.id)).status_code == 302
    assert {page.status_code for page in pages} == {404}


def test_whoever_may_only_look_changes_nothing(plan, mia):
    milestone = PlanMilestoneFactory(plan=plan)
    viewer = person("vera", "view_successplan", "view_every_customer")
    client = signed_in(viewer)

    page = shown(client.get(address("change", plan.id)))
    answers = [
        client.post(address(name, plan.id, *more))
        for name, *more in (("edit",), ("move",), ("share",), ("complete", milestone.id), ("add_milestone",))
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "Complete" not in page
    assert "Share with the customer" not in page


def test_changes_a_milestone_and_says_why_not(client, plan):
    first, second = PlanMilestoneFactory(plan=plan, title="First"), PlanMilestoneFactory(plan=plan, title="Second")
    url = address("milestone", plan.id, second.id)

    early = client.post(url, milestone_values(second, status="COMPLETED", depends_on=[first.id]))
    saved = client.post(url, milestone_values(second, depends_on=[first.id]))

    assert "depends on “First”: complete that first" in shown(early)
    assert saved.status_code == 302
    second.refresh_from_db()
    assert (second.deliverables, second.priority) == (["One", "Two"], "HIGH")
    assert [one.title for one in second.depends_on.all()] == ["First"]


def test_does_not_write_over_what_somebody_else_has_changed_meanwhile(client, plan):
    milestone = PlanMilestoneFactory(plan=plan)
    values = milestone_values(milestone)
    client.post(address("complete", plan.id, milestone.id))

    answer = client.post(address("milestone", plan.id, milestone.id), values)

    assert "Somebody has changed the plan meanwhile" in shown(answer)
    milestone.refresh_from_db()
    assert milestone.status == "COMPLETED"


def test_a_form_that_was_refused_is_refused_again(client, plan):
    values = {"title": "Mine", "type": plan.type, "starts_on": plan.starts_on, "ends_on": plan.ends_on}
    seen = plan.updated_at.isoformat()
    client.post(address("edit", plan.id), {**values, "title": "A colleague's", "seen": seen})

    for _ in range(2):
        answer = client.post(address("edit", plan.id), {**values, "seen": seen})
        seen = dict(answer.context["hidden"])["seen"]

    assert "Somebody has changed the plan meanwhile" in shown(answer)
    plan.refresh_from_db()
    assert plan.title == "A colleague's"


def test_finds_plans_by_title_and_by_customer_and_offers_owners_whose_customers_one_sees(client, plan, mia):
    UserFactory(username="a-stranger")
    SuccessPlanFactory(customer=AccountFactory(customer__owner=mia).customer, title="Roll-out of 2030")

    def found(text: str) -> list[str]:
        answer = client.get(address("changelist"), {"q": text})
        assert "a-stranger" not in shown(answer)
        return [one.title for one in answer.context["cl"].result_list]

    assert found("out of") == ["Roll-out of 2030"]
    assert found("open") == [plan.title]
    assert found("pen Ltd") == []  # names are found by their beginnings, for that an index serves


def test_adds_a_milestone_once_a_title(client, plan):
    values = {"title": "New", "due_date": "2199-01-01", "status": "PENDING", "progress": 0, "priority": "LOW"}

    client.post(address("add_milestone", plan.id), values)
    again = client.post(address("add_milestone", plan.id), values)

    assert "There is a milestone “New” in this plan already" in shown(again)
    assert plan.milestones.count() == 1


@pytest.mark.parametrize("due", ["2026-02-28", "2199-02-02", "9999-12-31"])
def test_a_milestone_is_due_while_its_plan_lasts(client, plan, due):
    milestone = PlanMilestoneFactory(plan=plan)

    answer = client.post(address("milestone", plan.id, milestone.id), milestone_values(milestone, due_date=due))

    assert "31 days after its end" in answer.context["form"].errors["due_date"][0]


def test_writes_sections_and_says_which_are_shared(client, plan):
    values = {"sections_COMMUNICATION": "Weekly\r\ncall", "sections_COMMUNICATION_shared": "on", "sections_POETRY": "x"}

    client.post(address("sections", plan.id), values)

    plan.refresh_from_db()
    assert plan.sections == {"COMMUNICATION": {"text": "Weekly\ncall", "is_shared": True}}


def test_asks_before_a_plan_is_cancelled_for_good(client, plan):
    asked = client.post(address("move", plan.id), {"status": "CANCELLED"})
    plan.refresh_from_db()
    before = plan.status
    client.post(address("move", plan.id), {"status": "CANCELLED", "confirm": "yes"})

    plan.refresh_from_db()
    assert "cannot be opened again" in shown(asked)
    assert (before, plan.status) == ("ACTIVE", "CANCELLED")


@pytest.mark.parametrize("status", ["", "DRAFT", "POETRY"])
def test_a_move_that_is_not_allowed_changes_nothing(client, plan, status):
    client.post(address("move", plan.id), {"status": status})

    plan.refresh_from_db()
    assert plan.status == "ACTIVE"


def test_shows_a_link_once_and_takes_it_back(client, plan):
    page = shown(client.post(address("share", plan.id), {"days": "30"}))
    share = PlanShare.objects.get()
    link = page.split('value="http://testserver')[1].split('"')[0]

    before = Client().get(link).status_code
    assert link not in shown(client.get(address("change", plan.id)))
    client.post(address("revoke", plan.id, share.id))

    assert (before, Client().get(link).status_code) == (200, 404)


def test_a_link_is_made_and_revoked_by_a_button_only(client, plan, mia):
    share, _ = share_plan(plan=plan, days=1, by=mia, now=timezone.now())

    client.get(address("share", plan.id))

    assert PlanShare.objects.count() == 1
    assert client.get(address("revoke", plan.id, share.id)).status_code == 405


def test_the_history_names_the_person_and_the_change(client, plan):
    milestone = PlanMilestoneFactory(plan=plan, title="Kick-off")
    client.post(address("complete", plan.id, milestone.id))

    page = shown(client.get(address("change", plan.id)))

    assert "Changed milestone “Kick-off”" in page
    assert "PENDING → COMPLETED" in page or "OVERDUE → COMPLETED" in page
    assert ", mia" in page


def test_refuses_a_template_that_goes_in_circles(client):
    load_plan_templates()
    template = PlanTemplate.objects.get(code="quarterly")
    first, second = template.milestones.all()[:2]
    rows = {
        "milestones-TOTAL_FORMS": 2, "milestones-INITIAL_FORMS": 2, "milestones-0-id": first.id,
        "milestones-1-id": second.id, "milestones-0-template": template.id, "milestones-1-template": template.id,
    }  # fmt: skip
    for number, one, before in ((0, first, second.title), (1, second, first.title)):
        rows |= {
            f"milestones-{number}-{name}": value
            for name, value in {
                "title": one.title, "day": 5, "priority": "LOW", "owner_role": "NOBODY", "depends_on": before,
            }.items()
        }  # fmt: skip
    url = reverse("admin:customer_success_plantemplate_change", args=[template.id])

    refused = client.post(url, {"name": "Q", "type": "QUARTERLY", "days": 90, **rows})
    saved = client.post(url, {"name": "Q", "type": "QUARTERLY", "days": 90, **rows, "milestones-0-depends_on": ""})

    assert "wait for each other" in shown(refused)
    assert saved.status_code == 302, shown(saved)
    second.refresh_from_db()
    assert second.depends_on == [first.title]
