"""Many workers at the same time enroll every customer once."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from campaigns.engine.enroll import enroll_customers, enroll_from, enroll_from_outbox
from campaigns.models import Campaign, CampaignState, Enrollment, EnrollmentState, StepRun
from lifecycle.models import Customer, Lifecycle
from tests.campaigns.entry_stage import all_messages, another_version, enroll, entered, live_version, moved, shop
from tests.lifecycle.stage import NOW, at_once, event, send

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS, WORKERS = 1_000, 20


@pytest.fixture
def lifecycle() -> Lifecycle:
    return shop()


@pytest.mark.parametrize("reentry", ["never", "always", 30])
def test_twenty_runs_over_the_same_thousand_moves_enroll_each_once(lifecycle: Lifecycle, reentry: object) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"), reentry=reentry)
    moved(lifecycle, *(f"c{number}" for number in range(CUSTOMERS)))
    batch = all_messages()

    found = at_once(*[partial(enroll_from, messages=batch, now=NOW)] * WORKERS)

    assert found == [None] * WORKERS
    assert Enrollment.objects.count() == StepRun.objects.count() == CUSTOMERS
    assert Enrollment.objects.values("customer").distinct().count() == CUSTOMERS


def test_twenty_workers_share_the_outbox(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"), reentry="always")
    moved(lifecycle, *(f"c{number}" for number in range(CUSTOMERS)))

    def until_empty() -> int:
        return sum(iter(partial(enroll_from_outbox, now=NOW, most=50), 0))

    taken = at_once(*[until_empty] * WORKERS)

    assert sum(taken) + until_empty() == CUSTOMERS
    assert Enrollment.objects.count() == StepRun.objects.count() == CUSTOMERS


def test_different_occasions_at_once_are_one_entry_within_the_days(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "GONE"), reentry=30)
    send(event("ann", "login"))
    everybody = list(Customer.objects.all())

    def by_hand(number: int) -> int:
        return enroll_customers(version=version, customers=everybody, occasion=f"hand:{number}", by=None, now=NOW)

    assert sum(at_once(*(partial(by_hand, number) for number in range(WORKERS)))) == 1


def test_an_exit_meanwhile_is_not_lost(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "GONE"), exit={"events": ["login"]})
    names = [f"c{number}" for number in range(100)]
    send(*(event(name, "page_view") for name in names))
    everybody = list(Customer.objects.all())

    def by_hand() -> int:
        return enroll_customers(version=version, customers=everybody, occasion="hand:1", by=None, now=NOW)

    def log_in() -> None:
        send(*(event(name, "login", NOW.replace(minute=1)) for name in names), now=NOW.replace(minute=1))
        enroll()

    at_once(by_hand, log_in)
    enroll()

    assert not Enrollment.objects.filter(state=EnrollmentState.ACTIVE).exists()


def test_a_campaign_that_is_edited_meanwhile_keeps_each_customer_in_one_version(lifecycle: Lifecycle) -> None:
    first = live_version(lifecycle, entered(lifecycle, "OLD"))
    moved(lifecycle, *(f"c{number}" for number in range(CUSTOMERS)))

    def until_empty() -> None:
        while enroll_from_outbox(now=NOW, most=50):
            pass

    @transaction.atomic
    def edit() -> None:
        Campaign.objects.filter(id=first.campaign_id).update(name="Edited", state=CampaignState.LIVE)
        another_version(first.campaign, lifecycle, entered(lifecycle, "OLD"))

    at_once(until_empty, edit)
    until_empty()

    versions = set(Enrollment.objects.values_list("version", flat=True))
    assert Enrollment.objects.count() == CUSTOMERS
    assert versions <= set(first.campaign.versions.values_list("id", flat=True))
    assert not StepRun.objects.exclude(enrollment__version__in=versions).exists()
