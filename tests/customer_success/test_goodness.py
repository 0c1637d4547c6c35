"""Is the score any good? By hand-checked cases, and by rows as they were written then."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from customer_success.queries.goodness import goodness, lifecycles_with_churn
from customer_success.rules.goodness import Cases, Group, auc, before_churn, calibration, roc
from tests.factories import (
    CustomerFactory,
    HealthScoreFactory,
    LifecycleFactory,
    ScorecardVersionFactory,
    StatusTagFactory,
    TransitionFactory,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_the_area_counts_pairs_with_ties_half():
    # Churned: 10 × 30 and 10 × 60; stayed: 10 × 60 and 10 × 90.
    # Of 400 pairs, 200 (30 below both) + 100 (60 below 90) are won, 100 (60 and 60) are ties: 350 / 400.
    cases = [Cases(30, 10, 0), Cases(60, 10, 10), Cases(90, 0, 10)]

    assert auc(cases) == 0.875


@pytest.mark.parametrize(
    ("cases", "area"),
    [
        ([Cases(10, 10, 0), Cases(90, 0, 10)], 1.0), ([Cases(90, 10, 0), Cases(10, 0, 10)], 0.0),
        ([Cases(50, 10, 990)], 0.5), ([Cases(10, 9, 0), Cases(90, 0, 500)], None),
        ([Cases(10, 500, 0), Cases(90, 0, 9)], None), ([], None),
    ],
)  # fmt: skip
def test_the_area_at_its_ends_and_of_too_few(cases, area):
    assert auc(cases) == area


def test_the_curve_is_what_the_area_lies_under():
    cases = [Cases(60, 10, 10), Cases(30, 10, 0), Cases(90, 0, 10)]

    points = roc(cases)

    assert points == ((0, 0), (0, 0.5), (0.5, 1), (1, 1))
    under = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
    assert under == auc(cases)


def test_deciles_keep_a_score_together():
    cases = [Cases(score, 1 if score < 20 else 0, 0 if score < 20 else 1) for score in range(100)]
    assert calibration(cases)[:3] == (Group(0, 9, 10, 10), Group(10, 19, 10, 10), Group(20, 29, 10, 0))
    assert len(calibration(cases)) == 10

    lumpy = [Cases(0, 10, 40), Cases(80, 0, 50)]
    assert [(one.low, one.high, one.number, one.rate) for one in calibration(lumpy)] == [
        (0, 0, 50, 0.2), (80, 80, 50, 0.0)]  # fmt: skip


def test_green_churn_needs_ten_with_a_score():
    assert before_churn(30, {"GOOD": 3, "EXCELLENT": 1, "POOR": 6, None: 5}).green_churn == 0.4
    assert before_churn(30, {"GOOD": 9, None: 500}).green_churn is None


@pytest.fixture
def lifecycle(db):
    lifecycle = LifecycleFactory(code="account")
    for code, category in (("ACTIVE", "active"), ("CHURNED", "churned"), ("GONE", "churned")):
        StatusTagFactory(lifecycle=lifecycle, code=code, category=category)
    return lifecycle


@pytest.fixture
def version(db):
    return ScorecardVersionFactory(state="published")


@pytest.fixture
def customer(lifecycle, version):
    """A customer with scores by day, and moves by day."""

    def make(scores, *moves):
        who = CustomerFactory()
        for day, (score, level) in scores.items():
            at = datetime.fromisoformat(day).replace(tzinfo=UTC)
            HealthScoreFactory(customer=who, version=version, score=score, level=level, recorded_at=at)
        before = None
        for at, code in moves:
            tag = lifecycle.tags.get(code=code)
            TransitionFactory(
                customer=who, lifecycle=lifecycle, from_tag=before, to_tag=tag,
                applied_at=datetime.fromisoformat(at).replace(tzinfo=UTC),
            )  # fmt: skip
            before = tag
        return who

    return make


def seen(lifecycle, version, horizon_days=30):
    return goodness([version], lifecycle=lifecycle, horizon_days=horizon_days, as_of=NOW)


def test_looks_every_30_days_at_landmarks_whose_horizon_is_over(lifecycle, version, customer):
    customer({"2026-03-01": (70, "GOOD")})

    found = seen(lifecycle, version)

    assert found.landmarks == (date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 31))
    assert (found.churned, found.stayed) == (0, 4)


def test_nothing_was_written_yet(lifecycle, version):
    found = seen(lifecycle, version)

    assert (found.landmarks, found.churned, found.stayed, found.auc, found.green_churn_rate) == ((), 0, 0, None, None)


@pytest.mark.parametrize(
    ("churned_at", "cases"),
    [
        ("2026-05-31T23:59", (1, 2)), ("2026-06-01T00:00", (1, 3)), ("2026-06-30T23:59", (1, 3)),
        ("2026-07-01T00:00", (0, 4)), ("2026-05-02T00:00", (1, 2)), ("2026-05-01T23:59", (1, 1)),
        ("2026-02-01T00:00", (0, 0)),
    ],
)  # fmt: skip
def test_counts_who_churned_within_the_horizon_and_leaves_out_who_had_before(
    lifecycle, version, customer, churned_at, cases
):
    customer({"2026-03-01": (70, "GOOD")}, ("2026-01-01", "ACTIVE"), (churned_at, "CHURNED"))

    found = seen(lifecycle, version)

    assert (found.churned, found.stayed) == cases


def test_who_came_back_is_looked_at_again_and_another_churned_tag_is_no_second_churn(lifecycle, version, customer):
    customer(
        {"2026-03-01": (70, "GOOD")},
        ("2026-03-10", "CHURNED"), ("2026-03-15", "GONE"), ("2026-04-10", "ACTIVE"),
    )  # fmt: skip

    found = seen(lifecycle, version)

    assert (found.churned, found.stayed) == (1, 2)  # on 1 April it is gone


def test_who_churns_twice_within_the_horizon_counts_once_a_landmark(lifecycle, version, customer):
    # Landmarks are on 2 March, 1 April, 1 May and 31 May; who goes and comes back within a day was there at its end.
    customer(
        {"2026-03-01": (70, "GOOD")},
        ("2026-05-01T08:00", "CHURNED"), ("2026-05-01T20:00", "ACTIVE"), ("2026-05-04", "CHURNED"),
        ("2026-05-30T23:00", "ACTIVE"), ("2026-05-31T10:00", "CHURNED"), ("2026-05-31T11:00", "ACTIVE"),
    )  # fmt: skip

    found = seen(lifecycle, version)

    assert (found.churned, found.stayed) == (2, 2)


def test_a_history_that_ended_long_ago_is_looked_at_until_its_newest_move(lifecycle, version, customer):
    customer({"2024-03-01": (70, "GOOD")}, ("2024-01-01", "ACTIVE"), ("2024-05-20", "CHURNED"))
    customer({"2024-03-01": (70, "GOOD")}, ("2024-06-01", "ACTIVE"))

    found = seen(lifecycle, version)

    assert found.landmarks == (date(2024, 3, 2), date(2024, 4, 1), date(2024, 5, 1))
    assert (found.churned, found.stayed) == (1, 5)


def test_takes_the_score_as_it_held_then_and_no_other_version_s(lifecycle, version, customer):
    who = customer(
        {"2026-03-01": (90, "EXCELLENT"), "2026-04-20": (20, "POOR")}, ("2026-06-20", "CHURNED"),
    )  # fmt: skip
    other = ScorecardVersionFactory(state="retired")
    HealthScoreFactory(customer=who, version=other, score=1, recorded_at=datetime(2026, 5, 20, tzinfo=UTC))

    found = seen(lifecycle, version)

    assert (found.churned, found.stayed) == (0, 3)  # on 31 May the other version's score held
    by_days = {one.days: (dict(one.levels), one.unknown) for one in found.before}
    assert by_days == {30: ({}, 1), 60: ({"POOR": 1}, 0), 90: ({"EXCELLENT": 1}, 0)}


def test_a_good_score_tells_them_apart(lifecycle, version, customer):
    for _ in range(10):
        customer({"2026-05-31": (20, "POOR")}, ("2026-06-15", "CHURNED"))
        customer({"2026-05-31": (85, "EXCELLENT")})

    found = seen(lifecycle, version)

    assert (found.auc, found.churned, found.stayed) == (1.0, 10, 10)
    assert [one.rate for one in found.deciles] == [1.0, 0.0]
    assert lifecycles_with_churn() == [lifecycle]


def test_green_churn_is_that_of_the_horizon(lifecycle, version, customer):
    for _ in range(10):
        customer({"2026-01-01": (90, "EXCELLENT"), "2026-04-15": (20, "POOR")}, ("2026-06-20", "CHURNED"))

    assert seen(lifecycle, version, 30).green_churn_rate == 0.0
    assert seen(lifecycle, version, 90).green_churn_rate == 1.0
