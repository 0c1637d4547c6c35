"""The key figures of accounts, against loops over their rows and the versions that were kept of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.test import TestCase

from customer_success.models import Account, AdvocacyActivity, BusinessReview, ExpansionOpportunity, SuccessProfile
from lifecycle.models import Customer
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    BusinessReviewFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    ExpansionOpportunityFactory,
    HealthScoreFactory,
    LifecycleFactory,
    StatusTagFactory,
    SuccessProfileFactory,
    TransitionFactory,
    UserFactory,
)

from .plain import folded, is_near, reported, tags_at, values

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAST = datetime(2026, 1, 15, tzinfo=UTC)  # at midnight
DAY = timedelta(days=1)
LEVELS = ("POOR", "FAIR", "GOOD", "EXCELLENT")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        yield _world()
        TestCase._rollback_atomics(atomics)


def _world():
    """Sixty accounts of two managers and of nobody; a third churned, some of these came back; what their profiles
    and contracts say changed twice, some only after NOW − 30 days; and customers without an account."""
    random, owners = Random(11), [UserFactory(), UserFactory(), None]
    lifecycle = LifecycleFactory(code="account")
    tags = {
        code: StatusTagFactory(lifecycle=lifecycle, code=code, category=category)
        for code, category in (("ACTIVE", "active"), ("CHURNED", "churned"))
    }
    for number in range(60):
        customer = CustomerFactory(owner=owners[number % 3])
        opened_at = NOW - random.choice([10, 54, 90, 365, 366, 420, 729, 730, 900]) * DAY
        account = AccountFactory(
            customer=customer, opened_at=opened_at, profile=None, annual_revenue=random.choice([None, 0, 1000, 5000]),
            lifetime_value=random.choice([None, 900, 4000]),
            contract_start_date=random.choice([None, opened_at.date() + 5 * DAY]),
        )  # fmt: skip
        _moves(customer, lifecycle, tags, opened_at, random)
        _profile(account, opened_at, random)
        _work(customer, opened_at, random)
    CustomerFactory(owner=owners[0])
    return owners


def _moves(customer, lifecycle, tags, opened_at, random):
    path = random.choice([("ACTIVE",), ("ACTIVE",), ("ACTIVE", "CHURNED"), ("ACTIVE", "CHURNED", "ACTIVE")])
    at, tag = opened_at, None
    for code in path:
        TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=tag, to_tag=tags[code], applied_at=at)
        tag, entered_at = tags[code], at
        at += (NOW - at) * random.choice([0.3, 0.6, 0.9])
    CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=tag, entered_at=entered_at)


def _profile(account, opened_at, random):
    """Versions at the opening and twice after; of the contract as well."""
    profile = SuccessProfileFactory(account=account, updated_at=opened_at)
    for part in (0.4, 0.97):
        at = opened_at + (NOW - opened_at) * part
        licensed, features = random.choice([None, 0, 10, 25]), random.choice([None, 0, 8])
        about = {
            "updated_at": at,
            "nps_score": random.choice([None, 0, 6, 7, 8, 9, 10, 10]),
            "csat_score": random.choice([None, Decimal("3.5"), 5]),
            "ces_score": random.choice([None, 2, 7]),
            "licensed_users": licensed,
            "active_users": random.choice([None, (licensed or 0) // 2, licensed]),
            "features_available": features,
            "features_used": random.choice([None, (features or 0) // 2, features]),
            "training_completion": random.choice([None, 0, 80]),
            "roi": random.choice([None, 0, -5, 120]),
        }
        began = opened_at.date() + 2 * DAY
        if began <= at.date():
            about["onboarding_started_on"] = random.choice([None, began, began, began])
            later = began + random.choice([0, 29, 30, 31, 89, 90, 91]) * DAY
            about["first_value_on"] = later if about["onboarding_started_on"] else None
        _change(profile, about)
        revenue = random.choice([None, 500, 1000, 9000])
        _change(
            account,
            {
                "annual_revenue": revenue,
                "lifetime_value": random.choice([None, 700 + account.customer_id % 7]),
                "updated_at": at,
            },
        )


def _change(row, about):
    for name, value in about.items():
        setattr(row, name, value)
    row.save()


def _work(customer, opened_at, random):
    """Health that changed, favours, reviews and opportunities at all distances."""
    days = [(PAST - 3 * DAY).date(), (PAST + 5 * DAY).date()]
    if random.random() < 0.8:
        for day in days:
            score = HealthScoreFactory(customer=customer, day=day, level=random.choice(LEVELS))
        CustomerHealthFactory(customer=customer, day=days[-1], level=score.level, score=score.score)
    for _ in range(random.randrange(3)):
        at = opened_at + (NOW - opened_at) * random.random() * 1.1
        AdvocacyActivityFactory(
            customer=customer, type=random.choice(["CASE_STUDY", "REFERENCE_CALL"]), status="COMPLETED",
            requested_at=at, completed_at=at,
        )  # fmt: skip
        won_at = opened_at + random.choice([100, 364, 365, 370]) * DAY
        status = random.choice(["WON", "LOST"])
        ExpansionOpportunityFactory(
            customer=customer, kind="ROI", status=status, ended_at=won_at, won_amount=100 if status == "WON" else None
        )
        due = NOW - random.choice([-3, 0, 1, 54, 89, 90, 144, 150]) * DAY
        status = random.choice(["SCHEDULED", "HELD", "HELD", "CANCELLED", "MISSED"])
        BusinessReviewFactory(
            customer=customer, scheduled_for=due, status=status, held_at=due + DAY if status == "HELD" else None
        )


def version(row, as_of):
    """What a row said then, of the versions that were kept."""
    found = [one for one in row.events.order_by("updated_at", "pgh_id") if one.updated_at <= as_of]
    return found[-1] if found else None


def live_accounts(as_of):
    """Opened by then, and not churned."""
    tags = tags_at("nps", as_of)
    return [
        one
        for one in Account.objects.order_by("customer_id")
        if one.opened_at <= as_of and not (one.customer_id in tags and tags[one.customer_id].code == "CHURNED")
    ]


def began_on(account):
    return account.contract_start_date or account.opened_at.date()


def profiles(as_of):
    for account in live_accounts(as_of):
        if said := version(SuccessProfile.objects.get(account=account), as_of):
            yield account, said


def answers(name):
    return lambda as_of: {
        account.customer_id: getattr(said, name) for account, said in profiles(as_of) if getattr(said, name) is not None
    }


nps, csat, ces, training_completion = map(answers, ("nps_score", "csat_score", "ces_score", "training_completion"))


def healthy_rate(as_of):
    found = {}
    for account in live_accounts(as_of):
        for score in account.customer.health_scores.order_by("day"):
            if score.day <= as_of.date():
                found[account.customer_id] = int(score.level in {"GOOD", "EXCELLENT"})
    return found


def feature_adoption(as_of):
    return {
        account.customer_id: Decimal(100) * said.features_used / said.features_available
        for account, said in profiles(as_of)
        if said.features_available and said.features_used is not None and (as_of.date() - began_on(account)).days >= 90
    }


def active_users(as_of):
    return {
        account.customer_id: (said.active_users, said.licensed_users)
        for account, said in profiles(as_of)
        if said.licensed_users and said.active_users is not None
    }


def waits(as_of):
    """Days since the start of onboarding, and days to first value if it was there by then."""
    for account in live_accounts(as_of):
        profile = SuccessProfile.objects.get(account=account)
        if profile.onboarding_started_on:
            first = profile.first_value_on
            has_value = first is not None and first <= as_of.date()
            waited = (as_of.date() - profile.onboarding_started_on).days
            yield account.customer_id, waited, (first - profile.onboarding_started_on).days if has_value else None


def time_to_value(as_of):
    return {one: waited if days is None else days for one, waited, days in waits(as_of) if waited >= 30}


def value_in_30_days(as_of):
    return {one: int(days is not None and days <= 30) for one, waited, days in waits(as_of) if waited >= 30}


def value_in_90_days(as_of):
    return {one: int(days is not None and days <= 90) for one, waited, days in waits(as_of) if waited >= 90}


def roi_rate(as_of):
    returns = {account.customer_id: said.roi for account, said in profiles(as_of)}
    return {one.customer_id: int((returns.get(one.customer_id) or 0) > 0) for one in live_accounts(as_of)}


def retention_rate(as_of):
    tags = tags_at("nps", as_of)
    before = [one.customer_id for one in live_accounts(as_of - 365 * DAY)]
    return {one: int(not (one in tags and tags[one].code == "CHURNED")) for one in before}


def nrr(as_of):
    still = {one.customer_id for one in live_accounts(as_of)}
    found = {}
    for account in live_accounts(as_of - 365 * DAY):
        past, now = revenue_at(account, as_of - 365 * DAY), revenue_at(account, as_of)
        if past:
            found[account.customer_id] = (now if account.customer_id in still else 0, past)
    return found


def revenue_at(account, as_of):
    """Of the contract in force: none before it begins and after its last day."""
    said = version(account, as_of)
    if said is None or (said.contract_start_date and said.contract_start_date > as_of.date()):
        return 0
    is_over = said.contract_end_date and said.contract_end_date < as_of.date()
    return 0 if is_over else said.annual_revenue or 0


def expansion_rate(as_of):
    found = {}
    for account in live_accounts(as_of):
        if 365 <= (as_of.date() - began_on(account)).days < 730:
            won = [
                one.ended_at
                for one in ExpansionOpportunity.objects.filter(customer=account.customer, status="WON")
                if one.ended_at <= as_of and (one.ended_at.date() - began_on(account)).days <= 365
            ]
            found[account.customer_id] = int(bool(won))
    return found


def lifetime_value(as_of):
    said = {account.customer_id: version(account, as_of) for account in live_accounts(as_of)}
    return {one: row.lifetime_value for one, row in said.items() if row and row.lifetime_value is not None}


def case_studies(as_of):
    found = {}
    for one in AdvocacyActivity.objects.filter(type="CASE_STUDY"):
        if one.completed_at <= as_of:
            found[one.customer_id] = found.get(one.customer_id, 0) + 1
    return found


def reference_rate(as_of):
    calls = [one for one in AdvocacyActivity.objects.filter(type="REFERENCE_CALL") if one.completed_at <= as_of]
    gave = {one.customer_id for one in calls}
    return {one.customer_id: int(one.customer_id in gave) for one in live_accounts(as_of)}


def review_completion(as_of):
    found = {}
    for one in BusinessReview.objects.exclude(status="CANCELLED"):
        if timedelta(0) <= as_of - one.scheduled_for < 90 * DAY:
            held, due = found.get(one.customer_id, (0, 0))
            found[one.customer_id] = (held + int(one.held_at is not None and one.held_at <= as_of), due + 1)
    return found


FIGURES = (
    nps, csat, ces, healthy_rate, feature_adoption, active_users, time_to_value, value_in_30_days, value_in_90_days,
    roi_rate, training_completion, retention_rate, nrr, expansion_rate, lifetime_value, case_studies, reference_rate,
    review_completion,
)  # fmt: skip
NAMES = dict(zip(("nps", "csat", "ces", "training_completion"), (nps, csat, ces, training_completion), strict=True))
CODES = {**{one.__name__: one for one in FIGURES if one.__name__ != "<lambda>"}, **NAMES}


@pytest.mark.parametrize("as_of", [NOW, PAST, NOW - 3000 * DAY], ids=["now", "past", "before everybody"])
@pytest.mark.parametrize("whose", ["everybody", "portfolio", "nobody"])
@pytest.mark.parametrize("code", CODES)
def test_a_figure_is_what_loops_over_the_rows_say(world, code, whose, as_of):
    owners = {"everybody": None, "portfolio": {world[0].id}, "nobody": {0}}[whose]
    kept = Customer.objects.all() if owners is None else Customer.objects.filter(owner__in=owners)
    theirs = set(kept.values_list("id", flat=True))
    expected = {one: value for one, value in CODES[code](as_of).items() if one in theirs}

    found = values(code, owners=owners, as_of=as_of)
    value, n = reported(code, owners=owners, as_of=as_of)

    assert found.keys() == expected.keys()
    assert all(found[one] == expected[one] or is_near(found[one], expected[one]) for one in found)
    assert n == len(expected)
    assert is_near(value, folded(code, expected))


@pytest.mark.parametrize("code", CODES)
def test_the_world_tells_the_figures_apart(world, code):
    expected = CODES[code](NOW)

    assert len(expected) >= 5
    assert len(set(expected.values())) > 1
    assert expected != CODES[code](PAST)
