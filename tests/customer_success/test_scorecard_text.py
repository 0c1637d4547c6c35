"""Scorecards as JSON: what is read, and what is refused with a sentence and its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from customer_success.engine.scorecards import SHIPPED, check_scorecard
from customer_success.metrics.inputs import INPUTS
from customer_success.models import AlertKind, HealthLevel, MilestonePriority
from customer_success.rules.scorecard_text import (
    KINDS,
    LEVELS,
    PRIORITIES,
    ScorecardError,
    read_scorecard,
    write_scorecard,
)

from .cards import definitions, one_measure

CARDS = json.loads(SHIPPED.read_text())


def problems(definition: Any) -> dict[str, str]:
    with pytest.raises(ScorecardError) as caught:
        read_scorecard(definition, INPUTS)
    return {one.path: one.message for one in caught.value.problems}


def with_measure(**changes: Any) -> dict[str, Any]:
    definition = one_measure()
    definition["dimensions"][0]["measures"][0].update(changes)
    return definition


@given(definition=definitions())
def test_what_is_written_is_what_was_read(definition: dict[str, Any]) -> None:
    text = read_scorecard(definition, INPUTS)

    assert read_scorecard(json.loads(json.dumps(write_scorecard(text))), INPUTS) == text


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card["code"])
def test_shipped_ones_are_in_the_one_spelling(card: dict[str, Any]) -> None:
    assert check_scorecard(card["definition"], card["applies_to"]) == (card["definition"], card["applies_to"])


@pytest.mark.parametrize(
    ("code", "weights", "bands"),
    [
        ("program", [30, 30, 20, 20], [80, 60, 40, 0]),
        ("framework", [30, 25, 20, 15, 10], [85, 70, 50, 0]),
        ("learning", [40, 40, 20], [80, 60, 40, 0]),
    ],
)
def test_shipped_ones_weigh_what_the_specs_say(code: str, weights: list[int], bands: list[int]) -> None:
    (card,) = (one["definition"] for one in CARDS if one["code"] == code)

    assert [one["weight"] for one in card["dimensions"]] == weights
    assert list(card["bands"].values()) == bands


def test_its_words_are_those_of_the_models() -> None:
    assert set(LEVELS) == set(HealthLevel.values)
    assert set(KINDS) == set(AlertKind.values)
    assert set(PRIORITIES) == set(MilestonePriority.values)


@pytest.mark.parametrize("definition", [None, [], "{}", 3, {}, {"dimensions": None, "bands": None}])
def test_something_else_is_refused(definition: Any) -> None:
    assert problems(definition)


@pytest.mark.parametrize(
    ("definition", "path", "said"),
    [
        (with_measure(input="nps"), "dimensions[0].measures[0].input", 'there is no input "nps"'),
        (with_measure(input=["roi"]), "dimensions[0].measures[0].input", "there is no input"),
        (with_measure(input="health_score"), "dimensions[0].measures[0].input", "there is no input"),
        (with_measure(weight=10**5000), "dimensions[0].measures[0].weight", "expected a number"),
        (with_measure(weight=float("nan")), "dimensions[0].measures[0].weight", "expected a number"),
        (with_measure(weight=True), "dimensions[0].measures[0].weight", "expected a number"),
        (with_measure(weight=33.333), "dimensions[0].measures[0].weight", "more than 2 decimals"),
        (with_measure(weight=99), "", "weigh 99% together"),
        (with_measure(scale={"as_it_is": 1}), "dimensions[0].measures[0].scale.as_it_is", "must be true"),
        (with_measure(scale={"steps": [], "words": {}}), "dimensions[0].measures[0].scale", "expected one of"),
        (with_measure(scale={"words": {"good": 1}}), "dimensions[0].measures[0].scale", "is a number"),
        (with_measure(scale={"steps": [{"points": 101}]}), "dimensions[0].measures[0].scale.steps[0].points", "100"),
        (
            with_measure(input="performance", scale={"words": {"great": 1}}),
            "dimensions[0].measures[0].scale.words",
            'never "great"',
        ),
        ({**one_measure(), "bands": {"GREAT": 0}}, "bands", 'no level "GREAT"'),
        ({**one_measure(), "bands": {"GOOD": 0, "POOR": 50}}, "bands", "GOOD has to start above POOR"),
        ({**one_measure(), "bands": {"GOOD": 10}}, "", "No band holds scores below 10"),
        ({**one_measure(), "colour": 1}, "", 'no "colour" here'),
        ({**one_measure(), "alerts": [{"kind": "RED"}]}, "alerts[0].kind", "must be one of"),
        ({**one_measure(), "alerts": [{"kind": "RED_ZONE"}]}, "alerts[0].below", "is missing"),
    ],
)
def test_mistakes_are_told_with_their_place(definition: Any, path: str, said: str) -> None:
    assert said in problems(definition)[path]


def test_the_same_alert_stands_there_once() -> None:
    alert = {"kind": "RED_ZONE", "below": 40, "due_hours": 24, "priority": "HIGH"}

    assert "twice" in problems({**one_measure(), "alerts": [alert, alert]})["alerts[1]"]


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"metric": "nonsense", "operator": ">", "value": 1}, "applies_to.metric"),
        ({"metric": "days_in_tag", "operator": ">", "value": 1}, "applies_to"),
        ([], "applies_to"),
    ],
)
def test_whom_it_applies_to_is_checked_too(tree: Any, path: str) -> None:
    with pytest.raises(ScorecardError) as caught:
        check_scorecard(one_measure(), tree)

    assert [one.path for one in caught.value.problems] == [path]
