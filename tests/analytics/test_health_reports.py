"""The figures of health are those that loops over the rows find: of everybody, of a portfolio, and of past days."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import product
from statistics import mean

import pytest

from analytics.queries.reports import ask, run
from customer_success.models import Account, ExpansionOpportunity
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    HealthAlertFactory,
    SuccessProfileFactory,
    TierChangeFactory,
)

from . import health_world as world
from .health_world import NOW

pytestmark = pytest.mark.django_db
INSTANTS = (NOW, NOW - timedelta(days=30), NOW - timedelta(days=45), NOW - timedelta(days=1000))


@pytest.fixture(params=range(2))
def whose(request):
    """Everybody, a manager, and a manager without customers."""
    owners = world.build(request.param)
    return [None, {owners[0]}, {0}]


def asked(whose):
    return product(whose, INSTANTS)


def told(report, owners, at):
    return {
        row.part: (row.value if row.value is None else round(row.value, 6), row.n)
        for row in ask(report, owners=owners, as_of=at)
    }


def rounded(number):
    return round(Decimal(number), 6)


def test_levels_are_those_of_the_latest_scores_of_who_has_not_churned(whose):
    for owners, at in asked(whose):
        scores = defaultdict(list)
        for row in world.followed(owners, at):
            scores[row.level].append(Decimal(row.score))

        assert told("health_levels", owners, at) == {
            level: (rounded(mean(found)), len(found)) for level, found in scores.items()
        }


def test_segments_are_the_means_of_their_customers(whose):
    for owners, at in asked(whose):
        scores = defaultdict(list)
        for row in world.followed(owners, at):
            for dimension in ("tier", "plan", "industry", "company_size"):
                scores[f"{dimension}:{world.group(row.customer, dimension, at)}"].append(Decimal(row.score))

        assert told("health_segments", owners, at) == {
            part: (rounded(mean(found)), len(found)) for part, found in scores.items()
        }


def test_insights_are_of_who_has_not_churned(whose):
    for owners, at in asked(whose):
        expected = {"insight_health": [], "insight_expansion": []}
        for row in world.followed(owners, at):
            for dimension in ("tier", "plan", "industry", "company_size"):
                if part := world.group(row.customer, dimension, at):
                    about = (row.customer.id, dimension, part)
                    expected["insight_health"].append((*about, row.score))
                    expected["insight_expansion"].append((*about, int(world.may_expand(row, at))))
        before = world.followed(owners, at - timedelta(days=30))
        expected["insight_overdue"] = [
            (row.customer.id, "tasks", "without", int(row.score - world.score(row.customer, at) >= 5)) for row in before
        ]

        for report, rows in expected.items():
            found = ask(report, owners=owners, as_of=at)
            assert sorted((row.customer_id, row.dimension, row.part, row.value) for row in found) == sorted(rows), (
                report
            )


@pytest.mark.parametrize(("traits", "industry", "users", "expected"), [
    ({"company_size": " Start-Up "}, None, 500, (None, "start-up")),
    ({"company_size": "  "}, None, 49, (None, "small")),
    ({"industry": " Retail "}, None, 50, ("Retail", "medium")),
    ({"industry": "Retail"}, " Finance ", None, ("Finance", None)),
])  # fmt: skip
def test_industry_and_size_are_those_that_are_told_first(traits, industry, users, expected):
    account = AccountFactory(customer__traits=traits, industry=industry, profile=None)
    SuccessProfileFactory(account=account, licensed_users=users)

    (row,) = run("SELECT industry, company_size FROM tenure_groups(%(owners)s, %(as_of)s)", owners=None, as_of=NOW)

    assert (row.industry, row.company_size) == expected


def test_the_tier_is_that_before_the_next_change_and_a_name_has_an_end():
    customer = CustomerFactory(tier=None, traits={"industry": "x" * 90})
    CustomerHealthFactory(customer=customer, day=world.day(2).date())
    for tiers in (("ENTERPRISE", "TRIAL"), ("TRIAL", None)):  # at once
        TierChangeFactory(customer=customer, from_tier=tiers[0], to_tier=tiers[1], changed_at=NOW)

    rows = ask("insight_health", owners=None, as_of=NOW - timedelta(seconds=1))

    assert {row.dimension: row.part for row in rows} == {"tier": "ENTERPRISE", "industry": "x" * 80}


def test_a_resolved_alert_is_none_from_then_on():
    customer = CustomerFactory()
    CustomerHealthFactory(customer=customer, day=world.day(20).date())
    HealthAlertFactory(customer=customer, opened_at=world.day(9), state="RESOLVED", handled_at=world.day(5))

    told = [
        run("SELECT has_alert FROM tenure_risks(NULL, NULL, %(as_of)s)", owners=None, as_of=world.day(back))[
            0
        ].has_alert
        for back in (10, 9, 6, 5, 0)
    ]

    assert told == [False, True, True, False, False]


def test_risks_count_customers_and_add_their_known_revenue(whose):
    for owners, at in asked(whose):
        found = defaultdict(list)
        for row in world.followed(owners, at):
            for name in world.risks(row, at):
                found[name].append(world.revenue(row.customer))

        expected = {}
        for name, revenues in found.items():
            known = [one for one in revenues if one is not None]
            expected[name] = (sum(known) if known else None, len(revenues))
        assert told("health_risks", owners, at) == expected


def test_the_list_has_the_customers_that_the_figure_counts_the_most_revenue_first(whose):
    for owners, who in product(whose, ("all", "POOR", "at_risk", "to_look_at", "alerts", "expansion")):
        rows = [row for row in world.followed(owners, NOW) if who in world.risks(row, NOW)]
        rows.sort(key=lambda row: (-(world.revenue(row.customer) or Decimal("-0.01")), row.score, row.customer.id))

        listed = ask("health_customers", owners=owners, as_of=NOW, who=who, dimension="", part="", most=500)

        assert [row.customer_id for row in listed] == [row.customer.id for row in rows]


def test_the_list_of_a_group_has_its_customers(whose):
    rows = world.followed(None, NOW)
    dimensions = ("tier", "industry", "company_size")
    groups = {(name, world.group(row.customer, name, NOW)) for name in dimensions for row in rows}
    for dimension, part in groups:
        about = {"who": "all", "dimension": dimension, "part": part, "most": 500}

        listed = ask("health_customers", owners=None, as_of=NOW, **about)

        expected = {row.customer.id for row in rows if world.group(row.customer, dimension, NOW) == part}
        assert {row.customer_id for row in listed} == expected != set()


def test_who_churned_is_told_by_the_level_a_month_before(whose):
    for owners, at in asked(whose):
        counted = {part: n for part, (_, n) in told("health_before_churn", owners, at).items()}

        assert counted == world.levels_before(owners, at)


def test_tiers_are_told_by_what_became_of_those_of_a_year_before(whose):
    year = timedelta(days=365)
    for owners, at in asked(whose):
        scores = {row.customer.id: Decimal(row.score) for row in world.followed(owners, at)}
        tiers = defaultdict(list)
        for customer in world.customers_of(owners):
            account = Account.objects.filter(customer=customer, opened_at__lte=at).first()
            if account:
                tiers[world.group(customer, "tier", at)].append(account)

        expected = {}
        for tier, accounts in tiers.items():
            here = [one for one in accounts if world.status(one.customer, at) != "CHURNED"]
            base = [
                one
                for one in accounts
                if one.opened_at <= at - year and world.status(one.customer, at - year) != "CHURNED"
            ]
            stayed = [one for one in base if one in here]
            won = [
                one
                for one in base
                if any(
                    at - year < o.ended_at <= at
                    for o in ExpansionOpportunity.objects.filter(customer=one.customer, status="WON")
                )
            ]
            known = [scores[one.customer_id] for one in accounts if one.customer_id in scores]
            values = [one.lifetime_value for one in here if one.lifetime_value is not None]
            expected |= {
                f"customer_count:{tier}": (len(here), len(here)),
                f"average_health_score:{tier}": (rounded(mean(known)) if known else None, len(known)),
                f"retention_rate:{tier}": (
                    rounded(Decimal(100 * len(stayed)) / len(base)) if base else None,
                    len(base),
                ),
                f"expansion_rate:{tier}": (rounded(Decimal(100 * len(won)) / len(base)) if base else None, len(base)),
                f"lifetime_value:{tier}": (rounded(mean(values)) if values else None, len(values)),
            }
        assert told("tier_performance", owners, at) == expected
