"""The key figures of accounts, against loops over their rows and the versions that were kept of them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.queries import kpi_standings
from customer_success.models import Account, AdvocacyActivity, BusinessReview, ExpansionOpportunity, SuccessProfile
from tests.factories import KpiTargetFactory

from . import account_world
from .account_world import DAY, NOW, PAST
from .plain import WHOSE, assert_as_by_hand, assert_tells_apart, reported, tags_at

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def owner(kept):
    return account_world.world()


def version(row, as_of):
    """What a row said then, of the versions that were kept."""
    found = [one for one in row.events.order_by("updated_at", "pgh_id") if one.updated_at <= as_of]
    return found[-1] if found else None


def opened_accounts(as_of):
    return [one for one in Account.objects.order_by("customer_id") if one.opened_at <= as_of]


def live_accounts(as_of):
    """Opened by then, and not churned."""
    tags = tags_at("nps", as_of)
    return [
        one
        for one in opened_accounts(as_of)
        if not (one.customer_id in tags and tags[one.customer_id].code == "CHURNED")
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
    for account in opened_accounts(as_of):
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
    for account in opened_accounts(as_of):
        if 365 <= (as_of.date() - began_on(account)).days < 730:
            won = [
                one.ended_at
                for one in ExpansionOpportunity.objects.filter(customer=account.customer, status="WON")
                if one.ended_at <= as_of and (one.ended_at.date() - began_on(account)).days <= 365
            ]
            found[account.customer_id] = int(bool(won))
    return found


def ended(as_of, *statuses):
    """Opportunities of the last 365 days, by customer, in the order in which they ended."""
    found = {}
    for one in ExpansionOpportunity.objects.filter(status__in=statuses).order_by("ended_at", "id"):
        if timedelta(0) <= as_of - one.ended_at < 365 * DAY:
            found.setdefault(one.customer_id, []).append(one)
    return found


def expansion_conversion(as_of):
    return {
        customer: (sum(one.status == "WON" for one in some), len(some))
        for customer, some in ended(as_of, "WON", "LOST").items()
    }


def deal_size(as_of):
    return {customer: some[-1].won_amount for customer, some in ended(as_of, "WON").items()}


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


FIGURES = {
    "nps": answers("nps_score"),
    "csat": answers("csat_score"),
    "ces": answers("ces_score"),
    "training_completion": answers("training_completion"),
    **{
        one.__name__: one
        for one in (
            healthy_rate, feature_adoption, active_users, time_to_value, value_in_30_days, value_in_90_days, roi_rate,
            retention_rate, nrr, expansion_rate, expansion_conversion, deal_size, lifetime_value,
            case_studies, reference_rate, review_completion,
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("as_of", [NOW, PAST, NOW - 3000 * DAY], ids=["now", "past", "before everybody"])
@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("code", FIGURES)
def test_a_figure_is_what_loops_over_the_rows_say(owner, code, whose, as_of):
    assert_as_by_hand(code, FIGURES[code](as_of), whose=whose, owner=owner, as_of=as_of)


@pytest.mark.parametrize("code", FIGURES)
def test_the_world_tells_the_figures_apart(owner, code):
    assert_tells_apart(FIGURES[code], now=NOW, past=PAST, fewest=5)


def test_asked_together_each_is_what_it_is_alone(owner):
    mine = {"owners": {owner.id}}
    for code in FIGURES:
        KpiTargetFactory(code=code)

    said = kpi_standings(**mine, now=NOW)

    assert {one.kpi.code: (one.value, one.n) for one in said} == {
        code: reported(code, **mine, as_of=NOW) for code in FIGURES
    }
    assert {one.kpi.code: one.before for one in said} == {
        code: reported(code, **mine, as_of=NOW - 30 * DAY)[0] for code in FIGURES
    }
