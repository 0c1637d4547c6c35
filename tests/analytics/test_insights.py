"""What is told stands out beyond chance, and in the words of the figures; of noise nothing is told."""

from __future__ import annotations

from random import Random
from statistics import mean, variance

import pytest

from analytics.queries.insights import with_tests
from analytics.rules.chance import newcombe
from analytics.rules.few import FEWEST_COMPARED
from analytics.rules.insights import (
    FALSE_DISCOVERIES,
    TOPICS,
    Cell,
    Comparison,
    adjusted,
    arm,
    comparisons,
    told,
)

HEALTH, CHURN = (next(one for one in TOPICS if one.code == code) for code in ("health", "churn"))
GROUPS = {
    "tier": ("ENTERPRISE", "MID_MARKET", "TRIAL"), "plan": ("Basic", "Pro"), "industry": tuple("ABCDEF"),
    "company_size": ("small", "medium", "large", "enterprise"),
}  # fmt: skip


def cell(values, dimension="tier", part="TRIAL"):
    return Cell(dimension, part, len(values), sum(values), sum(one * one for one in values))


def world(seed, effect=0.0, number=400):
    """Customers with a group in each dimension; their health and churn do not depend on these, but for the trial
    customers by ``effect`` (points of health, and half of it in percent of churn)."""
    chance = Random(seed)
    found = []
    for _ in range(number):
        groups = {name: chance.choice(parts) for name, parts in GROUPS.items()}
        is_trial = groups["tier"] == "TRIAL"
        score = min(max(chance.gauss(70, 15) - effect * is_trial, 0), 100)
        churned = int(chance.random() < 0.15 + effect * is_trial / 50)
        found.append((groups, round(score), churned))
    return found


def insights(customers):
    made = []
    for topic, place in ((HEALTH, 1), (CHURN, 2)):
        cells = [
            cell([one[place] for one in customers if one[0][name] == part], name, part)
            for name, parts in GROUPS.items()
            for part in parts
        ]
        made += comparisons(topic, cells)
    return told(with_tests(made))


def test_of_noise_almost_nothing_is_told():
    worlds = [insights(world(seed)) for seed in range(200)]

    assert sum(bool(found) for found in worlds) <= 200 * FALSE_DISCOVERIES * 1.5


def test_what_was_planted_is_found():
    found = [insights(world(seed, effect=12)) for seed in range(30)]

    assert all(any(one.comparison.group.part == "TRIAL" for one in insights) for insights in found)


def test_among_what_is_told_little_is_chance():
    """False are the groups of the dimensions in which nothing was planted."""
    names = [one.comparison.group.dimension for seed in range(60) for one in insights(world(seed, effect=12))]

    assert sum(name != "tier" for name in names) <= len(names) * FALSE_DISCOVERIES * 1.5


def test_a_difference_that_is_sure_but_small_is_not_told():
    group, rest = cell([72, 68] * 5000), cell([69, 65] * 5000, part="")
    (result,) = with_tests([Comparison(HEALTH, group, rest)])

    assert result[1].p < 1e-6
    assert told([result]) == []


def test_the_sentence_has_the_figures_of_the_customers():
    customers = world(1, effect=20)
    one = next(one for one in insights(customers) if one.comparison.topic is HEALTH)

    trial = [score for groups, score, _ in customers if groups["tier"] == "TRIAL"]
    others = [score for groups, score, _ in customers if groups["tier"] != "TRIAL"]
    assert one.sentence == (
        f"Trial customers have a lower mean health score: {mean(trial):.1f} (n = {len(trial)}) against "
        f"{mean(others):.1f} (n = {len(others)}) of the others."
    )
    assert f"Difference −{mean(others) - mean(trial):.1f} points" in one.proof
    assert one.proof.endswith("An association, not a cause.")


def test_the_sentence_of_a_share_has_its_counts():
    customers = world(1, effect=20)
    one = next(one for one in insights(customers) if one.comparison.topic is CHURN)

    trial = [churned for groups, _, churned in customers if groups["tier"] == "TRIAL"]
    others = [churned for groups, _, churned in customers if groups["tier"] != "TRIAL"]
    assert one.sentence == (
        f"Trial customers churned in the last 90 days more often: {mean(trial):.1%} ({sum(trial)} of {len(trial)}) "
        f"against {mean(others):.1%} ({sum(others)} of {len(others)}) of the others."
    )


def test_variance_is_that_of_the_sample():
    assert cell([3, 5, 5, 9]).variance == pytest.approx(variance([3, 5, 5, 9]))


def test_means_are_tested_as_welch_does():
    from scipy import stats  # noqa: PLC0415  slow to import

    group, rest = [70, 75, 80, 85, 61] * 6, [60, 72, 71, 69] * 9
    ((_, result),) = with_tests([Comparison(HEALTH, cell(group), cell(rest, part=""))])
    expected = stats.ttest_ind(group, rest, equal_var=False)
    low, high = expected.confidence_interval(0.95)

    assert (result.p, result.low, result.high) == pytest.approx((expected.pvalue, low, high))


def test_shares_are_tested_exactly_where_little_is_expected():
    few, many = ([1] * hits + [0] * (30 - hits) for hits in (1, 12))
    rest = cell([1] * 2 + [0] * 38, part="")

    names = [result.test for _, result in with_tests([Comparison(CHURN, cell(one), rest) for one in (few, many)])]

    assert names == ["Fisher's exact test", "Chi-squared test"]


def test_the_interval_of_shares_is_newcombes():
    """His example: 56 of 70 against 48 of 80 is 0.2 with 0.0524 to 0.3339 (1998, table II, method 10)."""
    group, rest = cell([1] * 56 + [0] * 14), cell([1] * 48 + [0] * 32, part="")

    assert newcombe(arm(group), arm(rest)) == pytest.approx((0.0524, 0.3339), abs=0.0001)


@pytest.mark.parametrize(("values", "p"), [([0] * 30, 1.0), ([1] * 30, 1.0)])
def test_where_nobody_or_everybody_did_nothing_is_told(values, p):
    ((_, result),) = with_tests([Comparison(CHURN, cell(values), cell(values, part=""))])

    assert result.p == p


def test_p_values_are_adjusted_as_benjamini_and_hochberg_do():
    assert adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert adjusted([]) == []


def test_a_group_of_too_few_is_not_compared():
    small, large = [1] * (FEWEST_COMPARED - 1), [1] * 100

    parts = {
        one.group.part for one in comparisons(HEALTH, [cell(small, part="A"), *(cell(large, part=p) for p in "BC")])
    }

    assert parts == {"B", "C"}


def test_two_groups_are_compared_once():
    cells = [cell([1] * 50, part=part) for part in ("without", "enrolled")]

    assert [one.group.part for one in comparisons(CHURN, cells)] == ["enrolled"]


def test_one_group_alone_is_not_compared():
    assert list(comparisons(CHURN, [cell([1] * 50)])) == []
