"""From JSON to a tree: what is accepted, and where and why the rest is not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.rules.nodes import All, Condition, Not, Operator, conditions, metrics_of, to_json
from lifecycle.rules.nodes import Any as AnyOf
from lifecycle.rules.parse import RuleError, parse, parse_text

from .trees import trees

GOOD = {"metric": "order_count", "operator": ">=", "value": 1}


def condition(metric: str, operator: str, value: Any) -> dict[str, Any]:
    return {"metric": metric, "operator": operator, "value": value}


def problems(tree: object) -> list[tuple[str, str]]:
    with pytest.raises(RuleError) as error:
        parse(tree, CATALOGUE)
    return [(problem.path, problem.message) for problem in error.value.problems]


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = GOOD
    for _ in range(depth - 1):
        tree = {"not": tree}
    return tree


def test_reads_a_tree_into_frozen_nodes() -> None:
    tree = {"all": [GOOD, {"any": [{"not": GOOD}, condition("plan", "in", ["gold", "red"])]}]}

    node = parse(tree, CATALOGUE)

    good = Condition("order_count", Operator.GREATER_OR_EQUAL, 1)
    assert node == All((good, AnyOf((Not(good), Condition("plan", Operator.IN, ("gold", "red"))))))
    assert metrics_of(node) == ("order_count", "plan")
    assert len(list(conditions(node))) == 3


@pytest.mark.parametrize(
    ("tree", "path", "sentence"),
    [
        (condition("order_cuont", ">", 1), "metric", "did you mean order_count"),
        (condition("xyzzyqq", ">", 1), "metric", "the metrics page lists all"),
        (condition("", ">", 1), "metric", "expected the name of a metric"),
        (condition(7, ">", 1), "metric", "expected the name of a metric"),  # type: ignore[arg-type]
        ({"operator": ">", "value": 1}, "metric", "expected the name of a metric"),
        (condition("order_count", "=>", 1), "operator", "no operator \"=>\"; use one of =="),
        ({"metric": "order_count", "value": 1}, "operator", "no operator null"),
        (condition("order_count", [], 1), "operator", "no operator []"),  # type: ignore[arg-type]
        (condition("plan", "<", "gold"), "operator", "“<” does not fit plan, a text; use one of =="),
        (condition("has_ordered_since_entry", "in", [True]), "operator", "has_ordered_since_entry, a boolean"),
        ({"metric": "order_count", "operator": ">"}, "", "the condition on order_count has no value"),
        (condition("order_count", ">", "1"), "value", "order_count is a number"),
        ({**GOOD, "value": True}, "value", "order_count is a number"),
        (condition("order_count", ">", None), "value", "order_count is a number"),
        (condition("order_count", ">", [1]), "value", "order_count is a number"),
        (condition("order_count", ">", float("nan")), "value", "order_count is a number"),
        (condition("order_count", ">", float("inf")), "value", "order_count is a number"),
        (condition("order_count", ">", 10**15 + 1), "value", "up to 15 digits"),
        (condition("order_count", ">", 10**5_000), "value", "order_count is a number"),
        (condition("order_count", ">", -1e300), "value", "order_count is a number"),
        (condition("order_count", ">", 0.0000001), "value", "up to 6 decimals"),
        (condition("plan", "==", "a\x00b"), "value", "plan is a text"),
        (condition("plan", "==", "\ud800"), "value", "plan is a text"),
        (condition("plan", "==", "x" * 201), "value", "of up to 200 characters"),
        (condition("plan", "==", 5), "value", "plan is a text"),
        (condition("customer_tier", "==", "pro"), "value", "customer_tier is one of Pro, Enterprise, Freemium"),
        (condition("customer_tier", "in", ["Pro", "x"]), "value[1]", "customer_tier is one of"),
        (condition("has_ordered_since_entry", "==", 1), "value", "true or false"),
        (condition("last_order_on", ">", "2026-02-30"), "value", "such as “2026-01-31”"),
        (condition("last_order_on", ">", "20260131"), "value", "such as “2026-01-31”"),
        (condition("last_order_on", ">", 20260131), "value", "such as “2026-01-31”"),
        (condition("order_count", "between", [1]), "value", "the lowest and the highest value, got 1"),
        (condition("order_count", "between", [1, 2, 3]), "value", "got 3 values"),
        (condition("order_count", "between", [2, 1]), "value", "the lower value first"),
        (condition("last_order_on", "between", ["2026-02-01", "2026-01-01"]), "value", "the lower value first"),
        (condition("order_count", "between", {"low": 1}), "value", "“between” takes a list"),
        (condition("order_count", "in", []), "value", "at least one value"),
        (condition("order_count", "in", 1), "value", "“in” takes a list"),
        (condition("order_count", "not_in", [1, "2"]), "value[1]", "order_count is a number"),
        (condition("order_count", "in", list(range(1_001))), "value", "1001 values are too many"),
        (condition("plan", "is_known", "yes"), "value", "is_known takes true or false"),
        (condition("plan", "is_known", 1), "value", "is_known takes true or false"),
        ({**GOOD, "unit": "days"}, "", "unknown key “unit”"),
        ({}, "metric", "expected the name of a metric"),
        ({"all": []}, "all", "“all” is empty"),
        ({"any": []}, "any", "“any” is empty"),
        ({"not": []}, "not", "expected an object"),
        ({"not": {}}, "not.metric", "expected the name of a metric"),
        ({"all": GOOD}, "all", "“all” takes a list"),
        ({"any": "x"}, "any", "“any” takes a list"),
        ({"all": [GOOD], "any": [GOOD]}, "", "“all” must stand alone in its object, beside it is “any”"),
        ({"not": GOOD, "metric": "plan"}, "", "“not” must stand alone"),
        ({"all": [GOOD, 5]}, "all[1]", "expected an object"),
        ({"all": [GOOD, {"any": [{"not": condition("x", ">", 1)}]}]}, "all[1].any[0].not.metric", "no metric “x”"),
        ([GOOD], "", "expected an object"),
        (None, "", "expected an object"),
        ("order_count > 1", "", "expected an object"),
    ],
)  # fmt: skip
def test_refuses_with_path_and_sentence(tree: object, path: str, sentence: str) -> None:
    found = problems(tree)

    assert [place for place, _ in found][:1] == [path]
    assert sentence in found[0][1]


def test_names_every_mistake_at_once() -> None:
    found = problems({"all": [condition("x", ">", 1), GOOD, condition("plan", "<", 1), {"any": []}]})

    assert [path for path, _ in found] == ["all[0].metric", "all[2].operator", "all[3].any"]


def test_an_error_says_everything_in_lines() -> None:
    with pytest.raises(RuleError, match=r"^rule: expected an object") as error:
        parse(5, CATALOGUE)

    assert error.value.path == ""


def test_takes_twenty_levels_and_no_more() -> None:
    assert parse(nested(20), CATALOGUE)

    [(path, message)] = problems(nested(21))

    assert path == ".".join(["not"] * 20)
    assert message == "the tree is deeper than 20 levels"


def test_takes_two_hundred_conditions_and_no_more() -> None:
    assert parse({"all": [GOOD] * 200}, CATALOGUE)

    assert problems({"any": [{"all": [GOOD] * 200}, GOOD]}) == [
        ("", "201 conditions are too many; a rule may have 200")
    ]


def test_other_names_lead_to_the_catalogue_s_own() -> None:
    for name, metric in CATALOGUE.items():
        node = parse({"metric": name, "operator": "is_known"}, CATALOGUE)

        assert node == Condition(metric.name, Operator.IS_KNOWN, value=True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (5, 5),
        (5.0, 5),
        (0.5, Decimal("0.5")),
        (Decimal("1.50"), Decimal("1.5")),
        (-0.0, 0),
        (1e3, 1000),
        (10**15, 10**15),
    ],
)
def test_one_number_has_one_spelling(written: Any, read: Any) -> None:
    node = parse(condition("total_spend", ">", written), CATALOGUE)

    assert isinstance(node, Condition)
    assert (node.value, type(node.value)) == (read, type(read))


def test_dates_are_dates() -> None:
    node = parse(condition("last_order_on", "between", ["0001-01-01", "9999-12-31"]), CATALOGUE)

    assert isinstance(node, Condition)
    assert node.value == (date.min, date.max)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ('{"metric": "plan", "metric": "email", "operator": "is_known"}', "the key “metric” stands twice"),
        ('{"all": [{"metric": "plan", "operator": "is_known", "operator": "=="}]}', "the key “operator” stands twice"),
        ("[" * 100_000, "deeper than 20 levels"),
        ('{"not": ' * 100_000, "deeper than 20 levels"),
        ('{"metric": "total_spend", "operator": ">", "value": NaN}', "total_spend is a number"),
        ('{"metric": "total_spend", "operator": ">", "value": -Infinity}', "total_spend is a number"),
        ('{"metric": "total_spend", "operator": ">", "value": 1e999999999}', "total_spend is a number"),
        ('{"metric": "total_spend", "operator": ">", "value": 1' + "0" * 5_000 + "}", "not valid JSON"),
        ('{"metric": "plan", "operator": "==", "value": "\\u0000"}', "plan is a text"),
    ],
)
def test_refuses_text_that_is_no_tree(text: str, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        parse_text(text, CATALOGUE)


def test_numbers_in_text_keep_their_digits() -> None:
    node = parse_text('{"metric": "total_spend", "operator": ">", "value": 0.1}', CATALOGUE)

    assert node == Condition("total_spend", Operator.GREATER, Decimal("0.1"))


@settings(max_examples=300)
@given(trees())
def test_the_canonical_json_reads_back_to_an_equal_tree(tree: dict[str, Any]) -> None:
    node = parse(tree, CATALOGUE)

    assert parse(to_json(node), CATALOGUE) == node
    assert to_json(parse(to_json(node), CATALOGUE)) == to_json(node)


@given(st.decimals(-(10**15), 10**15, places=6) | st.floats(-1e15, 1e15) | st.integers(-(10**15), 10**15))
def test_a_number_that_is_accepted_reads_back_to_itself(number: Any) -> None:
    try:
        node = parse(condition("total_spend", ">", number), CATALOGUE)
    except RuleError:
        return

    assert parse(to_json(node), CATALOGUE) == node
    assert isinstance(node, Condition)
    assert node.value == Decimal(str(number))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.integers(), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["all", "any", "not", "metric", "operator", "value", "x"]), inner, max_size=4)
)))  # fmt: skip
def test_whatever_comes_is_read_or_refused(tree: object) -> None:
    try:
        assert list(conditions(parse(tree, CATALOGUE)))
    except RuleError as error:
        found = error.problems
        assert found
