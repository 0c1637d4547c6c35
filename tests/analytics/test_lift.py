"""Treated beside held out: intervals as published, and no word where there are too few."""

import pytest
from scipy.stats import binomtest

from analytics.queries.lift import lift_of
from analytics.rules.chance import Arm, newcombe, p_shown, wilson
from analytics.rules.lift import Lift


@pytest.mark.parametrize(
    ("treated", "held_out", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        (Arm(70, 56), Arm(80, 48), 0.0524, 0.3339),
        (Arm(10, 9), Arm(10, 3), 0.1705, 0.8090),
        (Arm(7, 6), Arm(7, 2), 0.0582, 0.8062),
        (Arm(56, 5), Arm(29, 0), -0.0381, 0.1926),
        (Arm(10, 0), Arm(20, 0), -0.1611, 0.2775),
        (Arm(10, 10), Arm(10, 0), 0.6075, 1.0),
    ],
)
def test_the_interval_is_that_of_the_paper(treated, held_out, low, high):
    assert newcombe(treated, held_out) == pytest.approx((low, high), abs=5e-5)


def test_wilson_is_that_of_scipy():
    interval = binomtest(13, 47).proportion_ci(method="wilson")

    assert wilson(Arm(47, 13)) == pytest.approx((interval.low, interval.high))


def test_a_shift_beyond_chance_is_sure():
    lift = lift_of(Arm(200, 80), Arm(200, 40))

    assert lift.is_sure
    assert lift.difference == pytest.approx(0.2)
    assert lift.sentence.startswith("It worked. 40.0% of 200 treated against 20.0% of 200 held out: +20.0 points")


def test_a_shift_to_the_worse_is_harm():
    assert lift_of(Arm(200, 40), Arm(200, 80)).sentence.startswith("It did harm.")


def test_equal_shares_are_no_difference():
    lift = lift_of(Arm(90, 30), Arm(30, 10))

    assert (lift.p_value, lift.is_sure) == (1.0, False)
    assert lift.sentence.startswith("No difference that could not be chance.")


@pytest.mark.parametrize("held_out", [Arm(1, 1), Arm(19, 0)])
def test_too_few_are_counted_and_not_judged(held_out):
    lift = lift_of(Arm(500, 250), held_out)

    assert (lift.difference, lift.p_value, lift.is_sure) == (None, None, False)
    assert lift.sentence.startswith(f"Too few to tell: 250 of 500 treated and {held_out.converted} of ")


def test_nobody_held_out_says_nothing():
    assert lift_of(Arm(500, 250), Arm(0, 0)).sentence == "Nobody was held out: cannot tell whether it worked."


def test_the_share_of_nobody_is_nothing():
    assert Lift(Arm(0, 0), Arm(0, 0)).treated.share == 0


@pytest.mark.parametrize(("p_value", "text"), [(0.0004, "< 0.001"), (0.04, "= 0.040"), (1.0, "= 1.000")])
def test_a_small_p_value_is_no_zero(p_value, text):
    assert p_shown(p_value) == text
