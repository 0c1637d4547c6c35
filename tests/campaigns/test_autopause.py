"""A campaign that does harm pauses itself, and people are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from campaigns.engine.autopause import look_after_campaigns
from campaigns.models import Campaign, CampaignState, Delivery
from tests.factories import CampaignVersionFactory, DeliveryFactory, EnrollmentFactory, StepRunFactory, UserFactory
from tests.lifecycle.stage import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture
def campaign() -> Campaign:
    return CampaignVersionFactory(campaign__state="live", state="live", published_at=NOW).campaign


def messages(campaign: Campaign, number: int, **values: object) -> None:
    version = campaign.versions.get()
    for _ in range(number):
        run = StepRunFactory(enrollment=EnrollmentFactory(version=version), step="hello", kind="email", state="done")
        DeliveryFactory(run=run, planned_at=NOW, attempts=1, **values)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"state": "complained"}, "marked as spam"),
        ({"state": "bounced"}, "do not exist"),
    ],
)
def test_a_campaign_that_does_harm_pauses_itself_and_people_are_told(
    campaign, bad, says, mailoutbox, django_capture_on_commit_callbacks
):
    boss = UserFactory(email="boss@example.com")
    boss.user_permissions.set(Permission.objects.filter(codename="publish_campaign"))
    UserFactory(email="nobody@example.com")
    messages(campaign, 47)
    messages(campaign, 3, **bad)

    with django_capture_on_commit_callbacks(execute=True):
        assert look_after_campaigns(now=NOW) == 1
        assert look_after_campaigns(now=NOW) == 0

    campaign.refresh_from_db()
    assert (campaign.state, says in campaign.state_reason) == (CampaignState.PAUSED, True)
    assert [letter.to for letter in mailoutbox] == [["boss@example.com"]]


def test_messages_that_cannot_be_written_pause_it(campaign):
    messages(campaign, 49)
    messages(campaign, 1, state="failed")
    Delivery.objects.filter(state="failed").update(attempts=0)

    look_after_campaigns(now=NOW)

    campaign.refresh_from_db()
    assert "could not be written" in campaign.state_reason


def test_few_messages_and_those_before_it_was_resumed_say_nothing(campaign):
    messages(campaign, 48)
    messages(campaign, 1, state="complained")
    assert look_after_campaigns(now=NOW) == 0
    messages(campaign, 5, state="complained")
    Campaign.objects.update(state_at=NOW + timedelta(seconds=1))

    assert look_after_campaigns(now=LATER) == 0


def test_an_audience_over_three_times_the_preview_pauses_it(campaign):
    campaign.versions.update(audience=20)
    EnrollmentFactory.create_batch(60, version=campaign.versions.get(), entered_at=NOW)
    assert look_after_campaigns(now=NOW) == 0
    EnrollmentFactory(version=campaign.versions.get(), entered_at=NOW)

    assert look_after_campaigns(now=NOW) == 1

    campaign.refresh_from_db()
    assert campaign.state_reason == "More than 60 customers entered; 20 a month were expected."
