"""The formulas of retention, for histories of any kind."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rules.revenue import (
    MOVEMENTS,
    Moved,
    Movement,
    Revenue,
    Unit,
    annual,
    last_period,
    moved_by,
    named,
    periods,
    start_of,
)

FIRST = date(2026, 1, 1)
AMOUNT = st.one_of(st.just(Decimal(0)), st.decimals(min_value="0.01", max_value=10_000, places=2))
HISTORY = st.lists(AMOUNT, min_size=4, max_size=4)  # what one customer brought in four months


def told(histories: list[list[Decimal]], month: int) -> Revenue:
    """A month of some histories, classified one by one."""
    moved: dict[Movement, Moved] = defaultdict(Moved)
    for history in histories:
        before, after = history[month - 1], history[month]
        if not before and not after:
            continue
        if not before:
            movement = Movement.REACTIVATION if any(history[:month]) else Movement.NEW
        elif not after:
            movement = Movement.CHURN
        else:
            movement = [Movement.UNCHANGED, Movement.EXPANSION, Movement.CONTRACTION][
                (after > before) - (after < before)
            ]
        known = moved[movement]
        moved[movement] = Moved(known.customers + 1, known.before + before, known.after + after)
    start, end = (sum((one[at] for one in histories), Decimal(0)) for at in (month - 1, month))
    return Revenue(FIRST, start, end, sum(1 for one in histories if one[month]), moved)


@given(st.lists(HISTORY, max_size=12), st.integers(1, 3))
def test_the_movements_of_any_history_add_up(histories, month):
    one = told(histories, month)

    assert one.difference == 0
    assert sum((one.of(each).change for each in MOVEMENTS), Decimal(0)) == one.end - one.start


@given(st.lists(HISTORY, max_size=12), st.integers(1, 3))
def test_gross_retention_is_the_sum_of_the_lesser_amounts_and_never_more_than_net(histories, month):
    one = told(histories, month)
    pairs = [(history[month - 1], history[month]) for history in histories if history[month - 1]]

    if not pairs:
        assert (one.grr, one.nrr, one.logo_churn, one.gross_churn) == (None, None, None, None)
        return
    assert one.grr == sum(min(pair) for pair in pairs) / one.start
    assert one.nrr == sum(after for _, after in pairs) / one.start
    assert one.logo_churn == Decimal(sum(not after for _, after in pairs)) / len(pairs)
    assert 0 <= one.grr <= 1
    assert one.grr <= one.nrr
    assert one.gross_churn == 1 - one.grr
    assert one.net_churn == 1 - one.nrr


def test_the_example_of_the_definition():
    moved = {
        Movement.UNCHANGED: Moved(90, Decimal(800_000), Decimal(800_000)),
        Movement.CHURN: Moved(2, Decimal(25_000), Decimal(0)),
        Movement.CONTRACTION: Moved(3, Decimal(75_000), Decimal(50_000)),
        Movement.EXPANSION: Moved(5, Decimal(100_000), Decimal(250_000)),
    }
    one = Revenue(FIRST, Decimal(1_000_000), Decimal(1_100_000), 98, moved)

    assert (one.nrr, one.grr, one.logo_churn) == (Decimal("1.1"), Decimal("0.95"), Decimal("0.02"))


def test_a_wrong_total_shows_as_a_difference():
    assert (
        Revenue(FIRST, Decimal(10), Decimal(12), 1, {Movement.EXPANSION: Moved(1, Decimal(10), Decimal(11))}).difference
        == 1
    )


@pytest.mark.parametrize(("unit", "rate", "year"), [
    (Unit.MONTH, "0.02", 1 - 0.98**12), (Unit.QUARTER, "0.1", 1 - 0.9**4), (Unit.YEAR, "0.3", 0.3),
])  # fmt: skip
def test_a_year_of_periods_compounds(unit, rate, year):
    assert float(annual(Decimal(rate), unit)) == pytest.approx(year)
    assert annual(None, unit) is None


@given(st.dates(date(1971, 1, 1), date(2999, 1, 1)), st.sampled_from(Unit))
def test_a_day_is_in_its_period_and_the_last_one_is_over(day, unit):
    start = start_of(day, unit)

    assert start <= day < moved_by(start, unit, 1)
    assert moved_by(last_period(day, unit), unit, 1) == start
    assert list(periods(moved_by(start, unit, -2), start, unit)) == [
        moved_by(start, unit, -2),
        moved_by(start, unit, -1),
    ]


def test_periods_have_names():
    assert [named(date(2026, 10, 1), unit) for unit in Unit] == ["Oct 2026", "Q4 2026", "2026"]
