"""A message that is due is written, passes the gate, is handed over, and its row says what came of it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from campaigns.channels.port import Accepted, Refused, Unknown
from campaigns.engine import sending, watch
from campaigns.engine.kinds import Done, Failed, Later, Skipped
from campaigns.engine.sweep import sweep
from campaigns.models import (
    Campaign,
    CampaignState,
    Delivery,
    Enrollment,
    EnrollmentState,
    InAppMessage,
    RunState,
    StepRun,
    Topic,
)
from campaigns.queries.contact import digest_of
from lifecycle.models import Customer
from tests.campaigns.posting import LEASE, NOW, Post, campaign, clock, delivery, leased, run, send, serve, states, work
from tests.factories.campaigns import (
    AddressConsentFactory,
    ConsentFactory,
    FrequencyCapFactory,
    QuietHoursFactory,
    SendingSwitchFactory,
    SuppressionFactory,
)
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
OUTAGE = Refused("fake", "503 Sorry", retry_after=timedelta(seconds=10), is_outage=True)


@pytest.fixture
def post(monkeypatch):
    port = Post()
    serve(monkeypatch, port)
    return port


def test_a_message_is_accepted_when_the_answer_came_however_long_those_before_it_took(post, monkeypatch):
    post.is_instant = False
    seconds = iter(range(0, 1_000, 3))
    monkeypatch.setattr(watch, "monotonic", lambda: next(seconds))
    first, second = run(campaign()), run(campaign())

    send(first, second)

    one, other = delivery(first), delivery(second)
    assert one.sending_at == other.sending_at == NOW
    assert NOW < one.accepted_at == one.ended_at < other.accepted_at


def test_a_message_goes_out_once_and_its_row_says_so(post):
    mail = run(campaign())

    assert send(mail) == {mail.id: Done()}

    row, (message,) = delivery(mail), post.sent
    assert (row.state, row.provider, row.provider_id, row.attempts) == ("accepted", "fake", "id-1", 1)
    assert (row.sending_at, row.accepted_at, row.planned_at) == (NOW, NOW, mail.due_at)
    assert (row.recipient, row.subject, row.template, row.topic) == ("ann@example.com", "Hello", "hello", "tips")
    assert len(row.content_digest) == 64
    assert message.message_id == row.message_id
    assert send(mail) == {mail.id: Done()}  # a worker died before the run was done
    assert len(post.sent) == 1


def test_an_in_app_message_is_there_with_its_row(post):
    note = run(campaign(), step="note")

    assert send(note) == {note.id: Done()}

    shown = InAppMessage.objects.get(delivery=delivery(note))
    assert (shown.title, shown.body[:5], shown.url, shown.customer) == ("Hello", "Hello", "/lessons", note.customer)
    assert shown.expires_at == NOW + timedelta(days=30)
    assert delivery(note).state == "accepted"
    assert post.sent == []
    assert send(note) == {note.id: Done()}


@pytest.mark.parametrize(
    ("hinder", "reason"),
    [
        (lambda it: Campaign.objects.update(state=CampaignState.OFF), "ended"),
        (lambda it: Enrollment.objects.update(state=EnrollmentState.EXITED), "ended"),
        (lambda it: Customer.objects.update(email=None), "no_address"),
        (lambda it: ConsentFactory(customer=it.customer, topic=None, is_given=False), "no_consent"),
        (
            lambda it: ConsentFactory(customer=it.customer, topic=Topic.objects.get(), is_given=False),
            "no_consent",
        ),
        (lambda it: AddressConsentFactory(digest=digest_of("ANN@example.com"), topic=None), "no_consent"),
        (lambda it: Topic.objects.update(is_opt_in=True), "no_consent"),
        (lambda it: Topic.objects.all().delete(), "no_consent"),
        (lambda it: SuppressionFactory(digest=digest_of("ANN@example.com")), "suppressed"),
        (lambda it: FrequencyCapFactory(on_excess="drop") and capped(it), "capped"),
        (lambda it: StepRun.objects.update(due_at=NOW - timedelta(hours=49)), "late"),
    ],
)
def test_what_is_not_sent_is_a_row_with_its_reason(post, hinder, reason):
    mail = run(campaign())
    hinder(mail)

    assert send(mail) == {mail.id: Skipped(reason)}

    assert states([mail]) == [("skipped", reason)]
    assert post.sent == []


def capped(found):
    """Another message has just gone out to the customer."""
    assert send(run(campaign(), found.customer, step="note")) != {}


@pytest.mark.parametrize(
    ("hinder", "until", "reason"),
    [
        (SendingSwitchFactory, NOW + timedelta(minutes=1), "switched_off"),
        (lambda: SendingSwitchFactory(channel="email"), NOW + timedelta(minutes=1), "switched_off"),
        (lambda: QuietHoursFactory(starts=time(11), ends=time(14)), NOW + timedelta(hours=2), "quiet_hours"),
    ],
)
def test_what_waits_is_planned_with_its_reason_and_keeps_its_id(post, hinder, until, reason):
    mail, hindrance = run(campaign()), hinder()

    assert send(mail)[mail.id].at == until
    row = delivery(mail)
    assert (row.state, row.reason, row.attempts, row.sending_at) == ("planned", reason, 0, None)

    hindrance.delete()
    assert send(leased(mail, now=until), now=until) == {mail.id: Done()}
    assert delivery(mail).message_id == row.message_id == post.sent[0].message_id


def test_a_message_that_was_held_back_too_long_is_late_but_not_one_that_was_planned_later(post):
    held, planned = run(campaign()), run(campaign(), CustomerFactory(email="bob@example.com"))
    switch = SendingSwitchFactory()
    send(held)
    switch.delete()
    FrequencyCapFactory(days=3)
    send(run(campaign(), planned.customer, step="note"))
    assert send(planned)[planned.id].at == NOW + timedelta(days=3)

    then = NOW + timedelta(days=3)
    send(leased(held, now=then), leased(planned, now=then), now=then)

    assert states([held, planned]) == [("skipped", "late"), ("accepted", "")]


def test_non_production_sends_to_nobody_who_is_not_allowed(post, settings):
    settings.CAMPAIGN_ALLOWED_RECIPIENTS = ["@example.org", "Bob@example.com"]
    runs = [
        run(campaign(), CustomerFactory(email=to)) for to in ("ann@example.com", "bob@example.com", "eve@example.org")
    ]

    send(*runs, run(campaign(), step="tell"))

    assert [message.recipient for message in post.sent] == ["bob@example.com", "eve@example.org"]
    assert states(runs[:1]) == [("skipped", "not_allowed")]


def test_of_one_batch_no_more_go_than_the_cap_and_the_most_important_first(post):
    customer = CustomerFactory(email="ann@example.com")
    FrequencyCapFactory(most=2)
    runs = [run(campaign(priority=priority), customer) for priority in (60, 10, 50)]

    outcomes = send(*runs)

    assert states(runs) == [("planned", "capped"), ("accepted", ""), ("accepted", "")]
    assert outcomes[runs[0].id] == Later(at=NOW + timedelta(days=1), reason="Frequency cap")


def test_a_message_that_cannot_be_written_fails_alone(post):
    names = ("Ann", "Nameless", "Broken")
    runs = [run(campaign(), CustomerFactory(name=name, email="a@example.com")) for name in names]

    outcomes = send(*runs)

    assert list(map(type, outcomes.values())).count(Failed) == 2
    assert states(runs) == [
        ("accepted", ""), ("failed", "There is no name to say hello to."),
        ("failed", "It cannot be written: ZeroDivisionError."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "state", "attempts", "outcome"),
    [
        (Refused("fake", "550 No such user"), "failed", 1, Failed("550 No such user")),
        (Refused("fake", "450 Later", timedelta(0)), "planned", 1, Later(NOW + timedelta(minutes=1), "450 Later")),
        (Refused("fake", "450 L", timedelta(hours=2)), "planned", 1, Later(NOW + timedelta(hours=2), "450 L")),
        (OUTAGE, "planned", 0, Later(NOW + timedelta(seconds=10), "503 Sorry")),
        (Unknown("fake", "The answer was lost."), "uncertain", 1, Done()),
    ],
)
def test_each_answer_leads_to_its_state(post, answer, state, attempts, outcome):
    post.answers.append(answer)
    mail = run(campaign())

    assert send(mail) == {mail.id: outcome}

    row = delivery(mail)
    assert (row.state, row.attempts) == (state, attempts)
    assert row.sending_at == (None if state == "planned" else NOW)


def test_what_is_refused_again_and_again_fails_in_the_end(post):
    post.answers[:] = [Refused("fake", "450 Later", timedelta(0))] * 20
    mail, now = run(campaign(message_class="transactional")), NOW
    for _ in range(sending.MOST_ATTEMPTS):
        outcome = send(leased(mail, now=now), now=now)[mail.id]
        now = getattr(outcome, "at", now)

    assert outcome == Failed("450 Later") or delivery(mail).reason == "late"
    assert len(post.sent) <= sending.MOST_ATTEMPTS


def test_what_is_uncertain_is_never_sent_again_by_itself(post):
    post.answers.append(Unknown("fake", "The answer was lost."))
    mail = run(campaign())
    send(mail)

    for hours in range(1, 5):
        then = NOW + timedelta(hours=hours)
        assert send(leased(mail, now=then), now=then) == {mail.id: Done()}
        sweep(now=then + LEASE)

    assert states([mail]) == [("uncertain", "The answer was lost.")]
    assert len(post.sent) == 1


def test_a_repeat_goes_with_the_same_key_only_while_the_other_side_knows_it(post):
    post.key_window = timedelta(hours=1)
    post.answers[:] = [Unknown("fake", "timed out")] * 2
    mail = run(campaign())

    assert send(mail) == {mail.id: Later(NOW + timedelta(minutes=1), "timed out")}
    within = NOW + timedelta(minutes=54)
    assert isinstance(send(leased(mail, now=within), now=within)[mail.id], Later)
    past = NOW + timedelta(minutes=55)  # the lease ends when the other side forgets
    assert send(leased(mail, now=past), now=past) == {mail.id: Skipped("Its answer was lost.")}

    assert [message.message_id for message in post.sent] == [delivery(mail).message_id] * 2
    assert states([mail]) == [("uncertain", "Its answer was lost.")]


def test_a_repeat_that_the_gate_stops_is_uncertain_and_not_skipped(post):
    post.key_window = timedelta(hours=1)
    post.answers.append(Unknown("fake", "timed out"))
    mail = run(campaign())
    send(mail)
    ConsentFactory(customer=mail.customer, topic=None, is_given=False)

    then = NOW + timedelta(minutes=1)
    send(leased(mail, now=then), now=then)

    assert states([mail]) == [("uncertain", "no_consent")]
    assert len(post.sent) == 1


def test_a_receipt_that_is_faster_than_the_answer_stands(post):
    def delivered(message):
        Delivery.objects.filter(message_id=message.message_id).update(state="delivered")
        return Accepted("fake", "id-9")

    post.answers.append(delivered)
    mail = run(campaign())

    assert send(mail) == {mail.id: Done()}
    assert (delivery(mail).state, delivery(mail).provider_id) == ("delivered", "id-9")


def test_a_lease_that_is_nearly_over_is_not_begun_with(post):
    mail = run(campaign(), lease=timedelta(seconds=1))

    assert isinstance(send(mail)[mail.id], Later)
    assert post.sent == []
    assert StepRun.objects.get().state == RunState.LEASED


def test_a_batch_costs_the_same_statements_however_large(post, django_assert_num_queries):
    version = campaign()
    few = [work(run(version, CustomerFactory(email=f"{n}@example.com"))) for n in range(2)]
    many = [work(run(version, CustomerFactory(email=f"{n}@example.org"))) for n in range(20)]
    FrequencyCapFactory(most=5), QuietHoursFactory()

    for works in (few, many):
        with django_assert_num_queries(22):
            sending.send(works, clock())
