"""The delivery log, and what a person says of messages of which nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import CampaignEntry, Delivery, EnrollmentState, RunState
from tests.campaigns.posting import campaign
from tests.factories import (
    ConsentEntryFactory,
    CustomerFactory,
    DeliveryFactory,
    EnrollmentFactory,
    InAppMessageFactory,
    ReceiptFactory,
    StepRunFactory,
    SuppressionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LIST = reverse("admin:campaigns_delivery_changelist")


def page(delivery: Delivery) -> str:
    return reverse("admin:campaigns_delivery_change", args=[delivery.pk])


def settle(delivery: Delivery, way: str) -> str:
    return reverse("admin:campaigns_delivery_settle", args=[delivery.pk, way])


def uncertain(**values: Any) -> Delivery:
    run = StepRunFactory(state=RunState.DONE, step="mail", kind="email", enrollment__version=campaign())
    delivery: Delivery = DeliveryFactory(run=run, state="uncertain", reason="No answer within 20 s", **values)
    return delivery


def test_says_why_a_message_was_not_sent(desk: Any) -> None:
    delivery = DeliveryFactory(state="skipped", reason="no_consent")

    assert "Not sent: No consent" in desk.get(page(delivery)).content.decode()
    assert "No consent" in desk.get(LIST).content.decode()


def test_shows_what_providers_said_in_the_order_of_what_happened(desk: Any) -> None:
    delivery = DeliveryFactory(state="bounced")
    ReceiptFactory(delivery=delivery, kind="bounced", happened_at="2026-03-03T10:00Z", detail="550 no such user")
    ReceiptFactory(delivery=delivery, kind="accepted", happened_at="2026-03-03T09:00Z")

    text = desk.get(page(delivery)).content.decode()

    assert "550 no such user" in text
    assert text.index("Accepted</span>") < text.index("Bounced</span><span>550")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state__exact": "skipped"}, {"A"}),
        ({"channel__exact": "in_app"}, {"B"}),
        ({"reason": "capped"}, {"A"}),
        ({"reason": "nonsense"}, set()),
        ({"campaign": "spring"}, {"B"}),
        ({"campaign": "no-such\x00"}, set()),
    ],
)
def test_finds_by_state_channel_reason_and_campaign(desk: Any, query: dict[str, str], found: set[str]) -> None:
    DeliveryFactory(subject="A", state="skipped", reason="capped")
    DeliveryFactory(subject="B", channel="in_app", run__enrollment__version__campaign__key="spring")

    answer = desk.get(LIST, query)

    assert {row.subject for row in answer.context["cl"].result_list} == found


def test_the_queue_shows_what_is_uncertain_and_nothing_else(desk: Any) -> None:
    waiting = uncertain()
    DeliveryFactory(state="accepted")

    answer = desk.get(reverse("admin:campaigns_delivery_uncertain"), follow=True)

    assert list(answer.context["cl"].result_list) == [waiting]
    assert "nobody knows" in answer.content.decode()


def test_the_empty_queue_says_so_and_the_menu_marks_it(desk: Any) -> None:
    answer = desk.get(LIST, {"state__exact": "uncertain"})

    items = [item for group in answer.context["sidebar_navigation"] for item in group["items"]]
    assert [item["title"] for item in items if item["active"]] == ["Uncertain"]
    assert "No message is uncertain" in answer.content.decode()


def test_a_message_leads_to_its_campaign_and_to_the_way_through_it(desk: Any) -> None:
    run = StepRunFactory()
    delivery = DeliveryFactory(run=run, campaign=run.campaign)
    way = reverse("admin:campaigns_enrollment_change", args=[run.enrollment_id])
    campaign = reverse("admin:campaigns_campaign_change", args=[run.campaign_id])

    assert f'href="{way}"' in (text := desk.get(page(delivery)).content.decode())
    assert f'href="{campaign}"' in text
    assert f'href="{campaign}?version=' in desk.get(way).content.decode()


@pytest.mark.parametrize(("way", "state"), [("sent", "accepted"), ("again", "planned")])
def test_settles_one_after_a_reason(desk: Any, boss: Any, way: str, state: str) -> None:
    delivery = uncertain()

    empty = desk.post(settle(delivery, way), {"reason": ""})
    done = desk.post(settle(delivery, way), {"reason": "The provider has it"})

    delivery.refresh_from_db()
    assert empty.status_code == 200
    assert done.status_code == 302
    assert (delivery.state, delivery.resolved_by, delivery.reason) == (state, boss, "The provider has it")
    assert CampaignEntry.objects.filter(by=boss, reason="The provider has it").count() == 1


def test_settles_nothing_twice(desk: Any) -> None:
    delivery = uncertain()
    desk.post(settle(delivery, "sent"), {"reason": "It is there"})

    answer = desk.post(settle(delivery, "again"), {"reason": "It is not"})

    delivery.refresh_from_db()
    assert delivery.state == "accepted"
    assert "no longer uncertain" in answer.content.decode()


@pytest.mark.parametrize("reason", ["x" * 201, "a\x00b"])
def test_says_what_is_wrong_with_a_reason(desk: Any, reason: str) -> None:
    delivery = uncertain()

    answer = desk.post(settle(delivery, "sent"), {"reason": reason})

    delivery.refresh_from_db()
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert delivery.state == "uncertain"


def test_settles_several_and_leaves_out_what_is_known_meanwhile(desk: Any) -> None:
    rows = [uncertain(), uncertain()]
    chosen = {"action": "sent_selected", "_selected_action": [one.pk for one in rows]}
    asked = desk.post(f"{LIST}?state__exact=uncertain", chosen)
    Delivery.objects.filter(pk=rows[0].pk).update(state="delivered")

    done = desk.post(LIST, {**chosen, "confirm": "yes", "reason": "All there"}, follow=True)

    assert "2 messages" in asked.content.decode()
    assert "1 of 2 messages" in done.content.decode()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered", "accepted"}


def test_the_log_offers_nothing_to_settle_outside_of_the_queue(desk: Any) -> None:
    uncertain()

    assert "sent_selected" not in desk.get(LIST).content.decode()
    assert "sent_selected" in desk.get(LIST, {"state__exact": "uncertain"}).content.decode()


def test_takes_a_customer_out_and_says_who_did(desk: Any, boss: Any) -> None:
    run = StepRunFactory()
    url = reverse("admin:campaigns_enrollment_take_out", args=[run.enrollment_id])

    desk.post(url, {"reason": "Asked by phone"})
    again = desk.post(url, {"reason": "Asked by phone"})

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert run.enrollment.state != EnrollmentState.ACTIVE
    assert CampaignEntry.objects.get(by=boss).reason == "Asked by phone"
    assert "has left the campaign meanwhile" in again.content.decode()


def test_an_enrollment_shows_its_steps_with_their_messages(desk: Any) -> None:
    enrollment = EnrollmentFactory()
    DeliveryFactory(run=StepRunFactory(enrollment=enrollment, step="hello", state="done"), subject="Hello there")
    StepRunFactory(enrollment=enrollment, step="later")

    text = desk.get(reverse("admin:campaigns_enrollment_change", args=[enrollment.pk])).content.decode()

    assert text.index("hello") < text.index("Hello there") < text.index("later")


def test_the_story_of_a_customer_tells_of_messages(desk: Any) -> None:
    delivery = DeliveryFactory(subject="Your order is on its way", state="skipped", reason="capped")

    text = desk.get(reverse("admin:lifecycle_customer_change", args=[delivery.customer_id])).content.decode()

    assert "Email skipped: Your order is on its way" in text
    assert "Frequency cap" in text


MODELS = ("delivery", "enrollment", "inappmessage", "consententry", "suppression")


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_with_five_and_fifty_rows(desk: Any, model: str) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(reverse(f"admin:campaigns_{model}_changelist")).status_code == 200
        return len(asked)

    _fill(5)
    counted()
    few = counted()
    _fill(45)

    assert counted() == few


def test_a_page_costs_the_same_with_few_and_many_rows(desk: Any) -> None:
    enrollment = EnrollmentFactory()
    url = reverse("admin:campaigns_enrollment_change", args=[enrollment.pk])

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get(url)
        return len(asked)

    for number in range(5):
        DeliveryFactory(run=StepRunFactory(enrollment=enrollment, step=f"a{number}"))
    counted()
    few = counted()
    for number in range(45):
        DeliveryFactory(run=StepRunFactory(enrollment=enrollment, step=f"b{number}"))

    assert counted() == few


def _fill(number: int) -> None:
    for _ in range(number):
        customer, person = CustomerFactory(), UserFactory()
        delivery = DeliveryFactory(run__enrollment__customer=customer, channel="in_app")
        InAppMessageFactory(delivery=delivery)
        ConsentEntryFactory(customer=customer, by=person)
        SuppressionFactory(by=person)


def test_a_success_manager_sees_the_messages_of_the_own_customers(mia: Any, noah: Any, desk_of: Any) -> None:
    delivery = DeliveryFactory(run__enrollment__customer=CustomerFactory(owner=mia))

    assert desk_of(mia).get(page(delivery)).status_code == 200
    assert desk_of(noah).get(page(delivery)).status_code == 302
