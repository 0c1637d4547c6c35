"""What is due is done, and what follows is planned."""

from datetime import timedelta

import pytest

from campaigns.engine import advance, attempts
from campaigns.engine.steps import end_unknown_kinds, run_due
from campaigns.models import CampaignState, CampaignVersion, Enrollment, EnrollmentState, RunState, StepRun
from campaigns.rules.schedule import due_after
from tests.campaigns.inside import NOW, campaign_of, course, inside
from tests.factories import CustomerFactory, SendingSwitchFactory
from tests.factories.campaigns import THEN

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WAIT = {"key": "rest", "kind": "wait"}


def test_the_next_step_is_due_its_delay_after_the_one_before():
    someone = inside(campaign_of(WAIT, {"key": "more", "kind": "wait", "after": {"hours": 2}}))

    assert run_due(now=NOW) == 1

    assert course(someone) == [("rest", "done", ""), ("more", "waiting", "")]
    assert StepRun.objects.get(step="more").due_at == NOW + 2 * HOUR


def test_days_and_windows_are_of_the_customers_zone():
    step = {"key": "more", "kind": "wait", "after": {"days": 1}, "window": {"starts": "18:00", "ends": "20:00"}}
    inside(campaign_of(WAIT, step), CustomerFactory(timezone="Asia/Tokyo"))

    run_due(now=NOW)

    assert StepRun.objects.get(step="more").due_at == NOW + timedelta(days=1)  # 18:01 in Tokyo


def test_after_the_last_step_the_campaign_is_over_for_the_customer():
    someone = inside(campaign_of(WAIT))

    run_due(now=NOW)

    someone.refresh_from_db()
    assert (someone.state, someone.end_reason, someone.ended_at) == (EnrollmentState.COMPLETED, "end", NOW)


def test_a_year_of_steps_passes_by_the_clock_that_is_passed_in():
    months = [{"key": f"month_{n}", "kind": "wait", "after": {"days": 30}} for n in range(12)]
    someone = inside(campaign_of(*months))

    for day in range(30, 30 * 12 + 1, 30):
        assert run_due(now=THEN + timedelta(days=day) - timedelta(seconds=1)) == 0
        assert run_due(now=THEN + timedelta(days=day)) == 1

    someone.refresh_from_db()
    assert someone.ended_at == THEN + timedelta(days=360)


def test_who_has_left_goes_no_further():
    someone = inside(campaign_of(WAIT, {"key": "more", "kind": "wait"}))
    Enrollment.objects.update(state=EnrollmentState.EXITED)

    run_due(now=NOW)

    assert course(someone) == [("rest", "skipped", "ended")]


def test_of_some_customers_alone_others_are_left_as_they_are():
    version = campaign_of(WAIT)
    one, other = inside(version), inside(version)

    assert run_due(now=NOW, customers=[one.customer_id]) == 1

    assert course(other) == [("rest", "waiting", "")]


def test_two_versions_and_campaigns_go_in_one_batch(django_assert_max_num_queries):
    for _ in range(3):
        version = campaign_of(WAIT, {"key": "more", "kind": "wait"})
        for _ in range(20):
            inside(version)

    with django_assert_max_num_queries(30):
        assert run_due(now=NOW) == 60

    assert StepRun.objects.filter(step="more", state=RunState.WAITING).count() == 60


def test_paused_campaigns_stand_still():
    someone = inside(campaign_of(WAIT))
    someone.campaign.state = CampaignState.PAUSED
    someone.campaign.save()

    assert run_due(now=NOW) == 0

    assert course(someone) == [("rest", "frozen", "")]


@pytest.mark.parametrize("channel", ["", "email"])
def test_what_sends_through_a_channel_that_is_switched_off_waits(channel, sends):
    SendingSwitchFactory(channel=channel)
    someone = inside(campaign_of({"key": "mail", "kind": "email", "template": "welcome"}))

    assert run_due(now=NOW) == 0

    assert (course(someone), sends) == ([("mail", "waiting", "")], [])


def test_a_switch_stops_no_other_channel(sends):
    SendingSwitchFactory(channel="webhook")
    someone = inside(campaign_of({"key": "mail", "kind": "email", "template": "welcome"}, WAIT))

    run_due(now=NOW)

    assert sends == [someone.id]
    assert course(someone) == [("mail", "done", ""), ("rest", "waiting", "")]


class TestFaults:
    def test_one_that_cannot_be_done_stops_no_other_and_is_tried_again_later(self, broken):
        version = campaign_of(WAIT, {"key": "more", "kind": "wait"})
        people = [inside(version) for _ in range(9)]
        broken.add(people[4].id)

        run_due(now=NOW)

        assert StepRun.objects.filter(step="more").count() == 8
        run = StepRun.objects.get(step="rest", enrollment=people[4])
        assert (run.state, run.due_at, run.reason) == (RunState.WAITING, NOW + attempts.BACKOFF, "KeyError: 'no'")

    def test_after_three_attempts_it_has_failed_and_the_customer_goes_on(self, broken):
        someone = inside(campaign_of(WAIT, {"key": "more", "kind": "wait", "after": {"days": 9}}))
        broken.add(someone.id)

        for hour in range(4):
            run_due(now=NOW + hour * HOUR)

        assert course(someone) == [("rest", "failed", "KeyError: 'no'"), ("more", "waiting", "")]

    def test_one_that_brought_down_three_workers_has_failed_without_a_fourth(self, broken):
        someone = inside(campaign_of(WAIT, {"key": "more", "kind": "wait"}))
        StepRun.objects.update(attempts=3)

        run_due(now=NOW)

        assert course(someone)[0] == ("rest", "failed", "No worker that took it came to its end.")
        assert course(someone)[1] == ("more", "waiting", "")

    def test_a_campaign_that_cannot_be_read_any_more_ends_for_the_customer_and_stops_no_other(self):
        lost, other = inside(campaign_of(WAIT)), inside(campaign_of(WAIT))
        CampaignVersion.objects.filter(id=lost.version_id).update(definition={}, written_at=NOW)

        run_due(now=NOW)

        lost.refresh_from_db()
        assert course(lost) == [("rest", "failed", "The campaign does not speak of this step.")]
        assert lost.end_reason == "campaign_ended"
        assert course(other) == [("rest", "done", "")]


def test_a_kind_that_is_not_registered_any_more_fails_with_a_sentence_and_stops_no_other():
    lost, other, later = (inside(campaign_of(WAIT)) for _ in range(3))
    StepRun.objects.filter(enrollment=lost).update(kind="fax")
    StepRun.objects.filter(enrollment=later).update(kind="fax", due_at=NOW + HOUR)

    assert (end_unknown_kinds(now=NOW), end_unknown_kinds(now=NOW)) == (1, 0)

    assert course(lost) == [("rest", "failed", "There is no kind of step fax any more.")]
    lost.refresh_from_db()
    assert (lost.state, lost.end_reason) == (EnrollmentState.CANCELLED, "campaign_ended")
    assert (course(other), course(later)) == ([("rest", "waiting", "")], [("rest", "waiting", "")])


def test_a_step_that_can_never_be_due_fails_and_the_customer_goes_on(monkeypatch):
    def due(start, delay, zone, window=None):
        if window is not None:
            raise ValueError("the window never opens")
        return due_after(start, delay, zone)

    monkeypatch.setattr(advance, "due_after", due)
    never = {"kind": "wait", "window": {"starts": "18:00"}}
    one = inside(campaign_of(WAIT, {**never, "key": "never"}, {"key": "more", "kind": "wait"}))
    other = inside(campaign_of(WAIT, {**never, "key": "last"}))

    run_due(now=NOW)

    said = "It can never be due: the window never opens."
    assert course(one) == [("rest", "done", ""), ("never", "failed", said), ("more", "waiting", "")]
    assert course(other) == [("rest", "done", ""), ("last", "failed", said)]
    other.refresh_from_db()
    assert (other.state, other.end_reason) == (EnrollmentState.COMPLETED, "end")
