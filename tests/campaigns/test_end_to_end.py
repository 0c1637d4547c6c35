"""From a move to an accepted message: enrolled, due, claimed, through the gate, handed over, and on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.channels.memory import MemoryPort
from campaigns.channels.port import Unknown
from campaigns.engine.claim import LEASE
from campaigns.engine.enroll import enroll_from_outbox
from campaigns.engine.failpoints import VARIABLE
from campaigns.engine.resolve import send_again
from campaigns.engine.steps import run_due
from campaigns.engine.sweep import sweep
from campaigns.models import Breaker, Delivery, Enrollment, InAppMessage, StepRun
from lifecycle.models import Customer
from tests.campaigns.entry_stage import entered, live_version, moved, shop
from tests.campaigns.posting import serve
from tests.factories.customers import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = [
    {"key": "mail", "kind": "email", "template": "hello"},
    {"key": "note", "kind": "in_app", "title": "Hello", "body": "Look here."},
    {"key": "rest", "kind": "wait", "after": {"days": 1}},
    {"key": "tell", "kind": "webhook", "endpoint": "crm"},
]


@pytest.fixture
def post(monkeypatch):
    port = MemoryPort()
    port.key_window = None
    serve(monkeypatch, port)
    return port


@pytest.fixture
def now(post):
    """Three customers have just moved and are in the campaign."""
    shop_of = shop()
    live_version(shop_of, entered(shop_of, "OLD"), steps=STEPS)
    moved(shop_of, "ann", "bob", "eve")
    for customer in Customer.objects.all():
        Customer.objects.filter(id=customer.id).update(email=f"{customer.external_id}@example.com")
    now = timezone.now()
    while enroll_from_outbox(now=now):
        pass
    assert Enrollment.objects.count() == 3
    return now


def run_all(now):
    while run_due(now=now):
        pass


def course(name):
    found = StepRun.objects.filter(customer__external_id=name).order_by("id")
    return [(run.step, run.state) for run in found]


def test_every_step_is_done_in_its_turn(post, now):
    run_all(now)

    assert sorted(message.recipient for message in post.sent.values()) == [
        "ann@example.com", "bob@example.com", "eve@example.com",
    ]  # fmt: skip
    assert InAppMessage.objects.count() == 3
    assert course("ann") == [("mail", "done"), ("note", "done"), ("rest", "waiting")]

    run_all(now + timedelta(days=2))

    assert course("ann")[-2:] == [("rest", "done"), ("tell", "done")]
    assert set(Delivery.objects.values_list("channel", "state")) == {
        ("email", "accepted"), ("in_app", "accepted"), ("webhook", "accepted"),
    }  # fmt: skip
    assert set(Enrollment.objects.values_list("state", flat=True)) == {"completed"}


@pytest.mark.parametrize("point", ["before_intent", "after_intent", "before_result", "after_result"])
def test_a_worker_that_ends_at_any_point_loses_nothing_and_sends_nothing_twice(post, now, monkeypatch, point):
    monkeypatch.setenv(VARIABLE, f"{point}:raise")
    run_due(now=now)
    monkeypatch.delenv(VARIABLE)
    sent = set(post.sent)

    run_all(now)
    assert set(post.sent) == sent  # the lease lasts

    assert sweep(now=now + LEASE) == 3
    run_all(now + LEASE)

    mails = dict(Delivery.objects.filter(channel="email").values_list("message_id", "state"))
    accepted = {key for key, state in mails.items() if state == "accepted"}
    uncertain = {key for key, state in mails.items() if state == "uncertain"}
    assert len(mails) == 3
    assert accepted <= set(post.sent) <= accepted | uncertain
    assert len(uncertain) == (3 if point in {"after_intent", "before_result"} else 0)
    assert course("bob")[:2] == [("mail", "done"), ("note", "done")]


def test_what_a_person_sends_again_goes_once_more_and_the_campaign_goes_on_as_it_did(post, now):
    post.answers.extend([Unknown("memory", "The answer was lost.")] * 3)
    run_all(now)
    [row, *_] = Delivery.objects.filter(state="uncertain").order_by("id")

    send_again(delivery=row, by=UserFactory(), now=now)
    run_all(now)

    row.refresh_from_db()
    assert (row.state, set(post.sent)) == ("accepted", {row.message_id})
    assert [step for step, _ in course(row.customer.external_id)] == ["mail", "note", "rest"]
    assert StepRun.objects.get(delivery=row).state == "done"


def test_a_breaker_that_is_open_burns_no_attempts(post, now):
    Breaker.objects.create(channel="email", failures=9, open_until=now + timedelta(seconds=30))

    for second in range(0, 30, 3):
        run_all(now + timedelta(seconds=second))
    assert set(StepRun.objects.values_list("state", "attempts")) == {("waiting", 0)}

    run_all(now + timedelta(seconds=31))
    run_all(now + timedelta(seconds=62))
    assert len(post.sent) == 3
