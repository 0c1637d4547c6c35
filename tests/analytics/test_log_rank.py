"""Whether cohorts differ: tests told again by counting what could have been, and by lifelines of single customers."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test, multivariate_logrank_test
from lifelines.utils import median_survival_times

from analytics.admin.survival_charts import finding, reaching_chart
from analytics.queries.cohorts import Asking, By
from analytics.queries.survival import Reaching, reaching
from analytics.queries.targets import Target
from analytics.rules.survival import Against, Differences, Lasted, exact_p, expected

from .cohort_world import NOW, World, world
from .test_survival import lasted, learners


def went(day: int, customers: int = 1) -> Lasted:
    return Lasted(day, is_reached=True, customers=customers)


def stayed(day: int, customers: int = 1) -> Lasted:
    return Lasted(day, is_reached=False, customers=customers)


QUICK, SLOW = [went(2, 2), went(5)], [stayed(9, 2), went(5)]
OTHERS = [went(2), went(4), went(5), stayed(5), stayed(12, 3)]


def counted(own: list[Lasted], everybody: list[Lasted]) -> float:
    """Whoever is followed on a day may be the one who got there: all ways are counted."""
    people = [(one.days, one.is_reached, is_own) for is_own, some in ((True, own), (False, others(own, everybody)))
              for one in some for _ in range(one.customers)]  # fmt: skip
    days = {day for day, is_reached, _ in people if is_reached}
    ways = []
    for day in sorted(days):
        followed = [is_own for until, _, is_own in people if until >= day]
        number = sum(is_reached and until == day for until, is_reached, _ in people)
        ways.append([sum(chosen) for chosen in combinations(followed, number)])
    sums = [sum(one) for one in product(*ways)]
    reached = sum(is_reached and is_own for _, is_reached, is_own in people)
    tails = sum(one <= reached for one in sums), sum(one >= reached for one in sums)
    return min(1.0, 2 * min(tails) / len(sums))


def others(own: list[Lasted], everybody: list[Lasted]) -> list[Lasted]:
    return everybody[len(own) :]


@pytest.mark.parametrize("own", [QUICK, SLOW, QUICK + SLOW, [stayed(3, 2)], [went(12)]])
def test_an_exact_test_counts_all_that_could_have_been(own):
    everybody = own + OTHERS

    assert exact_p(own, everybody) == pytest.approx(counted(own, everybody))
    assert exact_p(OTHERS, OTHERS + own) == pytest.approx(exact_p(own, everybody))  # what one has the others have not


def test_an_exact_test_and_the_usual_one_agree_where_many_are_expected():
    own = [went(day, 4) for day in range(0, 60, 3)] + [stayed(90, 20)]
    rest = [went(day, 30) for day in range(60)] + [stayed(90, 300)]

    usual = logrank_test(*_columns(own, rest), *_columns(own, rest, reached=True)).p_value

    assert exact_p(own, own + rest) == pytest.approx(usual, abs=0.05)


def _columns(*groups: list[Lasted], reached: bool = False) -> list[list[int]]:
    """One customer an entry."""
    return [
        [one.is_reached if reached else one.days for one in group for _ in range(one.customers)] for group in groups
    ]


@pytest.mark.django_db
def test_tests_and_intervals_are_those_of_single_customers():
    made: World = world(customers=140)
    asking, tags = Asking(made.lifecycle, None, NOW, By.PLAN), {made.tags[1].id, made.tags[2].id}
    people = [one for one, number in lasted(asking, tags).items() for _ in range(number)]

    found = reaching(asking, tags)

    compared = {curve.cohort.name for curve in found.curves if curve.points}
    names, days, there = zip(*[one for one in people if one[0] in compared], strict=True)
    assert not found.differences.is_exact
    assert found.differences.p == pytest.approx(multivariate_logrank_test(days, names, there).p_value)
    for one in found.differences.each:
        is_own = [name == one.name for name in names]
        p = multivariate_logrank_test(days, is_own, there).p_value
        assert one.p == pytest.approx(min(1, p * len(compared)))
    for curve in found.curves:
        own = [one[1:] for one in people if one[0] == curve.cohort.name]
        fitted = KaplanMeierFitter().fit(*zip(*own, strict=True))
        low, high = median_survival_times(fitted.confidence_interval_).iloc[0]
        assert (curve.median, curve.median_low, curve.median_high) == tuple(
            None if day == float("inf") else day for day in (fitted.median_survival_time_, low, high)
        )


@pytest.mark.django_db
@pytest.mark.parametrize(("months", "days"), [(6, [30, 90, 180]), (12, [30, 90, 180, 365])])
def test_the_table_tells_of_each_curve_at_some_days_as_far_as_it_was_watched(months, days):
    made: World = world(customers=140)
    asking, tags = Asking(made.lifecycle, None, NOW, months=months), {made.tags[1].id, made.tags[2].id}
    people = [one for one, number in lasted(asking, tags).items() for _ in range(number)]

    chart = reaching_chart(asking, Target("B", "B", made.lifecycle, made.tags), reaching(asking, tags))

    assert list(chart.columns[6:]) == [f"{day} days, {what}" for day in days for what in ("%", "from", "to")]
    told = 0
    for name, customers, _, _, _, _, *shares in chart.rows:
        own = [one[1:] for one in people if one[0] == name]
        fitted = KaplanMeierFitter().fit(*zip(*own, strict=True))
        for number, day in enumerate(days):
            row = shares[3 * number : 3 * number + 3]
            curve, band = fitted.survival_function_, fitted.confidence_interval_
            is_known = customers >= 5 and (max(day for day, _ in own) >= day or curve.iloc[-1, 0] == 0)
            if is_known:
                share, *interval = [curve.loc[:day].iloc[-1, 0], *sorted(band.loc[:day].iloc[-1], reverse=True)]
                assert row[0] == pytest.approx(100 - 100 * share, abs=0.051)
                if 0 < share < 1:
                    assert row[1:] == pytest.approx([100 - 100 * one for one in interval], abs=0.051)
                    told += 1
                else:
                    assert row[1:] == ["", ""]
            else:
                assert row == ["", "", ""]
    assert 0 < told < len(days) * len(chart.rows)


def found_of(months: dict[int, list[int | None]]) -> tuple[Reaching, str]:
    lifecycle, target = learners(months)
    found = reaching(Asking(lifecycle, None, NOW), target.ids)
    return found, finding(target, found.differences)


@pytest.mark.django_db
def test_nobody_is_called_worst_for_one_customer_where_hardly_one_was_expected():
    found, said = found_of({7: [10, None, None, None, None], 8: [None] * 100})

    few, rest = found.differences.each

    assert (few.reached, few.is_exact, few.is_few, rest.is_exact) == (1, True, True, True)
    assert few.expected == pytest.approx(5 / 105)
    assert few.p == rest.p == pytest.approx(2 * 2 * 5 / 105)  # two-sided, of two cohorts
    assert said == (
        "No cohort differs from the others by more than chance would explain "
        "(log-rank tests of each against the others, corrected, p = 0.190)."
    )


@pytest.mark.django_db
def test_a_cohort_with_an_exact_test_is_named_when_five_got_there():
    lifecycle, target = learners({7: [10, 11, 12, 13, 14, None], 8: [None] * 60})
    target.tags[0].category = "churned"
    found = reaching(Asking(lifecycle, None, NOW), target.ids)

    said = finding(target, found.differences)

    assert target.is_bad
    assert "Worst: customers of “Jul 2025” get there sooner than the others; 5 did, where 0.3 would" in said
    assert "(exact log-rank test against the others, p < 0.001, corrected for 2 cohorts)" in said


def test_who_is_few_is_never_the_worst():
    few, five = Against("few", 4, 0.1, 0.001, is_exact=True), Against("five", 0, 5.0, 0.02)

    assert Differences(0.001, (few,)).worst(is_reaching_bad=True) is None
    assert Differences(0.001, (few, five)).worst(is_reaching_bad=False) == five


def test_what_is_expected_adds_up_to_what_happened():
    everybody = QUICK + SLOW + OTHERS

    assert sum(expected(own, everybody) for own in (QUICK, SLOW, OTHERS)) == pytest.approx(7)
