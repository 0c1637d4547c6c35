"""A way out that does not answer rests; the messages wait, and no attempt is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.channels.port import Refused, Unknown
from campaigns.engine.breaker import OPENS_AFTER, RESTS_FOR
from campaigns.engine.kinds import Done, Later
from campaigns.models import Breaker
from tests.campaigns.posting import NOW, Post, campaign, delivery, leased, run, send, serve
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
OUTAGE = Refused("fake", "503 Sorry", retry_after=timedelta(seconds=30), is_outage=True)


@pytest.fixture
def post(monkeypatch):
    port = Post(*[OUTAGE] * 1_000)
    serve(monkeypatch, port, webhook=Post(name="hooks"))
    return port


def many(number):
    version = campaign()
    return [run(version, CustomerFactory(email=f"{n}@example.com")) for n in range(number)]


def test_after_some_failures_in_a_row_nothing_more_is_tried(post):
    runs = many(30)

    outcomes = send(*runs)

    assert len(post.sent) == OPENS_AFTER
    assert all(isinstance(outcome, Later) for outcome in outcomes.values())
    assert {(delivery(one).state, delivery(one).attempts) for one in runs[:OPENS_AFTER]} == {("planned", 0)}
    assert Breaker.objects.get().open_until == NOW + RESTS_FOR


def test_while_it_is_open_at_most_two_messages_a_minute_try(post):
    runs = many(10)
    send(*runs)
    tried = len(post.sent)

    for second in range(60):
        then = NOW + timedelta(seconds=second)
        outcomes = send(*(leased(one, now=then) for one in runs), now=then)
        assert all(outcome.at > then for outcome in outcomes.values())

    assert 1 <= len(post.sent) - tried <= 2
    assert {delivery(one).attempts for one in runs} == {0}


def test_the_first_that_gets_through_closes_it_for_all(post):
    runs = many(10)
    send(*runs)
    post.answers.clear()
    then = NOW + RESTS_FOR

    send(*(leased(one, now=then) for one in runs), now=then)
    outcomes = send(*(leased(one, now=then) for one in runs), now=then)

    assert set(outcomes.values()) == {Done()}
    assert (Breaker.objects.get().failures, Breaker.objects.get().open_until) == (0, None)


def test_one_channel_that_rests_does_not_hold_back_another(post):
    send(*many(10))

    hook = run(campaign(), step="tell")
    assert send(hook) == {hook.id: Done()}


def test_answers_that_get_lost_open_it_as_well(post):
    post.answers[:] = [Unknown("fake", "timed out")] * 50
    runs = many(20)

    send(*runs)

    assert [delivery(one).state for one in runs].count("uncertain") == OPENS_AFTER


def test_a_refusal_of_one_message_does_not_speak_against_the_channel(post):
    post.answers[:] = [OUTAGE, OUTAGE, OUTAGE, OUTAGE, Refused("fake", "550 No")] * 5

    send(*many(20))

    assert len(post.sent) == 20
    assert not Breaker.objects.filter(open_until__isnull=False).exists()
