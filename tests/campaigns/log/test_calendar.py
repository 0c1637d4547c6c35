"""A customer's calendar: what is planned, at which local time, and what may stop it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.engine.consent import suppress
from campaigns.models import Enrollment, StepRun
from campaigns.queries.calendar import Planned, calendar_of
from lifecycle.models import Customer
from lifecycle.rules.calendar import zone_of
from tests.factories import (
    CampaignVersionFactory,
    ConsentFactory,
    CustomerFactory,
    DeliveryFactory,
    EnrollmentFactory,
    FrequencyCapFactory,
    MessageTemplateFactory,
    QuietHoursFactory,
    SendingSwitchFactory,
    StepRunFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEPS: list[dict[str, Any]] = [
    {"key": "hello", "kind": "email", "template": "hello"},
    {"key": "note", "kind": "in_app", "title": "A note", "body": "Read it", "after": {"days": 1}},
    {
        "key": "choice",
        "kind": "branch",
        "condition": {"metric": "order_count", "operator": ">=", "value": 1},
        "after": {"days": 1, "at": "09:00"},
        "paths": {"yes": [], "no": []},
    },
    {"key": "after", "kind": "email", "template": "after"},
]


def enrolled(customer: Customer, *, steps: list[dict[str, Any]] = STEPS, **values: Any) -> Enrollment:
    """Waits for its first step until an hour from now."""
    said = {"lifecycle": "learning", "trigger": {"kind": "event", "name": "signed_up"}, "topic": "tips", "steps": steps}
    enrollment: Enrollment = EnrollmentFactory(
        version=CampaignVersionFactory(definition={**said, **values}), customer=customer
    )
    run = {"step": steps[0]["key"], "kind": steps[0]["kind"], "due_at": NOW + timedelta(hours=1)}
    StepRunFactory(enrollment=enrollment, **run)
    return enrollment


@pytest.fixture
def ann(db: None) -> Customer:
    TopicFactory(key="tips")
    customer: Customer = CustomerFactory(email="ann@example.com", timezone="Asia/Tokyo")
    return customer


def first(customer: Customer) -> Planned:
    return calendar_of(customer, now=NOW)[0]


def test_shows_the_step_that_waits_and_those_that_follow_up_to_the_next_fork(ann: Customer) -> None:
    enrolled(ann)

    planned = calendar_of(ann, now=NOW)

    assert [(one.step.key, one.run is not None) for one in planned] == [
        ("hello", True), ("note", False), ("choice", False),
    ]  # fmt: skip


def test_tells_the_time_of_the_customer_s_zone(ann: Customer) -> None:
    enrolled(ann)

    shown = [f"{one.local:%d %H:%M}" for one in calendar_of(ann, now=NOW)]

    assert shown == ["02 19:00", "03 19:00", "04 09:00"]


def test_what_follows_a_message_that_waits_for_the_morning_is_later_too(ann: Customer) -> None:
    QuietHoursFactory(starts="18:30", ends="08:00")
    said = {"steps": [STEPS[0], {"key": "rest", "kind": "wait", "after": {"hours": 2}}]}
    enrolled(ann, **said)

    shown = [f"{one.local:%d %H:%M}" for one in calendar_of(ann, now=NOW)]
    Enrollment.objects.all().delete()
    enrolled(ann, **said, message_class="transactional")
    at_once = [f"{one.local:%d %H:%M}" for one in calendar_of(ann, now=NOW)]

    assert (shown, at_once) == (["02 19:00", "03 10:00"], ["02 19:00", "02 21:00"])


def test_names_quiet_hours_where_they_make_a_step_later(ann: Customer) -> None:
    QuietHoursFactory(starts="18:30", ends="08:00")
    enrolled(ann)
    hello, note, _ = calendar_of(ann, now=NOW)
    assert (hello.delay, note.delay) == ("", "Quiet hours make “hello” before it wait until 3 Mar, 08:00.")

    StepRun.objects.update(due_at=NOW + timedelta(hours=14), reason="Quiet hours")

    assert [one.delay for one in calendar_of(ann, now=NOW)] == ["Quiet hours", "", ""]


def test_a_message_has_the_name_of_its_template_or_of_its_campaign(ann: Customer) -> None:
    enrollment = enrolled(ann)
    assert first(ann).title == enrollment.campaign.name

    MessageTemplateFactory(key="hello", name="Hello, VIP")

    assert first(ann).title == "Hello, VIP"


def test_shows_nothing_beyond_thirty_days(ann: Customer) -> None:
    enrollment = enrolled(ann)
    enrollment.runs.update(due_at=NOW + timedelta(days=31))

    assert calendar_of(ann, now=NOW) == []


def test_what_is_overdue_is_planned_for_now(ann: Customer) -> None:
    enrolled(ann).runs.update(due_at=NOW - timedelta(days=1))

    assert first(ann).at == NOW


def test_nothing_stops_what_nothing_stops(ann: Customer) -> None:
    enrolled(ann)

    assert [one.hindrances for one in calendar_of(ann, now=NOW)] == [(), (), ()]


def _paused(customer: Customer) -> None:
    customer.enrollments.first().runs.update(state="frozen")  # type: ignore[attr-defined]


STOPS = {
    "The campaign is paused": _paused,
    "Email is switched off: repairs": lambda one: SendingSwitchFactory(channel="email", reason="repairs"),
    "All sending is switched off": lambda one: SendingSwitchFactory(),
    "No consent to tips": lambda one: ConsentFactory(customer=one, topic=None, is_given=False),
    "on the suppression list": lambda one: suppress(address="ANN@example.com", reason="by_hand", by=None, now=NOW),
    "no email address": lambda one: Customer.objects.filter(pk=one.pk).update(email=None),
    "Quiet hours: it waits until 3 Mar, 08:00": lambda one: QuietHoursFactory(starts="18:00", ends="08:00"),
    "Frequency cap of 1 message in 3 days": lambda one: (
        FrequencyCapFactory(days=3),
        DeliveryFactory(run__enrollment__customer=one, message_class="marketing", planned_at=NOW - timedelta(days=1)),
    ),
}


@pytest.mark.parametrize("sentence", STOPS)
def test_says_what_may_stop_a_message(ann: Customer, sentence: str) -> None:
    enrolled(ann)
    STOPS[sentence](ann)
    ann.refresh_from_db()

    assert sentence in " ".join(first(ann).hindrances)


def test_a_cap_counts_what_is_planned_before(ann: Customer) -> None:
    FrequencyCapFactory(days=3)
    enrolled(ann)

    hello, note, _ = calendar_of(ann, now=NOW)

    assert hello.hindrances == ()
    assert "Frequency cap" in note.hindrances[0]


def test_a_cap_spares_campaigns_that_come_first(ann: Customer) -> None:
    FrequencyCapFactory(days=3, spares_priority=10)
    enrolled(ann, priority=10)

    assert [one.hindrances for one in calendar_of(ann, now=NOW)] == [(), (), ()]


def test_what_is_expected_of_us_knows_no_consent_caps_and_quiet_hours(ann: Customer) -> None:
    ConsentFactory(customer=ann, topic=None, is_given=False)
    QuietHoursFactory(starts="18:00", ends="08:00")
    FrequencyCapFactory()
    enrolled(ann, message_class="transactional")

    assert [one.hindrances for one in calendar_of(ann, now=NOW)] == [(), (), ()]


def test_costs_the_same_for_few_and_many_steps(ann: Customer) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert calendar_of(ann, now=NOW)
        return len(found)

    enrolled(ann)
    few = asked()
    for _ in range(20):
        enrolled(ann)

    assert asked() == few


def test_the_page_shows_the_days_and_the_card_what_comes_next(ann: Customer, desk: Any) -> None:
    due = timezone.now() + timedelta(days=2)
    enrolled(ann).runs.update(due_at=due)

    page = desk.get(reverse("admin:campaigns_enrollment_calendar", args=[ann.pk])).content.decode()
    card = desk.get(reverse("admin:lifecycle_customer_change", args=[ann.pk])).content.decode()

    assert page.count("tn-calendar-entry") == 3
    assert "Asia/Tokyo" in page
    assert f"{due.astimezone(zone_of('Asia/Tokyo')):%H:%M}" in card.partition("Planned messages")[2]
    assert "A note" in card


def test_the_page_of_a_customer_of_whom_nothing_is_planned_says_so(ann: Customer, desk: Any) -> None:
    page = desk.get(reverse("admin:campaigns_enrollment_calendar", args=[ann.pk])).content.decode()

    assert "Nothing is planned" in page


def test_a_campaign_that_cannot_be_read_any_more_leaves_the_others(ann: Customer) -> None:
    enrolled(ann, lifecycle=7)
    enrolled(ann)

    assert [one.step.key for one in calendar_of(ann, now=NOW)] == ["hello", "note", "choice"]
