"""The page of a customer: what a success manager finds there before a call, in which order, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Customer, CustomerFacts, Lifecycle
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    BusinessReviewFactory,
    CustomerFactory,
    CustomerHealthFactory,
    ExpansionOpportunityFactory,
    HandoverFactory,
    HealthAlertFactory,
    HealthScoreFactory,
    LifecycleFactory,
    NoticeFactory,
    PlanMilestoneFactory,
    StakeholderFactory,
    SuccessPlanFactory,
    TaskFactory,
    TierChangeFactory,
    TransitionFactory,
)

pytestmark = pytest.mark.django_db


def page_of(customer: Customer) -> str:
    return reverse("admin:lifecycle_customer_change", args=[customer.id])


def account_of(owner: Any, **values: Any) -> Customer:
    customer: Customer = AccountFactory(customer=CustomerFactory(owner=owner), **values).customer
    return customer


def panels(answer: Any) -> dict[str, Any]:
    return {card.panel.name: card.content.context for card in answer.context["page"].cards}


def titles(answer: Any, panel: str) -> list[str]:
    return [row.title for row in panels(answer)[panel]["rows"]]


def fill(customer: Customer, number: int) -> None:
    """So many rows in each panel, and so many entries of each kind in the timeline."""
    now, lifecycle = timezone.now(), Lifecycle.objects.first() or LifecycleFactory(is_active=False)
    for one in range(number):
        at = now - timedelta(days=one + 1)
        plan = SuccessPlanFactory(customer=customer)
        PlanMilestoneFactory(plan=plan)
        PlanMilestoneFactory(plan=plan, title="Done", status="COMPLETED", completed_at=at, progress=100)
        BusinessReviewFactory(customer=customer)
        BusinessReviewFactory(customer=customer, status="HELD", held_at=at)
        HealthAlertFactory(customer=customer, threshold=one)
        HealthAlertFactory(customer=customer, threshold=one, ended_at=at)
        HealthScoreFactory(customer=customer, day=at.date(), level=("GOOD", "FAIR")[one % 2])
        AdvocacyActivityFactory(customer=customer, status="COMPLETED", requested_at=at, completed_at=at)
        AdvocacyActivityFactory(customer=customer, status="DECLINED", requested_at=at, declined_at=at)
        ExpansionOpportunityFactory(customer=customer, status="LOST", ended_at=at)
        HandoverFactory(customer=customer, at=at)
        TierChangeFactory(customer=customer, changed_at=at)
        StakeholderFactory(profile=customer.account.profile)
        NoticeFactory(transition=TransitionFactory(customer=customer, lifecycle=lifecycle))
        TaskFactory(customer=customer)


def test_costs_the_same_with_one_and_fifty_rows_in_each_panel(mia: Any, desk_of: Any) -> None:
    customer, desk = account_of(mia), desk_of(mia)
    mia.user_permissions.add(Permission.objects.get(codename="view_notice"))
    CustomerHealthFactory(customer=customer)
    ExpansionOpportunityFactory(customer=customer)

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(page_of(customer)).status_code == 200
        return len(caught)

    fill(customer, 2)  # two, for a change needs something before it
    cost()
    before = cost()
    customer.health_alerts.all().delete()
    customer.health_scores.all().delete()
    fill(customer, 50)

    assert cost() == before
    assert before < 60


def test_what_has_to_be_known_before_a_call_comes_first(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    mia.user_permissions.add(Permission.objects.get(codename="view_notice"))
    fill(customer, 1)
    ExpansionOpportunityFactory(customer=customer)

    assert list(panels(desk_of(mia).get(page_of(customer)))) == [
        "health-alerts", "health", "tasks", "people", "plans", "calendar", "reviews", "money", "account", "expansion",
        "advocacy", "messages", "handovers",
    ]  # fmt: skip


def test_a_new_account_says_what_to_do_next_and_hides_what_it_has_not(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)

    answer = desk_of(mia).get(page_of(customer))

    assert not {"health-alerts", "expansion", "messages"} & set(panels(answer))
    for sentence in (
        "No success plan is open", "New plan", "none is planned", "Plan a review", "Nobody has asked for a favour yet",
        "May be asked for a favour now", "Nobody at the customer is known yet", "has not changed hands",
    ):  # fmt: skip
        assert sentence in answer.text


def test_a_customer_without_an_account_is_not_troubled_with_plans(mia: Any, desk_of: Any) -> None:
    customer = CustomerFactory(owner=mia)

    answer = desk_of(mia).get(page_of(customer))

    assert list(panels(answer)) == ["health", "tasks", "calendar", "account", "handovers"]
    assert f"/admin/customer_success/account/add/?customer={customer.id}" in answer.text


def test_a_plan_shows_how_far_it_is_and_what_comes_next(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    plan = SuccessPlanFactory(customer=customer, title="Roll-out")
    PlanMilestoneFactory(plan=plan, title="Kick-off", status="COMPLETED", progress=100, completed_at=timezone.now())
    PlanMilestoneFactory(plan=plan, title="Go live", status="OVERDUE", due_date=date(2026, 3, 5))
    SuccessPlanFactory(customer=customer, title="Of last year", status="COMPLETED")

    (row,) = panels(desk_of(mia).get(page_of(customer)))["plans"]["rows"]

    assert (row.title, row.progress, row.detail, row.is_late) == ("Roll-out", 50, "Next: Go live, 5 Mar 2026", True)


def test_reviews_are_the_next_and_the_last_one(mia: Any, desk_of: Any) -> None:
    customer, now = account_of(mia), timezone.now()
    for days, kind in ((3, "MONTHLY"), (40, "QUARTERLY")):
        BusinessReviewFactory(customer=customer, type=kind, scheduled_for=now + timedelta(days=days))
    for days, kind in ((9, "WEEKLY"), (90, "ANNUAL")):
        BusinessReviewFactory(customer=customer, type=kind, status="HELD", held_at=now - timedelta(days=days))

    assert titles(desk_of(mia).get(page_of(customer)), "reviews") == ["Next: monthly", "Last: weekly"]


def test_says_why_a_customer_is_not_asked_for_a_favour(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    HealthAlertFactory(customer=customer, kind="RED_ZONE")

    assert "cannot be asked now: its health is in the red zone" in desk_of(mia).get(page_of(customer)).text


def test_money_tells_the_contract_and_the_orders(mia: Any, desk_of: Any) -> None:
    today = timezone.now().date()
    customer = account_of(mia, annual_revenue=48_000, lifetime_value=120_000, renewal_date=today + timedelta(days=20))
    CustomerFacts.objects.filter(customer=customer).update(order_count=7, total_spend=912)

    page = desk_of(mia).get(page_of(customer)).text

    for shown in ("48,000", "in 20 days", "120,000", "7, 912 in all"):
        assert shown in page


def test_a_contract_that_has_ended_says_since_when(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia, renewal_date=timezone.now().date() - timedelta(days=3))

    assert "3 days ago" in desk_of(mia).get(page_of(customer)).text


def test_an_alert_that_is_over_or_resolved_is_not_shown(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    HealthAlertFactory(customer=customer, ended_at=timezone.now())
    HealthAlertFactory(customer=customer, state="RESOLVED")

    assert "health-alerts" not in panels(desk_of(mia).get(page_of(customer)))


def test_who_may_not_add_or_hand_over_finds_no_link_to_it(mia: Any, lea: Any, viewer: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    viewer.user_permissions.add(*Permission.objects.filter(codename__in=("view_successplan", "view_handover")))

    seen = {user.username: desk_of(user).get(page_of(customer)).text for user in (mia, lea, viewer)}

    assert {name: ("New plan" in page, ">Hand over<" in page) for name, page in seen.items()} == {
        "mia": (True, False), "lea": (True, True), "vera": (False, False),
    }  # fmt: skip


def test_the_timeline_tells_what_the_team_did_and_what_became_of_the_customer(mia: Any, desk_of: Any) -> None:
    customer, now = account_of(mia), timezone.now()
    at = now - timedelta(days=3)
    fill(customer, 1)
    ExpansionOpportunityFactory(customer=customer, status="WON", won_amount=9_000, ended_at=at, outcome="More seats")

    page = desk_of(mia).get(page_of(customer)).text

    for told in (
        "Tier No tier → Enterprise", "Alert: Red zone", "Over: red zone", "Monthly review held",
        "Milestone completed: Done", "Case study asked for", "Case study completed", "Case study declined",
        "Handed over by", "Expansion won: 9,000 a year", "More seats", "Expansion lost",
    ):  # fmt: skip
        assert told in page


def test_the_timeline_tells_a_change_of_level_and_not_each_score(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    for day, (score, level) in enumerate(((82, "EXCELLENT"), (72, "GOOD"), (64, "GOOD"), (85, "EXCELLENT"))):
        HealthScoreFactory(customer=customer, day=date(2026, 1, 1 + day), score=score, level=level)

    told = [entry.item for entry in desk_of(mia).get(page_of(customer)).context["page"].timeline.entries]

    assert [(one.title, one.detail) for one in told] == [
        ("Health Good → Excellent", "Score 85, was 64"),
        ("Health Excellent → Good", "Score 72, was 82"),
    ]


def test_the_timeline_misses_nothing_from_page_to_page(mia: Any, desk_of: Any) -> None:
    customer, desk = account_of(mia), desk_of(mia)
    fill(customer, 12)
    seen, url = [], page_of(customer)

    while url:
        timeline = desk.get(url).context["page"].timeline
        seen += timeline.entries
        earlier = timeline.earlier.replace("+", "%2B")
        url = f"{page_of(customer)}?before={earlier}" if earlier else ""

    places = [entry.place for entry in seen]
    assert places == sorted(set(places), reverse=True)
    assert len([one for one in seen if one.rank == 30]) == 11  # changes of level between twelve scores
    assert len([one for one in seen if one.rank in {60, 61, 62}]) == 48
    assert len([one for one in seen if one.rank == 31]) == 24


def test_what_people_write_is_shown_and_never_run(mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    bad = "<script>alert(1)</script>"
    SuccessPlanFactory(customer=customer, title=bad)
    StakeholderFactory(profile=customer.account.profile, name=bad, email="a@example.com")
    HandoverFactory(customer=customer, note=bad)
    TierChangeFactory(customer=customer, reason=bad)
    AdvocacyActivityFactory(customer=customer, title=bad)

    page = desk_of(mia).get(page_of(customer)).text

    assert bad not in page
    assert page.count("&lt;script&gt;alert(1)") >= 5


def test_a_hand_over_to_who_has_the_customer_says_so(lea: Any, mia: Any, desk_of: Any) -> None:
    customer = account_of(mia)
    url = reverse("admin:customer_success_handover_hand_over", args=[customer.id])

    answer = desk_of(lea).post(url, {"confirm": "yes", "to": mia.id, "note": "x"}, follow=True)

    assert "They are in the portfolio of mia already." in answer.text
