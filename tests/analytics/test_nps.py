"""The net promoter score of 5,000 answers, against a plain count. Source: tests/data/nps."""

import csv
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from statistics import NormalDist

import pytest

from analytics.queries import kpi_standing
from analytics.rules.kpis import nps_margin
from customer_success.models import Account, SuccessProfile
from lifecycle.models import Customer
from tests.factories import KpiTargetFactory, UserFactory

from .revenue_world import analyzed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FILE = Path(__file__).parents[1] / "data" / "nps" / "answers.csv"


def answers():
    """Market and score, once an answer."""
    with FILE.open() as file:
        for row in csv.DictReader(file):
            yield from [(row["market"], int(row["score"]))] * int(row["answers"])


def plain(scores):
    """The score and its margin, by counting."""
    promoters, detractors = sum(one >= 9 for one in scores) / len(scores), sum(one <= 6 for one in scores) / len(scores)
    spread = promoters + detractors - (promoters - detractors) ** 2
    return 100 * (promoters - detractors), 100 * NormalDist().inv_cdf(0.975) * sqrt(spread / len(scores))


@pytest.fixture(scope="module")
def markets(kept):
    """An account for each answer, in the portfolio of its market."""
    owners = {market: UserFactory() for market in dict(answers())}
    customers = Customer.objects.bulk_create(
        Customer(external_id=f"{number}", owner=owners[market], created_at=NOW, updated_at=NOW)
        for number, (market, _) in enumerate(answers())
    )
    accounts = Account.objects.bulk_create(Account(customer=one, opened_at=NOW, updated_at=NOW) for one in customers)
    SuccessProfile.objects.bulk_create(
        SuccessProfile(account=account, nps_score=score, updated_at=NOW)
        for account, (_, score) in zip(accounts, answers(), strict=True)
    )
    analyzed()
    KpiTargetFactory(code="nps", target=50)
    return owners


def test_the_score_of_everybody_is_the_plain_count(markets):
    scores = [score for _, score in answers()]

    said = kpi_standing("nps", owners=None, now=NOW)

    assert said.n == len(scores) == 5000
    assert (float(said.value), said.margin) == pytest.approx(plain(scores))


def test_the_score_of_a_portfolio_is_that_of_its_market(markets):
    for market, owner in markets.items():
        scores = [score for where, score in answers() if where == market]

        said = kpi_standing("nps", owners={owner.id}, now=NOW)

        assert (said.n, float(said.value), said.margin) == pytest.approx((len(scores), *plain(scores)))


def test_the_margin_of_nobody_is_unknown_and_of_one_mind_is_none():
    assert nps_margin(0, 0, 0) is None
    assert nps_margin(10, 0, 10) == 0
    assert nps_margin(50, 50, 100) == pytest.approx(19.6, abs=0.001)
