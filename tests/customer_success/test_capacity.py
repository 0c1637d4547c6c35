"""How much of a manager's time accounts take, and who takes the next ones."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_success.rules.capacity import balance, load, weight

RATIOS = {"ENTERPRISE": 1, "MID_MARKET": 5, "SMALL_BUSINESS": 20, "TRIAL": None}
TIERS = st.sampled_from([*RATIOS, None, "UNHEARD_OF"])
ACCOUNTS = st.lists(TIERS, max_size=60).map(lambda tiers: list(enumerate(tiers, start=1)))


@pytest.mark.parametrize(
    ("tier", "takes"),
    [("ENTERPRISE", 1), ("MID_MARKET", Fraction(1, 5)), ("SMALL_BUSINESS", Fraction(1, 20)), ("TRIAL", 0), (None, 0)],
)
def test_an_account_takes_one_part_of_what_its_ratio_says(tier, takes):
    assert weight(tier, RATIOS) == takes


def test_a_load_adds_up_exactly():
    assert load({"MID_MARKET": 4, "SMALL_BUSINESS": 4, "TRIAL": 900}, RATIOS) == 1


def test_the_least_loaded_comes_first_and_the_heaviest_account_goes_first():
    accounts = [(1, "SMALL_BUSINESS"), (2, "ENTERPRISE"), (3, "MID_MARKET")]

    found = balance(accounts, {7: Fraction(1, 2), 8: Fraction(0)}, RATIOS)

    assert found == {8: [2], 7: [3, 1]}


def test_equal_managers_take_turns_in_the_order_of_their_ids():
    accounts = [(number, "MID_MARKET") for number in (4, 3, 2, 1)]

    assert balance(accounts, {9: Fraction(0), 8: Fraction(0)}, RATIOS) == {8: [1, 3], 9: [2, 4]}


def test_accounts_that_take_no_time_are_left_out():
    assert balance([(1, "TRIAL"), (2, None)], {8: Fraction(0)}, RATIOS) == {}


def test_nobody_takes_anything_where_there_is_nobody():
    assert balance([(1, "ENTERPRISE")], {}, RATIOS) == {}


@given(accounts=ACCOUNTS, loads=st.dictionaries(st.integers(1, 9), st.fractions(0, 3), min_size=1))
def test_each_account_goes_once_and_nobody_is_overtaken_by_more_than_one_account(accounts, loads):
    found = balance(accounts, loads, RATIOS)

    tiers = dict(accounts)
    given_out = [number for numbers in found.values() for number in numbers]
    assert sorted(given_out) == [number for number, tier in accounts if weight(tier, RATIOS)]
    after = {one: loads[one] + sum(weight(tiers[it], RATIOS) for it in found.get(one, [])) for one in loads}
    for one, numbers in found.items():
        assert after[one] - weight(tiers[numbers[-1]], RATIOS) <= min(after.values())


@given(accounts=ACCOUNTS, loads=st.dictionaries(st.integers(1, 9), st.fractions(0, 3)))
def test_the_order_of_the_accounts_changes_nothing(accounts, loads):
    assert balance(accounts, loads, RATIOS) == balance(reversed(accounts), loads, RATIOS)
