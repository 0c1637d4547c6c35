"""Campaigns are written, published and turned through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from campaigns.models import Campaign, CampaignEntry, CampaignVersion
from tests.customer_success.cast import client_of
from tests.factories import EnrollmentFactory, MessageTemplateFactory, TopicFactory
from tests.lifecycle.stage import lifecycle_with

from .conftest import API, fields


@pytest.fixture
def says(db) -> dict[str, Any]:
    lifecycle = lifecycle_with("NEW OLD")
    TopicFactory(key="tips")
    MessageTemplateFactory(key="hello")
    return {
        "lifecycle": lifecycle.code,
        "trigger": {"kind": "entered_tag", "lifecycle": lifecycle.code, "tag": "OLD"},
        "topic": "tips",
        "steps": [{"key": "hello", "kind": "email", "template": "hello"}, {"key": "rest", "kind": "wait"}],
    }


@pytest.fixture
def made(marketer, says) -> str:
    answer = marketer.post(API, {"key": "welcome", "name": "Welcome", "definition": says})
    assert answer.status_code == 201, answer.content
    return f"{API}/{answer.json()['id']}"


@pytest.fixture
def live(made, marketer) -> str:
    assert marketer.post(f"{made}/publish", {}).status_code == 200
    return made


def test_a_campaign_is_made_with_a_draft_and_is_off(marketer, made, says):
    found = marketer.get(made).json()

    assert (found["key"], found["state"], found["live_version"], found["open_version"]) == ("welcome", "off", None, 1)
    assert found["draft"]["definition"] == says
    assert found["draft"]["written_by"] == "mara"
    assert found["live"] is None
    assert [entry.did for entry in CampaignEntry.objects.all()] == ["Wrote version 1", "Created"]


def test_one_whose_text_is_wrong_is_not_made(marketer, says):
    wrong = {**says, "steps": [{"key": "a", "kind": "email", "template": "moon"}, {"key": "b", "kind": "fly"}]}

    assert fields(marketer.post(API, {"key": "a", "name": "A", "definition": wrong})) == ["definition.steps.1.kind"]
    wrong["steps"].pop()
    assert fields(marketer.post(API, {"key": "a", "name": "A", "definition": wrong})) == ["definition.steps.0.template"]
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "key"), ({"key": "Zwei Wörter"}, "key"), ({"key": 7}, "key"), ({"key": "a\0"}, "key"),
        ({"key": "a" * 61}, "key"), ({"key": "a", "name": " "}, "name"), ({"key": "a", "name": "A", "more": 1}, "more"),
        ({"key": "a", "name": "A", "definition": []}, "definition"),
        ({"key": "a", "name": "A", "definition": {}}, "definition.lifecycle"),
        ({"key": "a", "name": "A", "state": "live"}, "state"),
    ],
)  # fmt: skip
def test_bad_input_is_told_at_its_field(marketer, body, field):
    assert field in fields(marketer.post(API, body))


@pytest.mark.parametrize("payload", ["a\0b", "\ud800", [[[[1]]]] * 3])
def test_what_cannot_be_stored_is_refused(marketer, made, says, payload):
    steps = [{"key": "tell", "kind": "webhook", "endpoint": "e", "payload": {"a": payload}}]

    body = json.dumps({"definition": {**says, "steps": steps}})

    assert marketer.generic("PUT", f"{made}/draft", body, content_type="application/json").status_code == 400


def test_a_key_is_taken_once(marketer, made):
    assert marketer.post(API, {"key": "welcome", "name": "Another"}).status_code == 409
    assert Campaign.objects.get().name == "Welcome"


def test_it_is_described_anew_without_a_new_version(marketer, made):
    assert marketer.patch(made, {"description": "For new ones"}).json()["description"] == "For new ones"
    assert Campaign.objects.get().name == "Welcome"
    assert CampaignVersion.objects.count() == 1


def test_a_draft_that_somebody_changed_meanwhile_is_not_written_over(marketer, made, says):
    seen = marketer.get(made).json()["draft"]["written_at"]
    body = {"definition": {**says, "priority": 7}, "seen_at": seen}

    assert marketer.put(f"{made}/draft", body).status_code == 200
    assert marketer.put(f"{made}/draft", body).status_code == 409


def test_a_draft_is_reviewed_sent_back_and_deleted(marketer, made, says):
    assert marketer.post(f"{made}/submit").json()["draft"]["state"] == "in_review"
    assert marketer.put(f"{made}/draft", {"definition": says}).status_code == 409
    assert marketer.post(f"{made}/take-back", {"reason": "A typo"}).json()["draft"]["state"] == "draft"
    assert marketer.post(f"{made}/take-back", {}).status_code == 409
    assert marketer.delete(f"{made}/draft").status_code == 204
    assert marketer.delete(f"{made}/draft").status_code == 409


def test_publishing_makes_it_live_and_a_second_draft_takes_its_place(marketer, live, says):
    found = marketer.get(live).json()
    assert (found["state"], found["live"]["number"], found["draft"]) == ("live", 1, None)
    assert marketer.post(f"{live}/publish", {}).status_code == 409

    marketer.put(f"{live}/draft", {"definition": {**says, "priority": 7}})
    found = marketer.post(f"{live}/publish", {"move_people": True}).json()

    assert [(one["number"], one["state"]) for one in found["versions"]] == [(2, "live"), (1, "retired")]


def test_whoever_wrote_it_does_not_publish_what_reaches_many(marketer, made, settings):
    settings.CAMPAIGN_FOUR_EYES_ABOVE = 0

    answer = marketer.post(f"{made}/publish", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    assert client_of("mo", "Marketer").post(f"{made}/publish", {}).status_code == 200


def test_what_names_something_that_was_deleted_is_not_published(marketer, made):
    MessageTemplateFactory._meta.model.objects.all().delete()

    answer = marketer.post(f"{made}/publish", {})

    assert answer.status_code == 409
    assert "hello" in answer.json()["detail"]


def test_it_is_paused_with_a_reason_and_goes_on(marketer, live):
    assert fields(marketer.post(f"{live}/pause", {})) == ["reason"]
    paused = marketer.post(f"{live}/pause", {"reason": "A typo"}).json()
    assert (paused["state"], paused["state_reason"]) == ("paused", "A typo")
    assert marketer.post(f"{live}/pause", {"reason": "Twice"}).status_code == 409

    assert fields(marketer.post(f"{live}/resume", {"how": "later"})) == ["how"]
    assert marketer.post(f"{live}/resume", {"how": "skip"}).json()["state"] == "live"


def test_it_is_ended_and_switched_off_and_on(marketer, live):
    assert marketer.post(f"{live}/end", {}).json()["state"] == "ending"
    assert marketer.post(f"{live}/switch-off", {"reason": "Over"}).json()["state"] == "off"
    assert marketer.post(f"{live}/end", {}).status_code == 409
    assert marketer.post(f"{live}/switch-on", {}).json()["state"] == "live"


def test_validation_tells_what_it_means_and_writes_nothing(marketer, says):
    found = marketer.post(f"{API}/validate", {"definition": {**says, "goal": {"events": ["ORDER_PAID"]}}}).json()

    assert (found["audience"], found["listens_for"]) == (0, ["ORDER_PAID"])
    assert not Campaign.objects.exists()


def test_the_numbers_are_of_the_customers_that_a_person_sees(manager, marketer, ann, bob):
    first = EnrollmentFactory(customer=ann)
    EnrollmentFactory(customer=bob, version=first.version)

    def inside(client):
        [found] = client.get(f"{API}?state=off").json()["results"]
        return found["counts"]["inside"]

    assert (inside(manager), inside(marketer)) == (1, 2)


@pytest.mark.parametrize("path", ["/9", "/9/draft", "/9/pause", "/99999999999999999999"])
def test_what_is_not_there_is_a_404(marketer, path):
    method = marketer.put if path.endswith("draft") else marketer.post if path.endswith("pause") else marketer.get
    assert method(f"{API}{path}", {"reason": "x"} if "pause" in path else None).status_code == 404
