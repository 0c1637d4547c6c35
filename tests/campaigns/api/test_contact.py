"""Preferences, suppressions, switches, segments."""

from __future__ import annotations

import pytest

from campaigns.models import ConsentEntry, Segment, SendingSwitch, Suppression
from lifecycle.models import Lifecycle
from tests.factories import CampaignVersionFactory, CustomerFactory, SegmentFactory, SuppressionFactory, TopicFactory

from .conftest import API, fields

NO = {"topic": None, "is_given": False, "wording": "Stop all mails"}
CONDITION = {"all": [{"metric": "order_count", "operator": ">=", "value": 2}]}


@pytest.fixture
def tips(db):
    return TopicFactory(key="tips")


def wanted(answer):
    assert answer.status_code == 200, answer.content
    return {one["topic"]: one["may_receive"] for one in answer.json()["topics"]}


def test_a_word_is_in_force_at_once_and_kept_with_what_was_read(marketer, ann, tips):
    path = f"{API}/customers/{ann.pk}/preferences"
    assert wanted(marketer.get(path)) == {None: True, "tips": True}

    assert wanted(marketer.post(path, NO)) == {None: False, "tips": False}
    yes = {"topic": "tips", "is_given": True, "wording": "Tips again", "source": "preferences"}
    assert wanted(marketer.post(path, yes)) == {None: True, "tips": True}

    told = marketer.get(f"{API}/customers/{ann.pk}/consents").json()["results"]
    assert [(one["topic"], one["is_given"], one["source"]) for one in (told[0], told[-1])] == [
        ("tips", True, "preferences"), (None, False, "api"),
    ]  # fmt: skip
    assert told[0]["wording"] == "Tips again"
    assert told[0]["by"] == "mara"


def test_a_word_counts_for_the_address(marketer, ann, tips):
    twin = CustomerFactory(email="ANN@example.com")

    marketer.post(f"{API}/customers/{ann.pk}/preferences", NO)

    assert not any(wanted(marketer.get(f"{API}/customers/{twin.pk}/preferences")).values())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"topic": "moon"}, "topic"), ({"topic": 7}, "topic"), ({"is_given": "no"}, "is_given"),
        ({"wording": ""}, "wording"),
        ({"wording": "a\0"}, "wording"), ({"wording": "x" * 2_001}, "wording"), ({"source": "one_click"}, "source"),
    ],
)  # fmt: skip
def test_a_word_that_makes_no_sense_is_not_noted(marketer, ann, change, field):
    assert fields(marketer.post(f"{API}/customers/{ann.pk}/preferences", {**NO, **change})) == [field]
    assert not ConsentEntry.objects.exists()


def test_another_s_preferences_are_not_there(manager, bob):
    assert manager.get(f"{API}/customers/{bob.pk}/preferences").status_code == 404
    assert manager.get(f"{API}/customers/{bob.pk}/consents").status_code == 404


def test_an_address_is_suppressed_once_and_released_with_a_reason(administrator, ann):
    path = f"{API}/suppressions"
    made = administrator.post(path, {"address": "Ann@Example.com"})
    assert (made.status_code, made.json()["address"]) == (201, "ann@example.com")
    assert administrator.post(path, {"address": "ann@example.com"}).status_code == 409
    assert administrator.get(f"{API}/customers/{ann.pk}/preferences").json()["is_suppressed"] is True
    assert len(administrator.get(f"{path}?address=ANN@example.com").json()["results"]) == 1

    release = f"{path}/{made.json()['id']}/release"
    assert fields(administrator.post(release, {})) == ["reason"]
    assert administrator.post(release, {"reason": "A mistake"}).status_code == 204
    assert administrator.post(release, {"reason": "A mistake"}).status_code == 404
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("address", ["", "ann", 7, None, "x" * 250 + "@example.com"])
def test_what_is_no_address_is_not_suppressed(marketer, address):
    assert fields(marketer.post(f"{API}/suppressions", {"address": address})) == ["address"]


def test_who_has_a_portfolio_sees_the_addresses_in_it(manager, ann, bob):
    mine = SuppressionFactory(address=ann.email)
    SuppressionFactory(address=bob.email)

    assert [one["id"] for one in manager.get(f"{API}/suppressions").json()["results"]] == [mine.pk]


def test_a_channel_is_switched_off_for_a_reason(administrator, marketer):
    path = f"{API}/sending-switches"
    assert [one["channel"] for one in marketer.get(path).json()] == ["all", "email", "in_app", "webhook"]
    assert all(one["is_on"] for one in marketer.get(path).json())

    assert fields(administrator.put(f"{path}/email", {"is_on": False})) == ["reason"]
    found = administrator.put(f"{path}/email", {"is_on": False, "reason": "A wrong link"}).json()
    assert (found["is_on"], found["reason"], found["changed_by"]) == (False, "A wrong link", "ada")
    assert administrator.put(f"{path}/all", {"is_on": False, "reason": "All"}).status_code == 200
    assert administrator.put(f"{path}/pigeon", {"is_on": False, "reason": "x"}).status_code == 404
    assert marketer.put(f"{path}/email", {"is_on": True, "reason": "x"}).status_code == 403

    assert dict(SendingSwitch.objects.values_list("channel", "is_on")) == {"email": False, "": False}


def test_a_segment_is_written_changed_and_deleted_unless_a_campaign_goes_over_it(administrator, db):
    lifecycle = SegmentFactory().lifecycle
    body = {"key": "loyal", "name": "Loyal", "lifecycle": lifecycle.code, "condition": CONDITION}
    made = administrator.post(f"{API}/segments", body)
    assert made.status_code == 201, made.content
    assert administrator.post(f"{API}/segments", body).status_code == 409
    path = f"{API}/segments/{made.json()['id']}"

    assert administrator.patch(path, {"name": "Very loyal"}).json()["name"] == "Very loyal"
    bad = {"condition": {"all": [{"metric": "moons", "operator": ">=", "value": 2}]}}
    assert fields(administrator.patch(path, bad)) == ["condition.all.0.metric"]
    assert fields(administrator.patch(path, {"lifecycle": "moon"})) == ["lifecycle"]
    assert fields(administrator.patch(path, {"key": "other"})) == ["key"]

    version = CampaignVersionFactory(definition={"trigger": {"kind": "schedule", "segment": "loyal", "every": "day"}})
    assert administrator.delete(path).status_code == 409
    version.delete()
    assert administrator.delete(path).status_code == 204
    assert not Segment.objects.filter(key="loyal").exists()
    assert Lifecycle.objects.filter(pk=lifecycle.pk).exists()


def test_topics_are_listed(marketer, tips):
    assert [one["key"] for one in marketer.get(f"{API}/topics").json()["results"]] == ["tips"]
