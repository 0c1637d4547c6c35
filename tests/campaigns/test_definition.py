"""What a campaign says is read whole or refused with every mistake and its place."""

from __future__ import annotations

from itertools import permutations

import pytest

from campaigns.definition.flow import Flow
from campaigns.definition.text import DefinitionError, write_definition
from campaigns.models import DeliveryState
from campaigns.queries.definitions import read
from campaigns.rules.split import bucket, is_held_out, path_of, salt_of
from campaigns.rules.states import later

WHOLE = {
    "lifecycle": "learning",
    "trigger": {"kind": "entered_tag", "lifecycle": "learning", "tag": "ST_004"},
    "topic": "learning",
    "reentry": 30,
    "entry": {"metric": "order_count", "operator": ">=", "value": 1},
    "stay_in_tag": True,
    "goal": {"events": ["lesson_completed"]},
    "steps": [
        {"key": "hello", "kind": "email", "template": "check_in", "after": {"hours": 2}},
        {
            "key": "heard", "kind": "wait_for", "event": "lesson_completed", "timeout": {"days": 3},
            "paths": {
                "happened": [{"key": "well_done", "kind": "in_app", "title": "Well done", "body": "Go on."}],
                "timeout": [
                    {
                        "key": "sides", "kind": "split", "shares": {"call": 50, "mail": 50},
                        "paths": {
                            "call": [{"key": "call", "kind": "task", "title": "Call", "due_hours": 12}],
                            "mail": [{"key": "again", "kind": "email", "template": "check_in_again"}],
                        },
                    },
                ],
            },
        },
        {"key": "last", "kind": "set_trait", "trait": "checked_in", "value": True},
    ],
}  # fmt: skip


def test_a_definition_is_written_as_it_was_read():
    assert write_definition(read(WHOLE)) == WHOLE


def test_a_path_leads_back_to_what_stands_after_the_step_it_parted_from():
    flow = Flow(read(WHOLE))
    assert [flow.first.key, flow.next("hello").key] == ["hello", "heard"]
    assert flow.next("heard", "happened").key == "well_done"
    assert flow.next("well_done").key == "last"
    assert flow.next("heard", "timeout").key == "sides"
    assert flow.next("sides", "mail").key == "again"
    assert flow.next("again").key == flow.next("call").key == "last"
    assert flow.next("last") is None


def test_a_path_without_steps_goes_on_below():
    flow = Flow(read({**WHOLE, "steps": [
        {"key": "ask", "kind": "branch", "condition": {"metric": "order_count", "operator": ">", "value": 0}},
        {"key": "last", "kind": "wait"},
    ]}))  # fmt: skip
    assert flow.next("ask", "yes").key == flow.next("ask", "no").key == "last"


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"steps": []}, "steps", "at least one"),
        ({"steps": [{"key": "a", "kind": "fax"}]}, "steps[0].kind", "no kind of step 'fax'"),
        ({"steps": [{"key": "A!", "kind": "wait"}]}, "steps[0].key", "small letters"),
        ({"steps": [{"key": "a", "kind": "wait"}, {"key": "a", "kind": "wait"}]}, "steps[1].key", "called a"),
        ({"steps": [{"key": "a", "kind": "wait", "after": {"days": -1}}]}, "steps[0].after.days", "at least 0"),
        ({"steps": [{"key": "a", "kind": "email"}]}, "steps[0].template", "needed"),
        ({"steps": [{"key": "a", "kind": "wait", "colour": "red"}]}, "steps[0].colour", "no such field"),
        ({"steps": [{"key": "a", "kind": "split", "shares": {"x": 50, "y": 40}}]}, "steps[0].shares", "90 per cent"),
        ({"steps": [{"key": "a", "kind": "wait", "paths": {"yes": []}}]}, "steps[0].paths.yes", "this kind has none"),
        ({"steps": [{"key": "a", "kind": "wait_for", "timeout": {}}]}, "steps[0]", "one of the two"),
        ({"topic": ""}, "topic", "needs a topic"),
        ({"reentry": 0}, "reentry", "number of days"),
        ({"entry": {"metric": "nonsense", "operator": ">", "value": 1}}, "entry.metric", "nonsense"),
        ({"trigger": {"kind": "moon"}}, "trigger.kind", "moon"),
        ({"trigger": {"on": "event", "name": "login"}}, "trigger.kind", "needed"),
        ({"reentry": None}, "reentry", "needed"),
        ({"steps": [{"key": "a", "kind": "task", "title": 5}]}, "steps[0].title", "write a text"),
        (
            {"trigger": {"kind": "schedule", "segment": "s", "every": "week", "day": 8}},
            "trigger.day",
            "1, which is Mon",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(change, place, says):
    with pytest.raises(DefinitionError) as refused:
        read({**WHOLE, **change})
    assert any(one.path == place and says in one.message for one in refused.value.problems), refused.value.problems


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "a", "kind": "split", "shares": {"x": "half"}},
        {"key": "a", "kind": "split", "shares": {"x": 100}, "after": {"days": -1}},
        {"key": "A!", "kind": "wait_for", "timeout": {}},
    ],
)
def test_a_step_that_is_wrong_hides_no_mistake_in_its_paths_and_after_it(wrong):
    inner = [{"key": "b", "kind": "split", "shares": {"y": 50}}, {"key": "c", "kind": "fax"}]
    paths = dict.fromkeys(("x", "happened"), inner)

    with pytest.raises(DefinitionError) as refused:
        read({**WHOLE, "steps": [{**wrong, "paths": paths}, {"key": "d", "kind": "split", "shares": {"z": 60}}]})

    name = "x" if wrong["kind"] == "split" else "happened"
    places = {one.path for one in refused.value.problems}
    assert places >= {f"steps[0].paths.{name}[0].shares", f"steps[0].paths.{name}[1].kind", "steps[1].shares"}


@pytest.mark.parametrize("paths", [None, 5, [], {"yes": "x"}, {"yes": [5]}, {"yes": None}])
def test_paths_that_are_no_paths_are_refused(paths):
    with pytest.raises(DefinitionError, match=r"steps\[0\].paths"):
        read({**WHOLE, "steps": [{"key": "a", "kind": "branch", "condition": {}, "paths": paths}]})


@pytest.mark.parametrize("found", [None, [], "x", {}, {"steps": {}}])
def test_what_is_no_campaign_at_all_is_refused(found):
    with pytest.raises(DefinitionError):
        read(found)


def test_receipts_in_any_order_and_twice_end_in_the_same_state():
    told = ["accepted", "opened", "delivered", "complained", "delivered"]
    for order in permutations(told):
        state = "uncertain"
        for one in order:
            state = later(state, one)
        assert state == "complained"
    for state in DeliveryState.values:
        assert later(state, state) == state


def test_chance_is_that_of_the_keys_alone():
    """These very numbers hold on every installation; whoever changes them moves customers to other paths."""
    salts = [salt_of("welcome", "text"), salt_of("welcome", "other"), salt_of("welcome"), salt_of("other")]
    assert [bucket(salt, "17") for salt in salts] == [4283, 8828, 5843, 5143]


def test_chance_is_even_and_stays():
    shares = {"a": 50, "b": 30, "c": 20}
    found = [path_of("campaign:step", f"c{number}", shares) for number in range(20_000)]
    assert found == [path_of("campaign:step", f"c{number}", shares) for number in range(20_000)]
    for name, share in shares.items():
        assert abs(found.count(name) / 20_000 - share / 100) < 0.015
    held = sum(is_held_out("campaign", f"c{number}", 10) for number in range(20_000))
    assert abs(held / 20_000 - 0.1) < 0.01
