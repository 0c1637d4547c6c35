"""Campaigns that look: conditions that become true, dates by the customer's own clock, schedules over segments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.engine.publishing import publish, write_draft
from campaigns.engine.triggers import look_for_triggers
from campaigns.models import Campaign, CampaignState, CampaignVersion, ConditionMet, Enrollment
from campaigns.rules.times import Due, periods_due
from lifecycle.models import Customer, CustomerFacts, Lifecycle
from tests.campaigns.entry_stage import inside, live_version, shop
from tests.factories import AccountFactory, SegmentFactory, UserFactory
from tests.lifecycle.stage import event, is_at_least, send

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def lifecycle() -> Lifecycle:
    return shop()


def looking(lifecycle: Lifecycle, trigger: dict[str, Any], since: datetime = MONDAY, **says: Any) -> CampaignVersion:
    """A campaign that was published at an instant."""
    version = live_version(lifecycle, trigger, **says)
    CampaignVersion.objects.filter(id=version.id).update(published_at=since)
    return version


def people(zones: str = "UTC", **traits: str) -> None:
    """One customer in each zone, named after it, who all have the traits."""
    send(*(event(zone, "login") for zone in zones.split()))
    for customer in Customer.objects.all():
        Customer.objects.filter(id=customer.id).update(timezone=customer.external_id, traits=traits)


def logins(number: int, *names: str) -> None:
    CustomerFacts.objects.filter(customer__external_id__in=names).update(login_count=number)


OFTEN = {"kind": "metric", "condition": is_at_least("login_count", 5)}


def test_a_condition_enrolls_for_whom_it_becomes_true(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, OFTEN)
    people("UTC Asia/Tokyo Europe/Berlin")
    logins(9, "Asia/Tokyo")

    assert look_for_triggers(now=MONDAY + MINUTE) == 0
    logins(9, "UTC")
    assert look_for_triggers(now=MONDAY + 2 * MINUTE) == 1
    assert look_for_triggers(now=MONDAY + 3 * MINUTE) == 0

    assert inside(version) == ["UTC"]
    assert Enrollment.objects.get().entered_at == MONDAY + 2 * MINUTE


def test_a_condition_that_ends_and_becomes_true_again_is_news(lifecycle: Lifecycle) -> None:
    looking(lifecycle, OFTEN, reentry="always")
    people()
    look_for_triggers(now=MONDAY + MINUTE)
    for number, minutes in ((9, 2), (0, 3), (9, 4)):
        logins(number, "UTC")
        look_for_triggers(now=MONDAY + minutes * MINUTE)

    assert Enrollment.objects.count() == 2
    assert ConditionMet.objects.count() == 1


def test_what_became_true_while_a_campaign_stood_still_is_not_made_up_for(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, OFTEN)
    people()
    look_for_triggers(now=MONDAY + MINUTE)
    Campaign.objects.update(state=CampaignState.PAUSED)
    logins(9, "UTC")
    assert look_for_triggers(now=MONDAY + 2 * MINUTE) == 0
    Campaign.objects.update(state=CampaignState.LIVE, state_at=MONDAY + 3 * MINUTE)

    assert look_for_triggers(now=MONDAY + 4 * MINUTE) == 0

    assert inside(version) == []


RENEWAL = {"kind": "date", "date": "renewal_date", "days": -60, "at": "09:00"}


def test_a_date_counts_by_the_clock_of_the_customer(lifecycle: Lifecycle) -> None:
    looking(lifecycle, RENEWAL, since=MONDAY - DAY)
    people("UTC Asia/Tokyo America/New_York", renewal_date="2026-05-02")  # 60 days after 3 March

    found = {}
    for hour in range(49):
        now = MONDAY - timedelta(hours=12) + timedelta(hours=hour)
        look_for_triggers(now=now)
        for one in Enrollment.objects.select_related("customer"):
            found.setdefault(one.customer.external_id, (now, one.entered_at, one.occasion))

    nine = datetime(2026, 3, 3, 9, tzinfo=UTC)
    times = {"UTC": nine, "Asia/Tokyo": nine - timedelta(hours=9), "America/New_York": nine + timedelta(hours=5)}
    assert found == {zone: (at, at, "once") for zone, at in times.items()}


@pytest.mark.parametrize(("told", "enters"), [
    ("2026-05-01", True), ("2026-05-01T10:00:00Z", True), ("2026-05-02", False), ("soon", False), ("", False),
])  # fmt: skip
def test_a_trait_is_a_date_or_begins_with_one(lifecycle: Lifecycle, told: str, enters: bool) -> None:
    version = looking(lifecycle, RENEWAL, since=MONDAY - DAY)
    people(renewal_date=told)

    look_for_triggers(now=MONDAY)

    assert inside(version) == (["UTC"] if enters else [])


@pytest.mark.parametrize(("name", "days"), [("renewal_date", -60), ("contract_end_date", 30)])
def test_a_date_of_the_account_counts_before_a_trait_of_that_name(lifecycle: Lifecycle, name: str, days: int) -> None:
    version = looking(lifecycle, {"kind": "date", "date": name, "days": days}, since=MONDAY - DAY)
    due, other = MONDAY.date() - timedelta(days=days), MONDAY.date() - timedelta(days=days + 1)
    people("UTC Etc/UTC Etc/GMT Etc/Zulu", **{name: due.isoformat()})
    for zone, date in (("UTC", due), ("Etc/UTC", other), ("Etc/GMT", None)):
        AccountFactory(customer=Customer.objects.get(external_id=zone), **{name: date})

    assert look_for_triggers(now=MONDAY) == 3

    assert inside(version) == ["Etc/GMT", "Etc/Zulu", "UTC"]
    assert {one.occasion for one in Enrollment.objects.all()} == {"once"}


def test_a_metric_that_is_a_date_is_reached_as_well(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, {"kind": "date", "date": "first_order_on", "days": 7}, since=MONDAY)
    people()
    CustomerFacts.objects.update(first_order_at=datetime(2026, 2, 24, 23, tzinfo=UTC))

    look_for_triggers(now=MONDAY + DAY)

    assert inside(version) == ["UTC"]
    assert Enrollment.objects.get().entered_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_what_is_older_than_two_days_is_left_alone(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, RENEWAL, since=MONDAY - 10 * DAY)
    people("UTC", renewal_date="2026-04-28")  # 60 days after 27 February

    look_for_triggers(now=MONDAY)

    assert inside(version) == []


def test_nothing_from_before_it_was_switched_on_counts(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, RENEWAL, since=MONDAY - DAY)
    Campaign.objects.update(state_at=MONDAY - timedelta(hours=1))
    people(renewal_date="2026-05-01")  # nine o'clock of Monday is over

    look_for_triggers(now=MONDAY)

    assert inside(version) == []


def test_a_schedule_takes_in_the_segment_once_a_period(lifecycle: Lifecycle) -> None:
    SegmentFactory(key="regulars", lifecycle=lifecycle, condition=is_at_least("login_count", 5))
    weekly = {"kind": "schedule", "segment": "regulars", "every": "week", "day": 1, "at": "13:00"}
    looking(lifecycle, weekly, reentry="always")
    people("UTC Asia/Tokyo")
    logins(9, "UTC")

    taken = [look_for_triggers(now=MONDAY + timedelta(hours=hours)) for hours in (0, 1, 2, 24, 7 * 24, 7 * 24 + 1)]

    assert taken == [0, 1, 0, 0, 0, 1]
    assert set(Enrollment.objects.values_list("customer__external_id", "occasion")) == {
        ("UTC", "schedule:2026-W10"), ("UTC", "schedule:2026-W11"),
    }  # fmt: skip


def test_the_entry_condition_holds_for_who_is_found(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, RENEWAL, since=MONDAY - DAY, entry=is_at_least("login_count", 5))
    people("UTC Europe/London", renewal_date="2026-05-01")
    logins(9, "UTC")

    look_for_triggers(now=MONDAY)

    assert inside(version) == ["UTC"]


@pytest.mark.parametrize(("every", "on", "named"), [
    ("day", 1, ["2026-02-27", "2026-02-28", "2026-03-01"]),
    ("week", 6, ["2026-W09"]),
    ("month", 31, ["2026-02"]),
    ("month", 1, ["2026-03"]),
])  # fmt: skip
def test_periods_are_named_by_their_days(every: str, on: int, named: list[str]) -> None:
    since = datetime(2026, 2, 27, 8, tzinfo=UTC)

    found = list(periods_due(since, since + 3 * DAY, every=every, on=on, clock="09:00", zone="UTC"))

    assert [one.named for one in found] == named
    assert all(isinstance(one, Due) and one.at.hour == 9 for one in found)


def published_again(version: CampaignVersion, at: datetime) -> CampaignVersion:
    """The same text once more, put in force by somebody who may."""
    by = UserFactory(is_superuser=True)
    draft = write_draft(campaign=version.campaign, definition=version.definition, by=None, now=at)
    return publish(version=draft, by=by, now=at, is_shipped=True)


def test_a_period_that_begins_just_before_a_new_version_is_not_lost(lifecycle: Lifecycle) -> None:
    SegmentFactory(key="all", lifecycle=lifecycle, condition=is_at_least("login_count", 0))
    version = looking(lifecycle, {"kind": "schedule", "segment": "all", "every": "day", "at": "12:02"})
    people()
    look_for_triggers(now=MONDAY + MINUTE)

    new = published_again(version, MONDAY + 3 * MINUTE)

    assert look_for_triggers(now=MONDAY + 4 * MINUTE) == 1
    assert inside(new) == ["UTC"]


def test_a_condition_that_becomes_true_just_before_a_new_version_is_not_lost(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, OFTEN)
    people("UTC Asia/Tokyo")
    logins(9, "Asia/Tokyo")
    look_for_triggers(now=MONDAY + MINUTE)
    logins(9, "UTC")

    new = published_again(version, MONDAY + 3 * MINUTE)

    assert look_for_triggers(now=MONDAY + 4 * MINUTE) == 1
    assert inside(new) == ["UTC"]


def test_a_new_condition_only_sees_how_things_are_at_first(lifecycle: Lifecycle) -> None:
    version = looking(lifecycle, {**OFTEN, "condition": is_at_least("login_count", 50)})
    people()
    logins(9, "UTC")
    look_for_triggers(now=MONDAY + MINUTE)
    version.definition = {**version.definition, "trigger": OFTEN}

    published_again(version, MONDAY + 3 * MINUTE)

    assert look_for_triggers(now=MONDAY + 4 * MINUTE) == 0
