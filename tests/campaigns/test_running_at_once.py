"""Campaigns are paused, resumed, switched off and published while workers are at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction

from campaigns.engine import gate, listening, sending
from campaigns.engine.exits import hold_customers
from campaigns.engine.freezing import freeze_stragglers
from campaigns.engine.moving import move_people
from campaigns.engine.running import pause, resume, switch_off
from campaigns.models import Campaign, CampaignState, EnrollmentState, RunState, VersionState
from campaigns.queries.definitions import read
from lifecycle.models import EventListener
from tests.campaigns.posting import NOW, Post, campaign, clock, run, serve, work
from tests.factories import CampaignFactory, CampaignVersionFactory, EnrollmentFactory, StepRunFactory
from tests.factories.campaigns import DEFINITION

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as found:
        yield lambda deed: found.submit(_alone, deed)


def _alone(deed):
    try:
        return deed()
    finally:
        connection.close()


def live(event: str = "cart_updated"):
    definition = {**DEFINITION, "trigger": {"kind": "event", "name": event}}
    return CampaignVersionFactory(
        campaign=CampaignFactory(state=CampaignState.LIVE), state=VersionState.LIVE, definition=definition
    )


def test_a_step_planned_while_its_campaign_was_paused_is_not_frozen_after_it_was_resumed(pool):
    version = live()
    pause(campaign=version.campaign, by=None, reason="Wait.", now=NOW)
    late = StepRunFactory(enrollment=EnrollmentFactory(version=version))

    with transaction.atomic():
        resume(campaign=version.campaign, how="now", by=None, now=NOW)
        frozen = pool(freeze_stragglers)
        sleep(0.5)
        assert not frozen.done()

    assert frozen.result(10) == 0
    late.refresh_from_db()
    assert late.state == RunState.WAITING


def test_who_is_brought_to_a_new_version_is_held_meanwhile(pool):
    old = live()
    run = StepRunFactory(enrollment=EnrollmentFactory(version=old))
    new = CampaignVersionFactory(campaign=old.campaign)
    move = transaction.atomic(move_people)

    with transaction.atomic():
        hold_customers([run.customer_id])
        moved = pool(lambda: move(version=new, definition=read(new.definition)))
        sleep(0.5)
        assert not moved.done()

    assert moved.result(10) == 1
    run.enrollment.refresh_from_db()
    assert run.enrollment.version == new


def test_two_campaigns_that_go_live_at_once_are_both_heard(pool, monkeypatch):
    one, other = live("login"), live("order_placed")
    Campaign.objects.update(state=CampaignState.OFF)
    is_read, is_written, read = Event(), Event(), listening.readable

    @transaction.atomic
    def go_live(version):
        Campaign.objects.filter(id=version.campaign_id).update(state=CampaignState.LIVE)
        listening.listen()

    def slowly(versions):
        found = list(read(versions))
        if not is_read.is_set():
            is_read.set()
            is_written.wait(1)
        return found

    monkeypatch.setattr(listening, "readable", slowly)
    first = pool(lambda: go_live(one))
    assert is_read.wait(10)
    go_live(other)
    is_written.set()
    first.result(10)

    heard = EventListener.objects.filter(consumer="campaigns").values_list("event", flat=True)
    assert set(heard) == {"login", "order_placed"}


def test_who_switches_off_and_a_gate_that_is_open_do_not_wait_for_each_other(pool, monkeypatch):
    serve(monkeypatch, port := Post())
    mail, is_inside, decide = run(campaign()), Event(), gate.decide
    mine = work(mail)

    def slowly(*told):
        is_inside.set()
        sleep(1)  # meanwhile the campaign is held by whom switches it off, who waits for the customer
        return decide(*told)

    monkeypatch.setattr(gate, "decide", slowly)
    letters = pool(lambda: sending.send([mine], clock()))
    assert is_inside.wait(10)
    switch_off(campaign=mail.campaign, by=None, now=NOW)
    letters.result(10)

    assert len(port.sent) == 1
    mail.enrollment.refresh_from_db()
    assert mail.enrollment.state == EnrollmentState.CANCELLED
