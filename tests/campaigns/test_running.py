"""A campaign is paused, resumed in one of three ways, ended and switched off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.engine import running
from campaigns.engine.autopause import look_after_campaigns
from campaigns.engine.entries import CampaignNotEditable
from campaigns.engine.running import end, pause, resume, settle_ends, switch_off, switch_on
from campaigns.engine.steps import run_due
from campaigns.models import Campaign, CampaignState, Delivery, Enrollment, RunState, StepRun, VersionState
from campaigns.queries.campaigns import overdue
from lifecycle.models import Customer, Event
from tests.factories import CampaignFactory, CampaignVersionFactory, DeliveryFactory, EnrollmentFactory, StepRunFactory
from tests.factories.campaigns import DEFINITION
from tests.lifecycle.stage import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)
STEPS = [
    {"key": "hello", "kind": "email", "template": "hello"},
    {"key": "rest", "kind": "wait", "after": {"hours": 1}},
    {"key": "trait", "kind": "remove_trait", "trait": "x"},
]


@pytest.fixture
def campaign() -> Campaign:
    found: Campaign = CampaignFactory(state=CampaignState.LIVE)
    CampaignVersionFactory(
        campaign=found, state=VersionState.LIVE, definition={**DEFINITION, "steps": STEPS}, published_at=NOW
    )
    return found


def waits(campaign: Campaign, step: str, kind: str, **values: object) -> StepRun:
    enrollment = EnrollmentFactory(version=campaign.versions.get())
    run: StepRun = StepRunFactory(
        enrollment=enrollment, step=step, kind=kind, **{"due_at": NOW + timedelta(hours=1), **values}
    )
    return run


def paused(campaign: Campaign) -> Campaign:
    return pause(campaign=campaign, by=None, reason="Wait.", now=NOW)


def test_who_is_inside_stands_still_while_it_is_paused(campaign):
    waiting, done = waits(campaign, "hello", "email"), waits(campaign, "hello", "email", state="done")

    assert paused(campaign).state == CampaignState.PAUSED

    waiting.refresh_from_db()
    done.refresh_from_db()
    assert (waiting.state, done.state) == (RunState.FROZEN, RunState.DONE)
    assert campaign.entries.first().did == "Paused; 1 waiting steps stand still"
    with pytest.raises(CampaignNotEditable, match="paused already"):
        paused(campaign)


def test_the_counts_are_told_before_it_is_resumed(campaign):
    waits(campaign, "hello", "email")
    waits(campaign, "rest", "wait")
    waits(campaign, "hello", "email", due_at=LATER + timedelta(days=1))
    paused(campaign)

    found = overdue(campaign, LATER)

    assert (found.frozen, found.overdue, found.messages) == (3, 2, 1)


def test_resuming_shifts_everything_by_the_time_it_stood_still(campaign):
    run = waits(campaign, "hello", "email")

    assert resume(campaign=paused(campaign), how="shift", by=None, now=LATER).state == CampaignState.LIVE

    run.refresh_from_db()
    assert (run.state, run.due_at) == (RunState.WAITING, NOW + timedelta(days=3, hours=1))


def test_what_is_shifted_keeps_to_its_window_where_the_customer_is_and_takes_its_message_along(campaign):
    window = {"starts": "09:00", "ends": "17:00", "weekdays": [1, 2, 3, 4, 5]}
    steps = [{**STEPS[0], "window": window}, *STEPS[1:]]
    campaign.versions.update(definition={**DEFINITION, "steps": steps})
    run = waits(campaign, "hello", "email", due_at=datetime(2026, 3, 5, 1, tzinfo=UTC))  # Thursday, ten in Tokyo
    woken = waits(campaign, "hello", "email", due_at=datetime(2026, 3, 5, 1, tzinfo=UTC), heard_id=1)
    Customer.objects.update(timezone="Asia/Tokyo")
    row = DeliveryFactory(run=run, state="planned", planned_at=run.due_at)

    resume(campaign=paused(campaign), how="shift", by=None, now=NOW + timedelta(days=2))

    for one in (run, woken, row):
        one.refresh_from_db()
    assert run.due_at == datetime(2026, 3, 9, tzinfo=UTC)  # not on Saturday, but on Monday at nine
    assert woken.due_at == row.planned_at == datetime(2026, 3, 7, 1, tzinfo=UTC)


def test_messages_that_wait_are_skipped_with_their_steps(campaign):
    run, later = waits(campaign, "hello", "email"), waits(campaign, "hello", "email", due_at=LATER + timedelta(days=1))
    row, other = (DeliveryFactory(run=one, state="planned") for one in (run, later))

    resume(campaign=paused(campaign), how="skip", by=None, now=LATER)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.reason, row.ended_at, other.state) == ("skipped", "resume", LATER, "planned")


@pytest.mark.parametrize("how", ["shift", "skip", "now"])
def test_a_campaign_that_was_ending_goes_on_ending(campaign, how):
    waits(campaign, "hello", "email")
    end(campaign=campaign, by=None, now=NOW)

    assert resume(campaign=paused(campaign), how=how, by=None, now=LATER).state == CampaignState.ENDING

    assert switch_on(campaign=campaign, by=None, now=LATER).state == CampaignState.LIVE
    assert resume(campaign=paused(campaign), how=how, by=None, now=LATER).state == CampaignState.LIVE


def test_resuming_does_now_what_was_due_and_leaves_the_rest_when_it_is(campaign):
    due, later = waits(campaign, "hello", "email"), waits(campaign, "hello", "email", due_at=LATER + timedelta(days=1))

    resume(campaign=paused(campaign), how="now", by=None, now=LATER)

    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.state, due.due_at, later.due_at) == (RunState.WAITING, LATER, LATER + timedelta(days=1))


def test_resuming_leaves_out_what_was_due_with_its_reason_and_goes_on_to_the_next_step(campaign):
    message, task, way = (
        waits(campaign, "hello", "email"), waits(campaign, "trait", "remove_trait"), waits(campaign, "rest", "wait")
    )  # fmt: skip

    resume(campaign=paused(campaign), how="skip", by=None, now=LATER)

    for run in (message, task, way):
        run.refresh_from_db()
    assert (message.state, message.reason, task.state, way.state) == ("skipped", "resume", "skipped", "waiting")
    sent = Delivery.objects.get()
    assert (sent.run, sent.state, sent.reason, sent.template) == (message, "skipped", "resume", "hello")
    assert StepRun.objects.get(enrollment=message.enrollment, step="rest").state == RunState.WAITING
    task.enrollment.refresh_from_db()
    assert (task.enrollment.state, task.enrollment.end_reason) == ("completed", "end")


def test_a_message_that_was_put_off_is_left_out_as_well(campaign):
    message = waits(campaign, "hello", "email")
    DeliveryFactory(run=message, state="planned", reason="capped")

    resume(campaign=paused(campaign), how="skip", by=None, now=LATER)

    message.refresh_from_db()
    sent = Delivery.objects.get()
    assert (message.state, sent.state, sent.reason, sent.ended_at) == ("skipped", "skipped", "resume", LATER)
    assert StepRun.objects.get(enrollment=message.enrollment, step="rest").state == RunState.WAITING


def test_an_unknown_way_to_resume_is_refused(campaign):
    with pytest.raises(ValueError, match="later"):
        resume(campaign=paused(campaign), how="later", by=None, now=LATER)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAUSED


def test_a_campaign_that_ends_is_off_when_the_last_customer_has_left(campaign):
    run = waits(campaign, "hello", "email")
    end(campaign=campaign, by=None, now=NOW)

    assert settle_ends(now=NOW) == 0
    Enrollment.objects.filter(id=run.enrollment_id).update(state="completed")
    assert settle_ends(now=NOW) == 1

    campaign.refresh_from_db()
    assert campaign.state == CampaignState.OFF


def test_switching_off_takes_everybody_out_at_once(campaign):
    run = waits(campaign, "hello", "email")

    switch_off(campaign=campaign, by=None, now=NOW)

    run.refresh_from_db()
    run.enrollment.refresh_from_db()
    assert (run.state, run.enrollment.end_reason) == (RunState.CANCELLED, "campaign_ended")


def test_what_is_switched_on_again_does_not_make_up_for_what_it_missed(campaign):
    switch_off(campaign=campaign, by=None, now=NOW)

    switch_on(campaign=campaign, by=None, now=LATER)

    assert campaign.versions.get().looked_at == LATER


def test_a_campaign_without_a_published_version_cannot_be_switched_on():
    with pytest.raises(CampaignNotEditable, match="no published version"):
        switch_on(campaign=CampaignFactory(), by=None, now=NOW)


def test_a_step_that_a_worker_planned_while_it_was_being_paused_stands_still_too(campaign):
    paused(campaign)
    late = waits(campaign, "hello", "email")

    look_after_campaigns(now=NOW)

    late.refresh_from_db()
    assert late.state == RunState.FROZEN


def test_of_very_many_the_others_leave_by_and_by_and_nobody_enters_meanwhile(campaign, monkeypatch):
    runs = [waits(campaign, "trait", "remove_trait", due_at=NOW) for _ in range(5)]
    monkeypatch.setattr(running, "AT_ONCE", 2)
    inside = Enrollment.objects.filter(state="active")

    switch_off(campaign=campaign, by=None, now=NOW, reason="Over.")

    assert inside.count() == 3
    assert campaign.entries.first().did == "Switched off; 5 customers leave it"
    with pytest.raises(CampaignNotEditable, match="still leaving"):
        switch_on(campaign=campaign, by=None, now=NOW)

    look_after_campaigns(now=LATER)

    assert set(Enrollment.objects.values_list("state", "end_reason")) == {("cancelled", "campaign_ended")}
    assert set(StepRun.objects.values_list("state", flat=True)) == {"cancelled"}
    assert len(runs) == 5
    assert switch_on(campaign=campaign, by=None, now=LATER).state == CampaignState.LIVE


def test_nothing_is_done_for_who_is_still_inside_of_what_is_off(campaign):
    run = waits(campaign, "trait", "remove_trait", due_at=NOW)
    Campaign.objects.update(state=CampaignState.OFF)

    run_due(now=NOW)

    run.enrollment.refresh_from_db()
    assert (run.enrollment.state, run.enrollment.end_reason) == ("cancelled", "campaign_ended")
    assert not Event.objects.filter(name="identify").exists()
