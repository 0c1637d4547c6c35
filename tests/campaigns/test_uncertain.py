"""Unknown is a state: swept up, settled by a person, and never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from campaigns.channels.port import Accepted, Unknown
from campaigns.engine.contact_policy import SwitchRefused, load_contact_policy, switch_sending
from campaigns.engine.failpoints import VARIABLE, FailpointReached, reach
from campaigns.engine.kinds import Done
from campaigns.engine.moving import move_people
from campaigns.engine.resolve import ResolveNotAllowed, send_again, treat_as_sent
from campaigns.engine.steps import run_due
from campaigns.engine.sweep import sweep
from campaigns.models import (
    Campaign,
    CampaignEntry,
    Delivery,
    DeliveryState,
    Enrollment,
    FrequencyCap,
    QuietHours,
    RunState,
    SendingSwitch,
    StepRun,
)
from campaigns.queries.definitions import read
from campaigns.rules.states import later
from tests.campaigns.posting import LEASE, NOW, STEPS, Post, campaign, delivery, leased, run, send, serve, states
from tests.factories.campaigns import CampaignVersionFactory, ConsentFactory, DeliveryFactory, StepRunFactory
from tests.factories.customers import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
EXPIRED = NOW + LEASE


@pytest.fixture
def post(monkeypatch):
    port = Post()
    serve(monkeypatch, port)
    return port


def freezes(found):
    """The worker stands still while it sends, and its lease is swept up."""

    def answer(message):
        assert sweep(now=EXPIRED) == 1
        return Accepted("fake", "id-1")

    return answer


def test_a_run_whose_worker_died_before_its_intent_waits_again(post):
    mail = run(campaign())

    assert sweep(now=EXPIRED - timedelta(seconds=1)) == 0
    assert sweep(now=EXPIRED) == 1

    mail.refresh_from_db()
    assert (mail.state, mail.token, mail.due_at, mail.attempts) == (RunState.WAITING, None, NOW, 1)
    assert not Delivery.objects.exists()
    assert sweep(now=EXPIRED) == 0


def test_a_message_whose_worker_died_while_sending_is_uncertain(post):
    mail = run(campaign())
    DeliveryFactory(run=mail, state=DeliveryState.SENDING, sending_at=NOW)

    sweep(now=EXPIRED)

    assert delivery(mail).state == "uncertain"
    assert delivery(mail).reason == "Its worker ended before the answer was written down."
    assert send(leased(mail, now=EXPIRED), now=EXPIRED) == {mail.id: Done()}
    assert post.sent == []


def test_it_goes_again_with_the_same_key_where_the_other_side_knows_a_repeat(post):
    post.key_window = timedelta(hours=1)
    mail = run(campaign())
    row = DeliveryFactory(run=mail, state=DeliveryState.SENDING, sending_at=NOW, planned_at=NOW)

    sweep(now=EXPIRED)
    assert delivery(mail).state == "sending"
    send(leased(mail, now=EXPIRED), now=EXPIRED)

    assert [message.message_id for message in post.sent] == [row.message_id]
    assert delivery(mail).state == "accepted"


def test_a_repeat_whose_customer_has_left_is_uncertain(post):
    post.key_window = timedelta(hours=1)
    mail = run(campaign())
    DeliveryFactory(run=mail, state=DeliveryState.SENDING, sending_at=NOW)
    StepRun.objects.update(state=RunState.CANCELLED)

    sweep(now=EXPIRED)

    assert states([mail]) == [("uncertain", "Its answer was lost, and the customer has left the campaign.")]


def test_a_message_that_brings_down_every_worker_is_given_up(post):
    post.key_window = timedelta(hours=1)
    version = campaign()
    runs = [run(version, CustomerFactory(email=f"{n}@example.com")) for n in range(2)]
    for one, state in zip(runs, (DeliveryState.PLANNED, DeliveryState.SENDING), strict=True):
        DeliveryFactory(run=one, state=state)
    StepRun.objects.update(attempts=3)

    sweep(now=EXPIRED)

    assert [state for state, _ in states(runs)] == ["failed", "uncertain"]


def test_a_worker_that_stood_still_before_its_intent_sends_nothing(post):
    mail = run(campaign())
    sweep(now=EXPIRED)

    assert send(mail) == {}  # it still holds the old token

    assert post.sent == []
    assert not Delivery.objects.exists()


def test_the_answer_to_a_worker_that_stood_still_while_sending_does_not_count(post):
    mail = run(campaign())
    post.answers.append(freezes(mail))

    assert send(mail) == {}

    assert delivery(mail).state == "uncertain"
    assert StepRun.objects.get().state == RunState.WAITING


def uncertain(post):
    post.answers.append(Unknown("fake", "The answer was lost."))
    mail = run(campaign(), CustomerFactory(email="ann@example.com"))
    send(mail)
    StepRun.objects.update(state=RunState.DONE, done_at=NOW)
    Enrollment.objects.update(state="completed")
    return mail


def test_a_person_says_that_it_was_sent(post):
    mail, sam = uncertain(post), UserFactory()

    treat_as_sent(delivery=delivery(mail), by=sam, now=NOW, reason="She answered it.")

    row = delivery(mail)
    assert (row.state, row.resolved_by, row.reason) == ("accepted", sam, "She answered it.")
    entry = CampaignEntry.objects.get()
    assert (entry.by, entry.did) == (sam, f"Message {row.message_id}: treated as sent")


def test_a_person_has_it_sent_again_with_the_same_id_also_after_the_campaign(post):
    mail = uncertain(post)
    later_on = NOW + timedelta(days=5)

    send_again(delivery=delivery(mail), by=UserFactory(), now=later_on)
    assert StepRun.objects.get(state=RunState.WAITING, due_at=later_on) == mail
    assert send(leased(mail, now=later_on), now=later_on) == {mail.id: Done()}

    assert states([mail]) == [("accepted", "")]
    assert {message.message_id for message in post.sent} == {delivery(mail).message_id}


def test_what_a_person_sends_again_still_needs_consent(post):
    mail = uncertain(post)
    ConsentFactory(customer=mail.customer, topic=None, is_given=False)

    send_again(delivery=delivery(mail), by=UserFactory(), now=NOW)
    send(leased(mail))

    assert states([mail]) == [("skipped", "no_consent")]


@pytest.mark.parametrize("settle", [treat_as_sent, send_again])
def test_what_is_no_longer_uncertain_is_refused(post, settle):
    mail, sam = uncertain(post), UserFactory()
    stale = delivery(mail)
    Delivery.objects.update(state="delivered")  # its receipt came

    with pytest.raises(ResolveNotAllowed, match="no longer uncertain"):
        settle(delivery=stale, by=sam, now=NOW)
    assert not CampaignEntry.objects.exists()


@pytest.mark.parametrize("reason", ["x" * 201, "a\x00b"])
def test_a_reason_that_cannot_be_kept_is_refused(post, reason):
    with pytest.raises(ResolveNotAllowed, match="at most 200"):
        treat_as_sent(delivery=delivery(uncertain(post)), by=UserFactory(), now=NOW, reason=reason)


def test_a_provider_settles_what_was_uncertain_either_way():
    assert later("uncertain", "failed") == later("failed", "uncertain") == "failed"
    assert later("uncertain", "delivered") == "delivered"


def uncertain_and_moved(*steps):
    """A customer of whose mail nobody knows, and who goes on at a later step in a version with other steps."""
    mail = run(campaign(message_class="transactional"))
    DeliveryFactory(run=mail, customer=mail.customer, state=DeliveryState.UNCERTAIN)
    StepRun.objects.filter(id=mail.id).update(state=RunState.DONE, token=None)
    StepRunFactory(enrollment=mail.enrollment, step="rest", kind="wait", due_at=NOW + LEASE)
    version = campaign(message_class="transactional", steps=[*steps, {"key": "rest", "kind": "wait"}])
    Enrollment.objects.filter(id=mail.enrollment_id).update(version=version)
    return mail


def test_who_was_moved_gets_the_message_again_and_stays_where_it_is(post):
    mail = uncertain_and_moved(STEPS[0], {"key": "news", "kind": "wait"})

    send_again(delivery=delivery(mail), by=UserFactory(), now=NOW)
    run_due(now=NOW)

    assert (len(post.sent), delivery(mail).state) == (1, "accepted")
    assert list(StepRun.objects.order_by("id").values_list("step", "state")) == [("mail", "done"), ("rest", "waiting")]
    assert Enrollment.objects.get().state == "active"


def test_who_was_moved_where_the_step_is_gone_gets_it_no_more_and_a_sentence_says_so(post):
    mail = uncertain_and_moved({"key": "news", "kind": "wait"})

    with pytest.raises(ResolveNotAllowed, match="which has no step mail"):
        send_again(delivery=delivery(mail), by=UserFactory(), now=NOW)

    assert delivery(mail).state == "uncertain"
    assert StepRun.objects.get(step="mail").state == "done"


def test_who_waits_for_a_message_that_is_sent_again_stays_in_a_version_that_has_not_both_steps(post):
    mail = uncertain_and_moved(STEPS[0])
    send_again(delivery=delivery(mail), by=UserFactory(), now=NOW)
    enrollment = Enrollment.objects.get()
    for steps, moved in (
        ([STEPS[0]], 0),
        ([{"key": "rest", "kind": "wait"}], 0),
        (enrollment.version.definition["steps"], 1),
    ):
        definition = {**enrollment.version.definition, "steps": steps}
        newer = CampaignVersionFactory(campaign=enrollment.campaign, definition=definition, state="retired")
        with transaction.atomic():
            assert move_people(version=newer, definition=read(definition)) == moved


def test_a_switch_needs_a_reason_and_a_channel_that_there_is():
    sam = UserFactory()
    for bad in ({"reason": " "}, {"reason": "x" * 501}, {"reason": "a\x00"}, {"channel": "fax"}):
        with pytest.raises(SwitchRefused):
            switch_sending(**{"channel": "", "is_on": False, "reason": "Stop", "by": sam, "now": NOW, **bad})

    for is_on in (False, True):
        switch_sending(channel="email", is_on=is_on, reason="A try", by=sam, now=NOW)
    assert SendingSwitch.objects.get().is_on


def test_the_policy_to_begin_with_does_not_change_what_people_set_up():
    assert len(load_contact_policy(now=NOW)) == 2
    FrequencyCap.objects.update(most=9)
    assert load_contact_policy(now=NOW) == []
    assert (QuietHours.objects.count(), FrequencyCap.objects.get().most) == (1, 9)


def test_a_failpoint_does_what_the_environment_asks_and_nothing_else(monkeypatch):
    reach("after_intent")
    monkeypatch.setenv(VARIABLE, "before_result:raise:0,after_intent:raise")

    reach("before_result")
    with pytest.raises(FailpointReached):
        reach("after_intent")
    for bad in ("nowhere:kill", "after_intent:dance"):
        monkeypatch.setenv(VARIABLE, bad)
        with pytest.raises(ValueError, match="TENURE_FAILPOINT"):
            reach("after_intent")


@pytest.mark.parametrize(
    ("point", "sent", "state"),
    [("before_intent", 0, None), ("after_intent", 0, "sending"), ("before_result", 1, "sending")],
)
def test_a_worker_that_fails_in_between_leaves_what_the_sweep_can_judge(post, monkeypatch, point, sent, state):
    mail = run(campaign())
    monkeypatch.setenv(VARIABLE, f"{point}:raise")

    with pytest.raises(FailpointReached):
        send(mail)

    assert len(post.sent) == sent
    assert list(Delivery.objects.values_list("state", flat=True)) == [state] * bool(state)
    sweep(now=EXPIRED)
    assert Campaign.objects.count() == 1
    assert list(Delivery.objects.values_list("state", flat=True)) == ["uncertain"] * bool(state)
