"""Workers, opt-outs and sweeps at the same moment: each decides under the customer's row, and nobody in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from campaigns.engine import gate, sending
from campaigns.engine.consent import give_consent, suppress, withdraw_consent
from campaigns.engine.exits import end_enrollments
from campaigns.engine.kinds import Later
from campaigns.engine.sweep import sweep
from campaigns.models import Delivery, EndReason, Enrollment, FrequencyCap, StepRun
from campaigns.rules.gate import Go
from tests.campaigns.posting import LEASE, NOW, Post, campaign, clock, delivery, run, send, serve, work
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post(monkeypatch):
    port = Post()
    serve(monkeypatch, port)
    return port


def at_once(*deeds: Callable[[], object]) -> list[object]:
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        try:
            start.wait(10)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def say(word, customer):
    told = {"topic": None, "wording": "Stop.", "source": "one_click", "by": None, "now": NOW}
    return word(customers=[customer], **told)


def test_two_workers_send_a_customer_no_more_than_the_cap(post):
    FrequencyCap.objects.create(most=1)
    customers = [CustomerFactory(email=f"{number}@example.com") for number in range(10)]
    version, other = campaign(), campaign()
    works = [[work(run(one, customer)) for customer in customers] for one in (version, other)]

    outcomes = at_once(*(lambda mine=mine: sending.send(mine, clock()) for mine in works))

    assert len(post.sent) == 10
    assert len({message.recipient for message in post.sent}) == 10
    waiting = [outcome for found in outcomes for outcome in found.values() if isinstance(outcome, Later)]
    assert [one.at for one in waiting] == [NOW + timedelta(days=1)] * 10


def test_many_workers_with_the_same_customers_in_any_order_do_not_lock_each_other_out(post):
    customers = [CustomerFactory(email=f"{number}@example.com") for number in range(20)]
    orders = (customers, customers[::-1], customers[::2] + customers[1::2])
    works = [[work(run(campaign(), customer)) for customer in order] for order in orders]

    outcomes = at_once(*(lambda mine=mine: sending.send(mine, clock()) for mine in works))

    assert [len(found) for found in outcomes] == [20] * 3
    assert len(post.sent) == 60


STOPS = {
    "a no": lambda mail: say(withdraw_consent, mail.customer),
    "a complaint": lambda mail: suppress(address=mail.customer.email, reason="complaint", by=None, now=NOW),
    "an exit": lambda mail: end_enrollments(enrollments=Enrollment.objects.all(), reason=EndReason.EXIT, now=NOW),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_whoever_says_stop_first_is_heard_and_the_gate_waits_for_it(post, stop):
    mail, is_said, is_tried = run(campaign()), Event(), Event()
    mine = work(mail)

    def opt_out():
        with transaction.atomic():
            stop(mail)
            is_said.set()
            assert not is_tried.wait(1)  # the gate waits for this very transaction

    def try_to_send():
        assert is_said.wait(10)
        sending.send([mine], clock())
        is_tried.set()

    at_once(opt_out, try_to_send)

    assert post.sent == []
    assert delivery(mail).state == "skipped"


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_an_intent_that_comes_first_is_committed_before_the_stop(post, monkeypatch, stop):
    mail, is_inside, is_stopped = run(campaign()), Event(), Event()
    mine, decide = work(mail), gate.decide

    def slowly(*told):
        is_inside.set()
        assert not is_stopped.wait(1)  # who says stop waits for the gate
        return decide(*told)

    monkeypatch.setattr(gate, "decide", slowly)

    def opt_out():
        assert is_inside.wait(10)
        stop(mail)
        is_stopped.set()

    at_once(lambda: sending.send([mine], clock()), opt_out)

    assert len(post.sent) == 1


def test_in_a_storm_of_opt_outs_no_intent_follows_one(post, monkeypatch):
    version, stopped, broken = campaign(), set(), []
    customers = [CustomerFactory(email=f"{number}@example.com") for number in range(60)]
    works = [work(run(version, customer)) for customer in customers]
    pass_gate = sending.pass_gate

    def watched(*, letters, now):
        before = stopped & {letter.work.run.customer_id for letter in letters}
        verdicts = pass_gate(letters=letters, now=now)
        broken.extend(before if Go() in verdicts.values() else ())
        return verdicts

    def opt_out():
        for customer in customers[::-1]:
            say(withdraw_consent, customer)
            stopped.add(customer.id)

    monkeypatch.setattr(sending, "pass_gate", watched)
    at_once(
        *(lambda mine=works[start::3]: [sending.send([one], clock()) for one in mine] for start in range(3)), opt_out
    )

    assert broken == []
    states = list(Delivery.objects.values_list("state", flat=True))
    assert len(states) == 60
    assert set(states) <= {"accepted", "skipped"}
    assert len(post.sent) == states.count("accepted")


def test_a_sweep_and_a_worker_that_comes_back_do_not_both_have_the_run(post):
    for _ in range(5):
        mail = run(campaign())
        mine = work(mail)

        at_once(lambda mine=mine: sending.send([mine], clock()), lambda: sweep(now=NOW + LEASE))

        state = StepRun.objects.get(id=mail.id).state
        row = Delivery.objects.filter(run=mail).first()
        sent = [message for message in post.sent if row and message.message_id == row.message_id]
        assert (state, row and row.state, len(sent)) in {
            ("waiting", None, 0),  # the sweep was first
            ("waiting", "uncertain", 1),  # it came while the message was on its way
            ("waiting", "uncertain", 0),
            ("waiting", "accepted", 1),
            ("leased", "accepted", 1),  # the sweep left alone what the worker held
        }


def test_a_yes_after_a_no_counts(post):
    mail = run(campaign())
    say(withdraw_consent, mail.customer)
    say(give_consent, mail.customer)

    send(mail)

    assert delivery(mail).state == "accepted"
