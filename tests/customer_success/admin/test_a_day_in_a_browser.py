"""A success manager's day in a real browser, from the login to what was promised in a review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customer_success.engine.scoring import score_everybody
from customer_success.models import BusinessReview, HealthOverride, PlanMilestone, Task
from lifecycle.engine.defaults import load_defaults
from lifecycle.models import Customer
from tests.customer_success.cards import BANDS, in_force
from tests.customer_success.cast import member
from tests.factories import (
    AccountFactory,
    BusinessReviewFactory,
    CustomerFactory,
    PlanMilestoneFactory,
    StakeholderFactory,
    SuccessPlanFactory,
    SuccessProfileFactory,
    TaskFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCORECARD = {
    "dimensions": [
        {
            "code": "value", "name": "Value", "weight": 60,
            "measures": [{"input": "goal_attainment", "weight": 100, "scale": {"as_it_is": True}}],
        },
        {
            "code": "support", "name": "Support", "weight": 40,
            "measures": [
                {"input": "complaints", "weight": 100, "scale": {"steps": [
                    {"at_least": None, "points": 100}, {"at_least": 3, "points": 20},
                ]}},
            ],
        },
    ],
    "bands": BANDS,
}  # fmt: skip


@dataclass(frozen=True)
class Morning:
    """What waits for mia: two tasks, a customer with a score, a plan and a review."""

    mia: Any
    rosa: Customer
    first: Task
    second: Task
    review: BusinessReview


@pytest.fixture
def morning(db: None) -> Morning:
    now = timezone.now()
    load_defaults(now=now, only="account")
    in_force(SCORECARD)
    mia, noah = member("mia"), member("noah")
    mia.set_password("pw")
    mia.save()
    rosa = CustomerFactory(name="Rosa Freight", owner=mia)
    account = AccountFactory(customer=rosa, profile=None, renewal_date=now.date() + timedelta(days=20))
    profile = SuccessProfileFactory(account=account, goal_attainment=50, complaints=4)
    StakeholderFactory(profile=profile, name="Carla Contact", email="carla@example.com")
    AccountFactory(customer=CustomerFactory(name="Noah's Ark", owner=noah))
    plan = SuccessPlanFactory(
        customer=rosa, title="First value", owner=mia, starts_on=now.date(), ends_on=now.date() + timedelta(days=60)
    )
    PlanMilestoneFactory(plan=plan, title="Kick-off", due_date=now.date() + timedelta(days=1))
    PlanMilestoneFactory(plan=plan, title="Go live", due_date=now.date() + timedelta(days=30))
    score_everybody(now=now)
    return Morning(
        mia,
        rosa,
        TaskFactory(customer=rosa, owner=mia, title="Call Carla", priority="CRITICAL", due_at=now - timedelta(days=1)),
        TaskFactory(customer=rosa, owner=mia, title="Send the offer", due_at=now + timedelta(days=2)),
        BusinessReviewFactory(customer=rosa, owner=mia, scheduled_for=now - timedelta(hours=2)),
    )


@pytest.fixture
def desk(page: Page, morning: Morning) -> Page:
    """Logged in by the form; the login leads to My day."""
    page.goto("/admin/")
    page.get_by_label("Username").fill("mia")
    page.get_by_label("Password").fill("pw")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/my-day/$"))
    return page


def card(desk: Page, name: str) -> Any:
    return desk.get_by_role("region", name=name, exact=True)


def test_a_success_managers_day(desk: Page, morning: Morning) -> None:
    finishes_the_first_task_and_puts_off_the_second(desk, morning)
    opens_the_customer_from_the_list(desk)
    reads_why_the_health_is_poor_and_says_another_score(desk, morning)
    completes_a_milestone(desk, morning)
    holds_the_review_with_an_action_item(desk, morning)
    finds_the_action_item_in_my_day(desk)
    does_not_find_the_customer_of_a_colleague(desk)


def finishes_the_first_task_and_puts_off_the_second(desk: Page, morning: Morning) -> None:
    first = desk.locator("[data-task]").first
    expect(first).to_contain_text("Call Carla")
    first.get_by_text("Done").first.click()
    first.get_by_label("What came of it?").fill("They miss a report")
    first.get_by_role("button", name="Done", exact=True).click()
    expect(desk.get_by_text("Done: Call Carla.")).to_be_visible()

    second = desk.locator("[data-task]").filter(has_text="Send the offer")
    second.get_by_text("Snooze").first.click()
    second.get_by_role("button", name="Next Monday").click()
    expect(desk.locator("[data-task]").filter(has_text="Send the offer")).to_have_count(0)

    morning.first.refresh_from_db()
    morning.second.refresh_from_db()
    assert (morning.first.state, morning.first.outcome) == ("DONE", "They miss a report")
    assert morning.second.snoozed_until is not None


def opens_the_customer_from_the_list(desk: Page) -> None:
    desk.get_by_role("link", name=re.compile("Customers$")).first.click()
    expect(desk.get_by_text("Noah's Ark")).to_have_count(0)
    desk.get_by_role("link", name=re.compile("Rosa Freight")).first.click()

    expect(card(desk, "People")).to_contain_text("carla@example.com")
    expect(card(desk, "Money")).to_contain_text("in 20 days")
    expect(card(desk, "Success plans")).to_contain_text("Next: Kick-off")
    expect(card(desk, "Timeline")).to_contain_text("They miss a report")


def reads_why_the_health_is_poor_and_says_another_score(desk: Page, morning: Morning) -> None:
    expect(card(desk, "Health")).to_contain_text("38")
    card(desk, "Health").get_by_role("link", name="Why this score?").click()
    parts = card(desk, "What adds up to it")
    expect(parts).to_contain_text("Value")
    expect(parts).to_contain_text("Support")
    expect(parts).to_contain_text("20 × 40%")

    desk.goto(f"/admin/lifecycle/customer/{morning.rosa.id}/change/")
    card(desk, "Health").get_by_role("link", name="Override").click()
    desk.get_by_label("Score*", exact=True).fill("65")
    desk.get_by_label("Reason*", exact=True).fill("The complaints are settled")
    desk.get_by_role("button", name="Put it in force").click()
    expect(desk.get_by_text("The health of Rosa Freight is 65 now.")).to_be_visible()
    expect(desk.get_by_text("The complaints are settled").first).to_be_visible()

    said = HealthOverride.objects.get()
    assert (said.score, said.by, said.reason) == (65, morning.mia, "The complaints are settled")


def completes_a_milestone(desk: Page, morning: Morning) -> None:
    desk.goto(f"/admin/lifecycle/customer/{morning.rosa.id}/change/")
    card(desk, "Success plans").get_by_role("link", name="First value").click()
    desk.get_by_role("button", name="Complete Kick-off").click()
    expect(desk.get_by_text("“Kick-off” is completed.")).to_be_visible()

    assert PlanMilestone.objects.get(title="Kick-off").status == "COMPLETED"


def holds_the_review_with_an_action_item(desk: Page, morning: Morning) -> None:
    desk.goto(f"/admin/lifecycle/customer/{morning.rosa.id}/change/")
    expect(card(desk, "Success plans")).to_contain_text("Next: Go live")
    expect(card(desk, "Timeline")).to_contain_text("Milestone completed: Kick-off")
    card(desk, "Business reviews").get_by_role("link", name="Next: monthly").click()
    desk.get_by_role("link", name=re.compile("Hold$")).first.click()
    desk.get_by_label("Decisions", exact=True).fill("Build the report")
    item = desk.get_by_role("group", name="Action item 1")
    item.get_by_label("What", exact=True).fill("Show Carla the report")
    item.get_by_label("Until", exact=True).fill((timezone.now() + timedelta(days=3)).date().isoformat())
    desk.get_by_role("button", name="Hold", exact=True).click()
    expect(desk.get_by_text("Show Carla the report").first).to_be_visible()

    morning.review.refresh_from_db()
    assert (morning.review.status, morning.review.decisions) == ("HELD", ["Build the report"])


def finds_the_action_item_in_my_day(desk: Page) -> None:
    desk.get_by_role("link", name="My day").first.click()

    expect(desk.locator("[data-task]").filter(has_text="Show Carla the report")).to_contain_text("Action item")
    expect(card(desk, "Milestones")).not_to_contain_text("Kick-off")


def does_not_find_the_customer_of_a_colleague(desk: Page) -> None:
    for text, found in (("Rosa", True), ("Noah", False)):
        desk.goto(f"/admin/lifecycle/customer/?q={text}")
        expect(desk.get_by_role("link", name=re.compile("Rosa Freight"))).to_have_count(1 if found else 0)
    expect(desk.get_by_text("Noah's Ark")).to_have_count(0)
