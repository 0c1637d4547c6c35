"""A marketer writes and submits a campaign, an administrator publishes it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.models import Campaign, CampaignState
from tests.customer_success.cast import enter, member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_campaign_is_written_submitted_and_published_in_a_browser(page, shop):
    enter(page, member("mara", "Marketer"))
    page.goto(reverse("admin:campaigns_campaign_add"))
    page.get_by_label("Name").fill("Welcome")
    page.get_by_role("button", name="Save", exact=True).click()

    beside = page.locator("#campaign-beside")
    expect(beside).to_contain_text("still missing")
    page.get_by_label("Begins with").select_option("event")
    page.get_by_label("Event", exact=True).fill("SIGNED_UP")
    page.get_by_label("Topic").select_option("tips")
    page.get_by_label("Kind of the step to add").select_option("branch")
    page.get_by_role("button", name="Add step", exact=True).click()
    page.get_by_label("Kind of the step to add to Yes").select_option("email")
    page.get_by_role("button", name="Add step to “Yes”").click()
    email = page.get_by_role("article", name="Step 1y1, Email")
    branch = page.get_by_role("article", name="Step 1, Branch by condition")

    page.get_by_role("button", name="Save the draft").click()
    expect(branch.get_by_text("This is needed.")).to_have_count(2)  # its own condition, and the template of the mail
    branch.get_by_role("button", name="Edit as JSON").click()
    branch.get_by_label("Condition", exact=True).fill('{"metric": "order_count", "operator": ">=", "value": 2}')
    email.get_by_label("Template").select_option("hello")
    expect(beside).to_contain_text("SIGNED_UP happens.")
    expect(beside.locator("svg")).to_contain_text("Email “hello”")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Version 1 is saved as a draft.")).to_be_visible()
    page.get_by_role("link", name="Submit for review").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("It is in review now.")).to_be_visible()

    enter(page, member("ada", "Administrator"))
    campaign = Campaign.objects.get()
    page.goto(reverse("admin:campaigns_campaign_change", args=[campaign.pk]))
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("It is published.")).to_be_visible()

    campaign.refresh_from_db()
    assert campaign.state == CampaignState.LIVE
    assert campaign.versions.get().trigger_event == "SIGNED_UP"
