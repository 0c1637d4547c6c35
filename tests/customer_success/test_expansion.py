"""Which signs of expansion are seen, what they say, and what becomes of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_success.engine.expansion import ExpansionNotAllowed, detect_expansion, dismiss, lose, pursue, win
from customer_success.models import ExpansionKind, ExpansionOpportunity, SuccessProfile, Task
from customer_success.rules.expansion import AccountFigures, estimated_revenue, probability
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    StatusTagFactory,
    TierPolicyFactory,
    UserFactory,
)
from tests.lifecycle.stage import NOW, at_once, days_ago

LATER = NOW + timedelta(days=1)
LONG_AGO = days_ago(400)


@pytest.fixture
def mia(db):
    return UserFactory.create(username="mia")


@pytest.fixture(autouse=True)
def _tiers(request):
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        for tier, start in (("TRIAL", 0), ("SMALL_BUSINESS", 5000), ("MID_MARKET", 25000), ("ENTERPRISE", 100_000)):
            TierPolicyFactory.create(tier=tier, from_revenue=start)


def account_with(*, revenue=30000, tier="MID_MARKET", level=None, opened_at=LONG_AGO, owner=None, **figures):
    customer = CustomerFactory.create(tier=tier, owner=owner, name="Acme")
    account = AccountFactory.create(customer=customer, annual_revenue=revenue, opened_at=opened_at)
    SuccessProfile.objects.filter(pk=account.pk).update(**figures)
    if level:
        CustomerHealthFactory.create(customer=customer, level=level)
    return account


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "just_enough", "too_little"),
    [("USAGE_NEAR_LIMIT", {"plan_usage": 85, "plan_limit": 100}, {"plan_usage": 84, "plan_limit": 100}),
     ("USAGE_NEAR_LIMIT", {"active_users": 17, "licensed_users": 20}, {"active_users": 16, "licensed_users": 20}),
     ("USAGE_NEAR_LIMIT", {"plan_usage": 500, "plan_limit": 50}, {"plan_usage": 5, "plan_limit": 0}),
     ("FAST_ADOPTION", {"use_cases": 2, "opened_at": days_ago(89)}, {"use_cases": 2, "opened_at": days_ago(90)}),
     ("FAST_ADOPTION", {"features_used": 7, "features_available": 10, "opened_at": NOW},
      {"features_used": 6, "features_available": 10, "opened_at": NOW}),
     ("SEVERAL_UNITS", {"business_units": 2}, {"business_units": 1}),
     ("ROI", {"roi": 200}, {"roi": 199}),
     ("HIGH_PROBABILITY", {"expansion_probability": 50.5}, {"expansion_probability": 50}),
     ("NEAR_NEXT_TIER", {"revenue": 85000}, {"revenue": 84999}),
     ("HIGH_SATISFACTION", {"nps_score": 8.5, "level": "EXCELLENT"}, {"nps_score": 8, "level": "EXCELLENT"}),
     ("HIGH_SATISFACTION", {"nps_score": 9, "level": "EXCELLENT"}, {"nps_score": 9, "level": "GOOD"})],
)  # fmt: skip
def test_sees_a_sign_from_its_threshold_on(kind, just_enough, too_little):
    account = account_with(**just_enough)
    account_with(**too_little)
    account_with(revenue=None, tier=None)

    assert detect_expansion(now=NOW).found == 1

    (found,) = ExpansionOpportunity.objects.all()
    assert (found.kind, found.customer_id, found.status) == (kind, account.pk, "OPEN")
    assert found.reason.endswith(".")
    assert found.suggested_actions


@pytest.mark.django_db
def test_says_why_how_much_and_how_likely():
    account_with(plan_usage=43, plan_limit=50, nps_score=9, level="GOOD")

    detect_expansion(now=NOW)

    found = ExpansionOpportunity.objects.get()
    assert found.reason == "43 of 50 of the plan in use, 86%."
    assert (found.current_tier, found.potential_tier) == ("MID_MARKET", "ENTERPRISE")
    assert (found.estimated_revenue, found.probability) == (Decimal(70000), 65)


@pytest.mark.django_db
def test_a_customer_who_left_is_no_opportunity():
    account = account_with(roi=250)
    lifecycle = LifecycleFactory.create(code="account")
    tag = StatusTagFactory.create(lifecycle=lifecycle, code="CHURNED")
    CustomerStatusFactory.create(lifecycle=lifecycle, customer=account.customer, tag=tag)

    assert detect_expansion(now=NOW).found == 0


@pytest.mark.django_db
def test_the_top_tier_leads_to_no_other():
    account_with(roi=250, revenue=200_000, tier="ENTERPRISE")

    detect_expansion(now=NOW)

    found = ExpansionOpportunity.objects.get()
    assert (found.potential_tier, found.estimated_revenue) == (None, None)


@pytest.mark.django_db
def test_looks_again_refreshes_and_makes_nothing_twice():
    account = account_with(roi=250, level="EXCELLENT")
    detect_expansion(now=NOW)
    SuccessProfile.objects.filter(pk=account.pk).update(roi=300)

    again = detect_expansion(now=LATER)

    found = ExpansionOpportunity.objects.get()
    assert (again.found, again.gone) == (0, 0)
    assert (found.reason[:20], found.detected_at, found.refreshed_at) == ("Measured ROI of 300%", NOW, LATER)
    assert Task.objects.count() == 1


@pytest.mark.django_db
def test_ends_by_itself_when_the_sign_is_gone_and_nobody_pursued_it(mia):
    account_with(roi=250)
    detect_expansion(now=NOW)
    account_with(business_units=2)
    detect_expansion(now=NOW)
    pursue(opportunity=ExpansionOpportunity.objects.get(kind="SEVERAL_UNITS"), by=mia, now=NOW)
    SuccessProfile.objects.update(roi=None, business_units=None)

    assert detect_expansion(now=LATER).gone == 1

    states = dict(ExpansionOpportunity.objects.values_list("kind", "status"))
    assert states == {"ROI": "GONE", "SEVERAL_UNITS": "PURSUED"}
    assert ExpansionOpportunity.objects.get(kind="ROI").ended_at == LATER


@pytest.mark.django_db
def test_what_a_person_dismissed_comes_back_after_90_days(mia):
    account_with(roi=250)
    detect_expansion(now=NOW)
    dismiss(opportunity=ExpansionOpportunity.objects.get(), reason="Budget is spent", by=mia, now=NOW)

    assert detect_expansion(now=NOW + timedelta(days=89)).found == 0
    assert detect_expansion(now=NOW + timedelta(days=90)).found == 1


@pytest.mark.django_db
def test_one_that_went_by_itself_comes_back_at_once():
    account = account_with(roi=250)
    detect_expansion(now=NOW)
    SuccessProfile.objects.update(roi=0)
    detect_expansion(now=NOW)
    SuccessProfile.objects.filter(pk=account.pk).update(roi=250)

    assert detect_expansion(now=LATER).found == 1


@pytest.mark.django_db
def test_a_likely_one_makes_a_task_for_the_success_manager(mia):
    account_with(roi=250, level="EXCELLENT", owner=mia)
    account_with(roi=250, level="POOR", owner=mia)

    detect_expansion(now=NOW)

    (task,) = Task.objects.all()
    assert (task.owner, task.type, task.title) == (mia, "EXPANSION", "Expansion of Acme: High ROI")


@pytest.mark.django_db
def test_is_won_lost_or_dismissed_once(mia):
    account_with(roi=250, business_units=3, plan_usage=9, plan_limit=10)
    detect_expansion(now=NOW)
    roi, units, usage = (
        ExpansionOpportunity.objects.get(kind=kind) for kind in ("ROI", "SEVERAL_UNITS", "USAGE_NEAR_LIMIT")
    )

    pursue(opportunity=roi, by=mia, now=NOW)
    win(opportunity=roi, amount=Decimal(5000), by=mia, now=LATER)
    lose(opportunity=units, reason="Went to a rival", by=mia, now=LATER)
    with pytest.raises(ExpansionNotAllowed, match="why"):
        dismiss(opportunity=usage, reason="", by=mia, now=LATER)
    with pytest.raises(ExpansionNotAllowed, match="more than 0"):
        win(opportunity=usage, amount=Decimal(0), by=mia, now=LATER)
    with pytest.raises(ExpansionNotAllowed, match="is WON; it cannot become LOST"):
        lose(opportunity=roi, reason="x", by=mia, now=LATER)

    assert (roi.status, roi.won_amount, roi.ended_at, roi.handled_by) == ("WON", 5000, LATER, mia)
    assert (units.status, units.outcome) == ("LOST", "Went to a rival")


@pytest.mark.django_db
def test_refuses_a_move_from_what_somebody_has_changed_meanwhile(mia):
    account_with(roi=250)
    detect_expansion(now=NOW)
    seen = ExpansionOpportunity.objects.get()
    ExpansionOpportunity.objects.update(status="PURSUED")

    with pytest.raises(ExpansionNotAllowed, match="meanwhile"):
        lose(opportunity=seen, reason="x", by=mia, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_see_everything_once():
    account_with(roi=250, level="EXCELLENT")

    at_once(*[lambda: detect_expansion(now=NOW)] * 3)

    assert (ExpansionOpportunity.objects.count(), Task.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_more_accounts_need_no_more_queries(django_assert_max_num_queries):
    for _ in range(30):
        account_with(roi=250, business_units=2, level="EXCELLENT", nps_score=9)

    with django_assert_max_num_queries(60):
        assert detect_expansion(now=NOW).found == 90


shares = st.none() | st.decimals(0, 100, places=2)


@given(st.sampled_from(ExpansionKind), st.builds(
    AccountFigures, level=st.none() | st.sampled_from(["POOR", "FAIR", "GOOD", "EXCELLENT"]),
    nps_score=st.none() | st.decimals(0, 10, places=1), expansion_probability=shares,
))  # fmt: skip
def test_a_probability_is_a_percentage(kind, known):
    assert 0 <= probability(kind, known) <= 100


@pytest.mark.parametrize(
    ("known", "expected"),
    [(AccountFigures(), None), (AccountFigures(annual_revenue=Decimal(100)), None),
     (AccountFigures(next_tier_from=Decimal(100)), None),
     (AccountFigures(annual_revenue=Decimal(60), next_tier_from=Decimal(100)), 40),
     (AccountFigures(annual_revenue=Decimal(60), next_tier_from=Decimal(100), plan_usage=15, plan_limit=10), 30)],
)  # fmt: skip
def test_the_revenue_is_what_leads_to_the_next_tier_or_what_is_used_beyond_the_limit(known, expected):
    assert estimated_revenue("USAGE_NEAR_LIMIT", known) == expected
