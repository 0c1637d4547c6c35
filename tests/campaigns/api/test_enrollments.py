"""Who is in which campaign; what was said to whom."""

from __future__ import annotations

import pytest

from campaigns.models import CampaignState, Enrollment, VersionState
from tests.factories import (
    CampaignVersionFactory,
    DeliveryFactory,
    EnrollmentFactory,
    ReceiptFactory,
    StepRunFactory,
)

from .conftest import API, fields

BODY = {"customers": ["ann", "bob"], "occasion": "webinar"}


@pytest.fixture
def campaign(db):
    return CampaignVersionFactory(state=VersionState.LIVE, campaign__state=CampaignState.LIVE).campaign


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_customers_are_enrolled_by_name_once_however_often_it_is_asked(marketer, campaign, ann, bob):
    path = f"{API}/{campaign.pk}/enrollments"

    assert marketer.post(path, BODY).json() == {"enrolled": 2}
    assert marketer.post(path, {**BODY, "customers": ["ann", "ann"]}).json() == {"enrolled": 0}

    assert Enrollment.objects.filter(campaign=campaign).count() == 2
    assert campaign.entries.get().by.username == "mara"


def test_nobody_is_enrolled_if_one_is_not_there(marketer, campaign, ann):
    assert fields(marketer.post(f"{API}/{campaign.pk}/enrollments", BODY)) == ["customers.1"]
    assert not Enrollment.objects.exists()


def test_nobody_is_enrolled_into_what_is_not_on(marketer, campaign, ann, bob):
    campaign.state = CampaignState.PAUSED
    campaign.save()

    assert marketer.post(f"{API}/{campaign.pk}/enrollments", BODY).status_code == 409
    assert marketer.post(f"{API}/{CampaignVersionFactory().campaign_id}/enrollments", BODY).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"customers": []}, "customers"), ({"customers": "ann"}, "customers"), ({"customers": [7]}, "customers.0"),
        ({"customers": ["a\0"]}, "customers.0"), ({"customers": ["x"] * 201}, "customers"),
        ({"occasion": ""}, "occasion"), ({"occasion": "x" * 61}, "occasion"), ({"now": "x"}, "now"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("ann", "bob")
def test_bad_input_is_told_at_its_field(marketer, campaign, body, field):
    assert field in fields(marketer.post(f"{API}/{campaign.pk}/enrollments", {**BODY, **body}))


def test_an_enrollment_shows_its_steps_and_their_messages(marketer, ann):
    run = StepRunFactory(enrollment__customer=ann)
    message = DeliveryFactory(run=run)

    found = marketer.get(f"{API}/enrollments/{run.enrollment_id}").json()

    assert found["external_id"] == "ann"
    assert [(one["step"], one["delivery"], one["delivery_state"]) for one in found["steps"]] == [
        ("rest", message.pk, "accepted")
    ]


def test_a_customer_is_taken_out_once_with_a_reason(marketer, ann):
    run = StepRunFactory(enrollment__customer=ann)
    path = f"{API}/enrollments/{run.enrollment_id}/take-out"

    assert fields(marketer.post(path, {})) == ["reason"]
    assert marketer.post(path, {"reason": "She asked"}).json()["end_reason"] == "by_hand"
    assert marketer.post(path, {"reason": "She asked"}).status_code == 409

    run.refresh_from_db()
    assert run.state == "cancelled"


def test_lists_are_narrowed_and_a_wrong_filter_is_told(marketer, ann, bob):
    first, other = EnrollmentFactory(customer=ann), EnrollmentFactory(customer=bob)

    assert ids(marketer.get(f"{API}/enrollments")) == [other.pk, first.pk]
    assert ids(marketer.get(f"{API}/enrollments?external_id=ann")) == [first.pk]
    assert ids(marketer.get(f"{API}/enrollments?campaign={other.campaign.key}")) == [other.pk]
    assert ids(marketer.get(f"{API}/enrollments?since=2026-03-03T00:00:00Z")) == []
    assert fields(marketer.get(f"{API}/enrollments?campaign=moon")) == ["campaign"]
    assert fields(marketer.get(f"{API}/enrollments?state=dead")) == ["state"]
    assert fields(marketer.get(f"{API}/enrollments?colour=red")) == ["colour"]


def test_another_s_customers_are_not_there(manager, ann, bob):
    mine, theirs = (DeliveryFactory(run__enrollment__customer=one) for one in (ann, bob))

    assert ids(manager.get(f"{API}/deliveries")) == [mine.pk]
    assert ids(manager.get(f"{API}/enrollments")) == [mine.run.enrollment_id]
    assert manager.get(f"{API}/deliveries/{theirs.pk}").status_code == 404
    assert manager.get(f"{API}/enrollments/{theirs.run.enrollment_id}").status_code == 404
    assert manager.get(f"{API}/customers/{bob.pk}/calendar").status_code == 404


def test_deliveries_are_found_by_what_became_of_them(marketer, ann):
    late = DeliveryFactory(run__enrollment__customer=ann, state="skipped", reason="late")
    DeliveryFactory(run__enrollment__customer=ann)

    for query in ("state=skipped", "reason=late", f"state=skipped&customer={ann.pk}&channel=email"):
        assert ids(marketer.get(f"{API}/deliveries?{query}")) == [late.pk]
    assert ids(marketer.get(f"{API}/deliveries?channel=webhook")) == []


def test_a_delivery_shows_its_receipts(marketer):
    receipt = ReceiptFactory()

    found = marketer.get(f"{API}/deliveries/{receipt.delivery_id}").json()

    assert found["message_id"] == str(receipt.delivery.message_id)
    assert [one["event_id"] for one in found["receipts"]] == [receipt.event_id]


def test_an_uncertain_message_is_resolved_once(marketer):
    row = DeliveryFactory(state="uncertain")
    path = f"{API}/deliveries/{row.pk}/resolve"

    assert fields(marketer.post(path, {"how": "maybe", "reason": "x"})) == ["how"]
    found = marketer.post(path, {"how": "sent", "reason": "She wrote back"}).json()
    assert (found["state"], found["resolved_by"]) == ("accepted", "mara")
    assert marketer.post(path, {"how": "again", "reason": "x"}).status_code == 409


def test_an_uncertain_message_is_sent_again(marketer):
    row = DeliveryFactory(state="uncertain", run__state="failed")

    assert marketer.post(f"{API}/deliveries/{row.pk}/resolve", {"how": "again", "reason": "Lost"}).status_code == 200

    row.run.refresh_from_db()
    assert row.run.state == "waiting"


def test_the_calendar_tells_what_is_planned_at_local_time(manager, ann):
    ann.timezone = "Asia/Kolkata"
    ann.save()
    StepRunFactory(enrollment__customer=ann)

    [found] = manager.get(f"{API}/customers/{ann.pk}/calendar").json()

    assert (found["step"], found["kind"], found["hindrances"]) == ("rest", "wait", [])
    assert found["local"].endswith("+05:30")
