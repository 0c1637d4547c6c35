"""The pages of campaigns: from draft to live, paused and resumed, with what it does before a person says yes."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, CampaignState, StepRun, VersionState
from tests.factories import (
    CampaignFactory,
    CustomerFactory,
    DeliveryFactory,
    EnrollmentFactory,
    SegmentFactory,
    StepRunFactory,
)

from .conftest import client_of
from .test_editor import form

pytestmark = pytest.mark.django_db


def page_of(client: Any, campaign: Campaign, name: str = "change", **query: Any) -> str:
    response = client.get(reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk]), query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def step(client: Any, campaign: Campaign, name: str, /, **answer: Any) -> str:
    url = reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])
    return unescape(client.post(url, {"confirm": "yes", **answer}, follow=True).content.decode())


@pytest.fixture
def draft(marketer: Any, campaign: Campaign, shop: Any) -> Campaign:
    marketer.post(reverse("admin:campaigns_campaign_editor", args=[campaign.pk]), {**form(shop), "save": "yes"})
    return campaign


def state(campaign: Campaign) -> tuple[str, list[str]]:
    campaign.refresh_from_db()
    return campaign.state, list(campaign.versions.order_by("number").values_list("state", flat=True))


def test_a_draft_goes_through_review_to_live(draft, marketer, administrator):
    assert "It would have reached 0 customers" in page_of(marketer, draft, "submit")
    step(marketer, draft, "submit")
    assert state(draft) == ("off", ["in_review"])
    assert "in review, submitted by marketer" in page_of(administrator, draft)

    step(administrator, draft, "publish")

    assert state(draft) == ("live", ["live"])
    page = page_of(administrator, draft)
    assert "Published version 1" in page
    assert "Pause" in page


def test_the_writer_of_what_many_get_is_told_that_somebody_else_has_to_publish(draft, marketer, settings):
    settings.CAMPAIGN_FOUR_EYES_ABOVE = 0
    assert "was written by marketer, so another person has to publish it" in page_of(marketer, draft, "publish")

    assert "another person has to publish it" in step(marketer, draft, "publish")

    assert state(draft) == ("off", ["draft"])


def test_what_is_in_review_is_not_edited(draft, marketer):
    step(marketer, draft, "submit")

    response = marketer.get(reverse("admin:campaigns_campaign_editor", args=[draft.pk]), follow=True)

    assert "is in review; send it back" in response.content.decode()
    step(marketer, draft, "take_back", reason="Shorter.")
    assert state(draft)[1] == ["draft"]
    assert "Shorter." in page_of(marketer, draft)


def test_a_paused_campaign_says_why_and_what_stands_still_before_it_is_resumed(draft, administrator):
    step(administrator, draft, "publish")
    enrollment = EnrollmentFactory(version=draft.versions.get())
    StepRunFactory(enrollment=enrollment, step="hello", kind="email")
    assert "This field is required" in step(administrator, draft, "pause", reason="")
    step(administrator, draft, "pause", reason="A wrong link.")

    assert "A wrong link." in page_of(administrator, draft)
    page = page_of(administrator, draft, "resume")
    assert "Steps that stand still: 1." in page
    assert "Of these were due meanwhile: 1; messages among them: 1." in page
    step(administrator, draft, "resume", how="moon")
    assert state(draft)[0] == CampaignState.PAUSED
    step(administrator, draft, "resume", how="now")

    assert state(draft)[0] == CampaignState.LIVE
    assert StepRun.objects.get().due_at > timezone.now() - timedelta(minutes=1)


def test_whom_a_new_version_concerns_is_told_before_it_is_published(draft, administrator, marketer, shop):
    step(administrator, draft, "publish")
    StepRunFactory(enrollment=EnrollmentFactory(version=draft.versions.get()), step="hello", kind="email")
    editor = reverse("admin:campaigns_campaign_editor", args=[draft.pk])
    marketer.post(editor, {**form(shop, **{"steps[0].key": "other"}), "save": "yes"})

    page = page_of(administrator, draft, "publish")

    assert "takes the place of version 1" in page
    assert "wait at “hello”, which is no longer there: 1." in page
    assert "1 customer is inside; of these" in page
    assert "Bring those who are inside" in page
    step(administrator, draft, "publish", move_people="on")
    assert state(draft)[1] == [VersionState.RETIRED, VersionState.LIVE]
    assert "It is a draft" not in page_of(administrator, draft, version="1")


def test_the_list_shows_what_waits_for_review(draft, administrator, marketer):
    before = administrator.get(reverse("admin:campaigns_campaign_changelist")).content.decode()
    step(marketer, draft, "submit")

    after = administrator.get(reverse("admin:campaigns_campaign_changelist")).content.decode()

    assert ("Draft" in before, "In review" in before) == (True, False)
    assert "In review" in after


def test_ending_and_switching_off_and_on(draft, administrator):
    step(administrator, draft, "publish")
    step(administrator, draft, "end")
    assert state(draft)[0] == CampaignState.ENDING
    step(administrator, draft, "switch_off", reason="Over.")
    assert state(draft)[0] == CampaignState.OFF
    assert "is off already" in step(administrator, draft, "pause", reason="x")
    step(administrator, draft, "switch_on")
    assert state(draft)[0] == CampaignState.LIVE


def test_a_success_manager_looks_and_touches_nothing(draft, administrator):
    step(administrator, draft, "publish")
    manager = client_of("Success manager")

    page = page_of(manager, draft)

    assert "Welcome" in page
    assert "Pause" not in page
    for name in ("editor", "publish", "pause", "details", "submit"):
        assert manager.get(reverse(f"admin:campaigns_campaign_{name}", args=[draft.pk])).status_code == 403


def test_customers_outside_the_portfolio_are_not_counted(draft, administrator):
    step(administrator, draft, "publish")
    manager = client_of("Success manager")
    owner = manager.session["_auth_user_id"]
    for customer in (CustomerFactory(owner_id=owner), CustomerFactory(), CustomerFactory()):
        run = StepRunFactory(
            enrollment=EnrollmentFactory(version=draft.versions.get(), customer=customer, entered_at=timezone.now()),
            step="hello", kind="email", state="done",
        )  # fmt: skip
        DeliveryFactory(run=run, planned_at=timezone.now())

    def numbers(client: Any) -> list[str]:
        rows = client.get(reverse("admin:campaigns_campaign_changelist")).context["cl"].result_list
        return [f"{one.in_short.entered} {one.in_short.sent}" for one in rows]

    assert (numbers(manager), numbers(administrator)) == (["1 1"], ["3 3"])
    assert manager.get(reverse("admin:campaigns_campaign_change", args=[draft.pk])).context["counted"].entered == 1


def test_the_list_asks_as_often_for_many_campaigns_as_for_few(administrator, campaign):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            administrator.get(reverse("admin:campaigns_campaign_changelist"))
        return len(queries)

    asked()
    few = asked()
    CampaignFactory.create_batch(20)
    assert asked() == few


def test_a_new_campaign_leads_to_its_editor_and_can_be_renamed(marketer, shop):
    response = marketer.post(reverse("admin:campaigns_campaign_add"), {"name": "Again", "key": "again"})
    campaign = Campaign.objects.get()
    assert response.url == reverse("admin:campaigns_campaign_editor", args=[campaign.pk])
    assert "It says nothing yet" in page_of(marketer, campaign)

    step(marketer, campaign, "details", name="Once again", description="For the shop.")

    assert "Once again" in page_of(marketer, campaign)


def test_a_page_that_is_not_there_is_not_found(marketer, campaign):
    assert marketer.get(reverse("admin:campaigns_campaign_editor", args=[99_999])).status_code == 404
    assert marketer.get(reverse("admin:campaigns_campaign_editor", args=[2**70])).status_code == 404
    assert (
        marketer.get(f"{reverse('admin:campaigns_campaign_change', args=[campaign.pk])}?version=9").status_code == 404
    )


def test_a_segment_is_a_condition_that_is_checked_and_counted(marketer, shop):
    add = reverse("admin:campaigns_segment_add")
    fields = {"name": "Buyers", "key": "buyers", "lifecycle": shop.pk}
    page = marketer.post(add, {**fields, "condition": '{"metric": "moon", "operator": ">", "value": 1}'})
    assert "There is no metric" in page.content.decode()

    marketer.post(add, {**fields, "condition": '{"metric": "order_count", "operator": ">=", "value": 2}'})

    page = marketer.get(reverse("admin:campaigns_segment_changelist")).content.decode()
    assert "number of orders is at least 2" in page.lower()
    segment = SegmentFactory()
    assert "now" in marketer.get(reverse("admin:campaigns_segment_change", args=[segment.pk])).content.decode()


def test_a_segment_that_a_campaign_names_is_not_deleted(administrator, campaign, shop, monkeypatch):
    segment = SegmentFactory(lifecycle=shop)
    delete = reverse("admin:campaigns_segment_delete", args=[segment.pk])
    assert administrator.get(delete).status_code == 200

    trigger = {"trigger.kind": "schedule", "trigger.segment": segment.key, "trigger.every": "week"}
    editor = reverse("admin:campaigns_campaign_editor", args=[campaign.pk])
    administrator.post(editor, {**form(shop, **trigger), "save": "yes"})

    assert administrator.get(delete).status_code == 403
    monkeypatch.setattr("campaigns.admin.segments.user_of", lambda segment: None)  # as it was when the page looked
    said = administrator.post(delete, {"post": "yes"}, follow=True)
    assert "It was not deleted" in said.content.decode()

    segment.delete()
    assert "It would have reached 0 customers" in page_of(administrator, campaign, "publish")
    assert "no segment" in step(administrator, campaign, "publish")
