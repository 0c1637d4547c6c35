"""Rules over one customer's values: what holds, how it reads, and the days it goes by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.rules.calendar import end_of, last_complete_day, start_of
from lifecycle.rules.evaluate import holds
from lifecycle.rules.explain import lines, met, sentence, shown_value
from lifecycle.rules.parse import parse
from lifecycle.rules.traits import problem_of


def is_so(metric: str, operator: str, value: Any, **actual: Any) -> bool:
    return holds(parse({"metric": metric, "operator": operator, "value": value}, CATALOGUE), actual)


@pytest.mark.parametrize(
    ("operator", "value", "met_by"),
    [
        ("==", 2, {2}), ("!=", 2, {1, 3}), ("<", 2, {1}), ("<=", 2, {1, 2}), (">", 2, {3}), (">=", 2, {2, 3}),
        ("in", [1, 3], {1, 3}), ("not_in", [1, 3], {2}), ("between", [1, 2], {1, 2}), ("between", [2, 2], {2}),
        ("is_known", True, {1, 2, 3}), ("is_known", False, {None}),
    ],
)  # fmt: skip
def test_each_operator_is_met_by_its_values(operator: str, value: Any, met_by: set[int | None]) -> None:
    met = {actual for actual in (1, 2, 3, None) if is_so("order_count", operator, value, order_count=actual)}

    assert met == met_by


def test_money_and_counts_compare_by_their_worth() -> None:
    assert is_so("total_spend", "==", 5, total_spend=Decimal("5.0000"))
    assert is_so("total_spend", "in", [0.1], total_spend=Decimal("0.1000"))
    assert not is_so("total_spend", ">", 500, total_spend=Decimal("500.00"))


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">=", "in", "not_in", "between"])
def test_a_comparison_with_a_missing_value_is_false_and_not_comes_after_that(operator: str) -> None:
    value: Any = {"in": [1], "not_in": [1], "between": [1, 2]}.get(operator, 1)
    tree = {"metric": "order_count", "operator": operator, "value": value}

    for values in ({}, {"order_count": None}):
        assert not holds(parse(tree, CATALOGUE), values)
        assert holds(parse({"not": tree}, CATALOGUE), values)


def test_groups_join_their_parts() -> None:
    one = {"metric": "order_count", "operator": "==", "value": 1}
    two = {"metric": "login_count", "operator": "==", "value": 2}
    values = {"order_count": 1, "login_count": 1}

    assert not holds(parse({"all": [one, two]}, CATALOGUE), values)
    assert holds(parse({"any": [one, two]}, CATALOGUE), values)
    assert holds(parse({"all": [one, {"not": two}]}, CATALOGUE), values)
    assert not holds(parse({"not": {"any": [one, two]}}, CATALOGUE), values)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (("order_count", ">=", 1), "number of orders is at least 1"),
        (("total_spend", ">", 1250.5), "total spend is more than 1,250.5"),
        (("days_since_order", "<", 90), "days since the last order is less than 90 days"),
        (("days_since_order", "==", 1), "days since the last order is 1 day"),
        (("days_since_order", "between", [1, 30]), "days since the last order is between 1 and 30 days"),
        (("curriculum_completion", "<=", 80), "curriculum completion is at most 80%"),
        (("order_count", "in", [1, 2]), "number of orders is one of 1, 2"),
        (("customer_tier", "not_in", ["Pro", "Freemium"]), "product is none of Pro, Freemium"),
        (("plan", "!=", "gold"), "plan is not gold"),
        (("plan", "is_known", True), "plan is known"),
        (("plan", "is_known", False), "plan is not known"),
        (("last_order_on", "<", "2026-01-31"), "day of the last order is before 2026-01-31"),
        (("last_order_on", ">=", "2026-01-31"), "day of the last order is on or after 2026-01-31"),
        (("last_order_on", "==", "2026-01-31"), "day of the last order is 2026-01-31"),
        (("has_ordered_since_entry", "==", True), "has ordered since entering the tag"),
        (("has_ordered_since_entry", "!=", True), "has not ordered since entering the tag"),
        (("has_ordered_since_entry", "!=", False), "has ordered since entering the tag"),
    ],
)
def test_a_condition_reads_as_a_sentence(tree: tuple[str, str, Any], words: str) -> None:
    metric, operator, value = tree

    assert sentence(parse({"metric": metric, "operator": operator, "value": value}, CATALOGUE), CATALOGUE) == words


def test_a_tree_reads_as_one_sentence() -> None:
    order = {"metric": "order_count", "operator": ">=", "value": 1}
    known = {"metric": "plan", "operator": "is_known"}

    tree = parse({"all": [order, {"any": [known, {"not": {"all": [order, known]}}]}]}, CATALOGUE)

    assert sentence(tree, CATALOGUE) == (
        "number of orders is at least 1 and "
        "(plan is known or it is not so that (number of orders is at least 1 and plan is known))"
    )


def test_a_group_of_one_needs_no_brackets() -> None:
    tree = {"all": [{"any": [{"metric": "plan", "operator": "is_known"}]}, {"metric": "email", "operator": "is_known"}]}

    assert sentence(parse(tree, CATALOGUE), CATALOGUE) == "plan is known and email address is known"


def test_each_condition_is_explained_with_value_and_threshold() -> None:
    tree = {
        "any": [
            {"metric": "order_count", "operator": ">", "value": 2},
            {"not": {"metric": "ltv", "operator": "<=", "value": 5}},
        ]
    }

    first, second = lines(parse(tree, CATALOGUE), {"order_count": 3}, CATALOGUE)

    assert (first.metric, first.label, first.operator, first.wanted, first.actual, first.is_met) == (
        "order_count", "number of orders", ">", 2, 3, True,
    )  # fmt: skip
    assert first.sentence == "number of orders is more than 2"
    assert (second.metric, second.actual, second.is_negated, second.is_met) == ("total_spend", None, True, True)
    assert second.sentence == "it is not so that total spend is at most 5"
    assert first.group == second.group == ("one of 2",)


def test_groups_are_kept_and_a_not_turns_what_is_below_it() -> None:
    orders = {"metric": "order_count", "operator": ">", "value": 2}
    carts = {"metric": "cart_adds", "operator": ">", "value": 0}
    spend = {"metric": "total_spend", "operator": ">", "value": 9}
    tree = parse({"all": [orders, {"not": {"any": [carts, spend]}}, {"any": [carts, orders]}]}, CATALOGUE)
    values = {"order_count": 1, "cart_adds": 0, "total_spend": 5}

    found = lines(tree, values, CATALOGUE)

    assert [line.group for line in found] == [(), *[("all of 2 (2)",)] * 2, *[("one of 2 (3)",)] * 2]
    assert [line.is_met for line in found] == [False, True, True, False, False]
    assert met(tree, values) == (1, 3)
    assert met(parse({"any": [carts, orders]}, CATALOGUE), values) == (0, 1)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "unknown"), (True, "yes"), (False, "no"), (1250, "1,250"), (Decimal("1250.5000"), "1,250.5"), (2.0, "2"),
        (Decimal(0), "0"), (Decimal(100), "100"), (date(2026, 1, 31), "2026-01-31"), (("a", 1), "a, 1"), ("x", "x"),
    ],
)  # fmt: skip
def test_values_are_shown_as_people_write_them(value: object, shown: str) -> None:
    assert shown_value(value) == shown


DAY = date(2026, 3, 29)  # a day of 23 hours in some zones, of 24 in UTC


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 29, 23, 59, 59, 999_999, tzinfo=UTC), DAY),
        (datetime(2026, 3, 29, 23, 59, 59, 999_998, tzinfo=UTC), DAY - timedelta(days=1)),
        (datetime(2026, 3, 30, tzinfo=UTC), DAY),
        (datetime(2026, 3, 29, 12, tzinfo=UTC), DAY - timedelta(days=1)),
        (datetime(2026, 3, 30, 1, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=2))), DAY),
        (datetime(2026, 3, 30, 1, 59, tzinfo=timezone(timedelta(hours=2))), DAY - timedelta(days=1)),
        (datetime(2026, 3, 29, 19, 0, tzinfo=timezone(timedelta(hours=-5))), DAY),
    ],
)
def test_a_day_is_complete_at_its_last_microsecond_in_utc(instant: datetime, day: date) -> None:
    assert last_complete_day(instant) == day


def test_days_begin_and_end_where_they_meet() -> None:
    assert end_of(DAY) + timedelta(microseconds=1) == start_of(DAY, offset=1)
    assert start_of(DAY, offset=-1) == start_of(DAY - timedelta(days=1))
    assert last_complete_day(end_of(DAY)) == DAY


def test_days_stay_within_the_calendar() -> None:
    assert start_of(DAY, offset=10**9).date() == date.max
    assert start_of(DAY, offset=-(10**9)).date() == date.min


@pytest.mark.parametrize(
    ("traits", "problem"),
    [
        ({"email": "ann@example.com", "timezone": "America/New_York", "product_tag": "PT_003", "anything": [1]}, None),
        ({"email": None, "name": None, "plan": None, "product_tag": None, "tier": None, "timezone": None}, None),
        ({"email": "ann @example.com"}, "email"), ({"email": "x" * 251 + "@a.b"}, "email"), ({"email": ""}, "email"),
        ({"name": "x" * 201}, "name"), ({"plan": "x" * 61}, "plan"), ({"tier": ""}, "tier"), ({"tier": 3}, "tier"),
        ({"tier": "TRIAL"}, None), ({"tier": "silver"}, "tier must be one of ENTERPRISE, MID_MARKET"),
        ({"product_tag": "PT_004"}, "product_tag"),
        *(({"timezone": zone}, "timezone") for zone in ("Mars/Base", "", "../etc/passwd", "Europe", "a\x00")),
    ],
)  # fmt: skip
def test_traits_are_checked_by_name(traits: dict[str, Any], problem: str | None) -> None:
    found = problem_of(traits)

    assert found is None if problem is None else found is not None and found.startswith(problem)
