"""Results of campaigns are those that a loop over rows finds."""

from collections import Counter
from datetime import date, timedelta
from statistics import median

import pytest
from django.db import transaction

from analytics.queries import ask
from analytics.queries.campaigns import results
from analytics.rules.periods import Period
from analytics.rules.results import Messages
from campaigns.models import ConsentEntry, Delivery, Enrollment, StepRun
from tests.factories import (
    CampaignVersionFactory,
    EnrollmentFactory,
)
from tests.factories.campaigns import DEFINITION

from .enrolled import DAY, NOW, PERIOD, SINCE, UNTIL, make_world

pytestmark = pytest.mark.django_db
AS_OF = [NOW, NOW - 9 * DAY, SINCE]


@pytest.fixture(params=range(2), scope="module")
def world(kept, request):
    with transaction.atomic():
        yield make_world(request.param)
        transaction.set_rollback(True)


def entries(as_of, owner):
    """First-hand: enrollments of the period by now, each with how it ended and whether it converted by then."""
    found = []
    for one in Enrollment.objects.select_related("customer", "version"):
        if not (SINCE <= one.entered_at < UNTIL and one.entered_at <= as_of) or (owner and one.customer.owner != owner):
            continue
        others = Enrollment.objects.filter(customer=one.customer, campaign=one.campaign_id)
        first = min(others, key=lambda other: (other.entered_at, other.id))
        ended = one.ended_at is not None and one.ended_at <= as_of
        converted = one.converted_at if one.converted_at and one.converted_at <= as_of else None
        found.append((one, one.end_reason if ended else "", converted, first.id == one.id))
    return found


def of(owner):
    return frozenset({owner.id}) if owner else None


@pytest.mark.parametrize("as_of", AS_OF)
@pytest.mark.parametrize("is_portfolio", [False, True])
def test_enrollments_are_those_of_a_loop(world, as_of, is_portfolio):
    owner = world if is_portfolio else None
    found = results(owners=of(owner), period=PERIOD, now=as_of)

    for result in found.results:
        mine = [one for one in entries(as_of, owner) if one[0].campaign_id == result.campaign.id]
        treated = [one for one in mine if one[1] != "holdout" and one[3]]
        assert result.enrolled.reasons == Counter(reason for _, reason, _, _ in mine)
        assert (result.enrolled.customers, result.enrolled.converted) == (
            len(treated), sum(converted is not None for _, _, converted, _ in treated),
        )  # fmt: skip
        numbers = {number: one.number for number, one in result.versions.items()}
        assert numbers == Counter(one.version.number for one, *_ in mine)
    assert found.enrolled.number == len(entries(as_of, owner))


def state_at(one, as_of):
    if one.ended_at is None or one.ended_at <= as_of:
        return one.state
    return "accepted" if one.accepted_at and one.accepted_at <= as_of else "planned"


@pytest.mark.parametrize("as_of", AS_OF)
@pytest.mark.parametrize("is_portfolio", [False, True])
def test_messages_are_those_of_a_loop(world, as_of, is_portfolio):
    owner = world if is_portfolio else None
    found = results(owners=of(owner), period=PERIOD, now=as_of)

    mine = [
        one
        for one in Delivery.objects.select_related("customer")
        if SINCE <= one.planned_at < UNTIL and one.planned_at <= as_of and owner in {None, one.customer.owner}
    ]
    refused = {one.delivery_id for one in ConsentEntry.objects.all() if one.at <= as_of}
    for channel in ("email", "webhook"):
        theirs = [one for one in mine if one.channel == channel]
        states = Counter(state_at(one, as_of) for one in theirs)
        told = found.channels.get(channel, Messages())
        assert told.states == states
        assert told.not_sent == Counter(
            one.reason or "failed" for one in theirs if state_at(one, as_of) in {"skipped", "failed"}
        )
        assert told.opened == sum(one.opened_at is not None and one.opened_at <= as_of for one in theirs)
        assert told.clicked == sum(one.clicked_at is not None and one.clicked_at <= as_of for one in theirs)
        assert told.unsubscribed == sum(one.id in refused for one in theirs)
    assert found.messages.planned == len(mine)


@pytest.mark.parametrize("as_of", AS_OF)
@pytest.mark.parametrize("is_portfolio", [False, True])
def test_time_to_the_goal_is_that_of_a_loop(world, as_of, is_portfolio):
    owner = world if is_portfolio else None
    rows = ask("campaign_time_to_goal", owners=of(owner), as_of=as_of, since=SINCE, until=UNTIL, campaign=None)

    days = [
        (converted - one.entered_at).total_seconds() / 86400
        for one, reason, converted, is_first in entries(as_of, owner)
        if is_first and converted and reason != "holdout"
    ]
    assert {row.days: row.n for row in rows} == Counter(int(one) for one in days)
    assert [float(row.median) for row in rows[:1]] == ([pytest.approx(median(days))] if days else [])


@pytest.mark.parametrize("as_of", AS_OF)
@pytest.mark.parametrize("is_portfolio", [False, True])
def test_days_are_those_of_a_loop(world, as_of, is_portfolio):
    owner = world if is_portfolio else None
    rows = ask("campaign_days", owners=of(owner), as_of=as_of, since=SINCE, until=UNTIL, campaign=None)

    def by_day(instants):
        return Counter(at.date() for at in instants if at and SINCE <= at < UNTIL and at <= as_of)

    theirs = {} if owner is None else {"customer__owner": owner}
    enrollments = list(Enrollment.objects.filter(**theirs))
    for name, instants in {
        "entered": [one.entered_at for one in enrollments],
        "converted": [one.converted_at for one in enrollments],
        "sent": [one.accepted_at for one in Delivery.objects.filter(**theirs)],
    }.items():
        assert {row.day: getattr(row, name) for row in rows if getattr(row, name)} == by_day(instants)


@pytest.mark.parametrize("as_of", AS_OF)
def test_tasks_are_those_of_a_loop(world, as_of):
    rows = ask("campaign_tasks", owners=of(world), as_of=as_of, since=SINCE, until=UNTIL, campaign=None)

    found, late = Counter(), Counter()
    for run in StepRun.objects.filter(kind="task", customer__owner=world):
        if SINCE <= run.done_at < UNTIL and run.done_at <= as_of:
            task = run.customer.tasks.filter(origin=f"step:{run.id}").first()
            is_closed = task is not None and task.closed_at is not None and task.closed_at <= as_of
            state = "LEFT" if task is None else task.state if is_closed else "OPEN"
            found[run.campaign_id, state] += 1
            late[run.campaign_id, state] += bool(task and (task.closed_at if is_closed else as_of) > task.due_at)
    assert {(row.campaign, row.state): row.n for row in rows} == found
    assert {(row.campaign, row.state): row.late for row in rows} == late


def test_nobody_is_nothing(world):
    found = results(owners=None, period=Period(date(2020, 1, 1), date(2020, 1, 31)), now=NOW)

    assert (found.results, found.enrolled.number, found.messages.planned) == ([], 0, 0)


def test_what_everybody_sees_is_kept_for_an_hour(world):
    before = results(owners=None, period=PERIOD, now=NOW)
    EnrollmentFactory(entered_at=SINCE, version=CampaignVersionFactory(definition=DEFINITION))

    after = results(owners=None, period=PERIOD, now=NOW + timedelta(minutes=1))

    assert (after.as_of, after.enrolled.number) == (NOW, before.enrolled.number)
