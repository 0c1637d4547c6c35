"""A campaign is written, submitted, published by whoever may; people inside keep their version or are moved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.definition.text import DefinitionError
from campaigns.engine.entries import CampaignNotEditable, locked
from campaigns.engine.publishing import (
    SecondPersonNeeded,
    delete_draft,
    publish,
    submit,
    take_back,
    why_not_publish,
    write_draft,
)
from campaigns.models import Campaign, CampaignState, CampaignVersion, Enrollment, StepRun, VersionState
from campaigns.queries.campaigns import affected
from campaigns.queries.definitions import read
from lifecycle.models import EventListener, Lifecycle
from tests.factories import (
    CampaignFactory,
    EnrollmentFactory,
    MessageTemplateFactory,
    StepRunFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
)
from tests.lifecycle.stage import NOW, lifecycle_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Lifecycle:
    lifecycle = lifecycle_with("NEW OLD")
    TopicFactory(key="tips")
    MessageTemplateFactory(key="hello")
    return lifecycle


@pytest.fixture
def campaign(shop: Lifecycle) -> Campaign:
    found: Campaign = CampaignFactory()
    return found


def text(lifecycle: Lifecycle, /, **change: Any) -> dict[str, Any]:
    return {
        "lifecycle": lifecycle.code,
        "trigger": {"kind": "entered_tag", "lifecycle": lifecycle.code, "tag": "OLD"},
        "topic": "tips",
        "steps": [{"key": "hello", "kind": "email", "template": "hello"}, {"key": "rest", "kind": "wait"}],
        **change,
    }


def person(name: str, *permissions: str) -> User:
    user: User = UserFactory(username=name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def ann() -> User:
    return person("ann", "publish_campaign")


@pytest.fixture
def bob() -> User:
    return person("bob", "publish_campaign")


def written(campaign: Campaign, lifecycle: Lifecycle, by: User | None, /, **change: Any) -> CampaignVersion:
    return write_draft(campaign=campaign, definition=text(lifecycle, **change), by=by, now=NOW)


def test_a_draft_knows_its_trigger_and_is_written_over(campaign, shop, ann):
    first = written(campaign, shop, ann)
    again = written(campaign, shop, ann, trigger={"kind": "event", "name": "CART_UPDATED"}, priority=7)

    assert (first.trigger_kind, first.trigger_tag.code, first.trigger_event) == ("entered_tag", "OLD", None)
    assert (again.pk, again.number, again.trigger_kind, again.trigger_event) == (first.pk, 1, "event", "CART_UPDATED")
    assert again.priority == 7
    assert [entry.did for entry in campaign.entries.all()] == ["Wrote version 1", "Wrote version 1"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"lifecycle": "moon"}, "lifecycle"),
        ({"topic": "moon"}, "topic"),
        ({"trigger": {"kind": "entered_tag", "lifecycle": "moon", "tag": "OLD"}}, "trigger.tag"),
        ({"trigger": {"kind": "schedule", "segment": "moon", "every": "day"}}, "trigger.segment"),
        ({"goal": {"tags": ["NEW", "MOON"]}}, "goal.tags[1]"),
        ({"trigger": {"kind": "event", "name": "x"}, "stay_in_tag": True}, "stay_in_tag"),
        ({"steps": [{"key": "a", "kind": "email", "template": "moon"}]}, "steps[0].template"),
        ({"steps": [{"key": "a", "kind": "webhook", "endpoint": "moon"}]}, "steps[0].endpoint"),
        ({"steps": [{"key": "a", "kind": "alert", "team": "moon", "message": "x"}]}, "steps[0].team"),
        ({"steps": [{"key": "a", "kind": "task", "title": "x", "type": "MOON"}]}, "steps[0].type"),
        ({"steps": []}, "steps"),
    ],
)
def test_a_draft_that_names_what_is_not_there_is_refused_at_its_place(campaign, shop, change, place):
    with pytest.raises(DefinitionError) as refused:
        written(campaign, shop, None, **change)

    assert place in [problem.path for problem in refused.value.problems]
    assert not campaign.versions.exists()


def test_a_text_that_somebody_changed_meanwhile_is_not_written_over(campaign, shop, ann, bob):
    seen = written(campaign, shop, ann)
    write_draft(campaign=campaign, definition=text(shop), by=bob, now=NOW + timedelta(seconds=1))

    with pytest.raises(CampaignNotEditable, match="was changed by bob"):
        write_draft(campaign=campaign, definition=text(shop), by=ann, now=NOW, seen_at=seen.written_at)


def test_what_is_in_review_is_changed_only_after_it_was_taken_back(campaign, shop, ann):
    version = submit(version=written(campaign, shop, ann), by=ann, now=NOW)
    assert (version.state, version.submitted_by, version.audience) == (VersionState.IN_REVIEW, ann, 0)

    with pytest.raises(CampaignNotEditable, match="in review"):
        written(campaign, shop, ann)
    take_back(version=version, by=ann, now=NOW, reason="Too long.")

    assert written(campaign, shop, ann, priority=3).priority == 3


def test_publishing_puts_it_in_force_and_retires_the_one_before(campaign, shop, ann):
    first = publish(version=written(campaign, shop, ann), by=ann, now=NOW)
    second = publish(version=written(campaign, shop, ann), by=ann, now=NOW)

    first.refresh_from_db()
    campaign.refresh_from_db()
    assert (first.state, second.state, second.number) == (VersionState.RETIRED, VersionState.LIVE, 2)
    assert (campaign.state, second.looked_at, second.published_by) == (CampaignState.LIVE, NOW, ann)
    with pytest.raises(CampaignNotEditable, match="live already"):
        publish(version=second, by=ann, now=NOW)


def test_whoever_wrote_for_many_cannot_publish_it_too(campaign, shop, ann, bob, settings):
    settings.CAMPAIGN_FOUR_EYES_ABOVE = 10
    version = written(campaign, shop, ann)

    assert why_not_publish(version, ann, 10) == ""
    assert "11 customers a month and was written by ann" in why_not_publish(version, ann, 11)
    assert "more customers than can be counted" in why_not_publish(version, ann, None)
    assert why_not_publish(version, bob, 11) == ""
    assert "may not publish" in why_not_publish(version, person("eve"), 1)
    assert "has to answer" in why_not_publish(version, None, 1)


def test_of_all_groups_administrators_and_marketers_may_publish_and_four_eyes_hold_for_both():
    found = Group.objects.filter(permissions__codename="publish_campaign").values_list("name", flat=True)

    assert set(found) == {"Administrator", "Marketer"}


def test_who_changes_a_campaign_holds_up_nobody_who_only_refers_to_it(campaign):
    with CaptureQueriesContext(connection) as asked:
        locked(campaign)

    assert "FOR NO KEY UPDATE" in asked.captured_queries[0]["sql"]


def test_with_four_eyes_always_the_writer_is_refused(campaign, shop, ann, bob, settings):
    settings.CAMPAIGN_FOUR_EYES_ABOVE = 0
    version = written(campaign, shop, ann)

    with pytest.raises(SecondPersonNeeded, match="another person"):
        publish(version=version, by=ann, now=NOW)
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT
    assert publish(version=version, by=bob, now=NOW).state == VersionState.LIVE


def test_a_version_that_names_what_has_gone_is_not_published(campaign, shop, ann):
    version = written(campaign, shop, ann)
    MessageTemplateFactory._meta.model.objects.all().delete()

    with pytest.raises(DefinitionError, match="no template"):
        publish(version=version, by=ann, now=NOW)


def test_events_are_heard_from_publication_on_and_no_longer_than_needed(campaign, shop, ann):
    def heard() -> list[str]:
        return sorted(EventListener.objects.filter(consumer="campaigns").values_list("event", flat=True))

    goal = {"trigger": {"kind": "event", "name": "A"}, "goal": {"events": ["B"]}}
    EventListener.objects.create(consumer="others", event="A")

    version = written(campaign, shop, ann, **goal)
    assert heard() == []
    publish(version=version, by=ann, now=NOW)
    assert heard() == ["A", "B"]
    publish(version=written(campaign, shop, ann), by=ann, now=NOW)
    assert heard() == []
    assert EventListener.objects.count() == 1


def test_a_goal_of_those_who_once_entered_is_heard_on(campaign, shop, ann):
    first = publish(version=written(campaign, shop, ann, goal={"events": ["B"]}), by=ann, now=NOW)
    EnrollmentFactory(version=first, state="completed")
    publish(version=written(campaign, shop, ann), by=ann, now=NOW)

    assert EventListener.objects.get().event == "B"


def test_who_is_inside_keeps_the_version_or_goes_on_in_the_new_one_where_the_step_is_still_there(campaign, shop, ann):
    first = publish(version=written(campaign, shop, ann), by=ann, now=NOW)
    stays, loses, works = EnrollmentFactory.create_batch(3, version=first)
    for enrollment, step, kind, state in (
        (stays, "hello", "email", "waiting"), (loses, "rest", "wait", "waiting"), (works, "hello", "email", "leased"),
    ):  # fmt: skip
        StepRunFactory(enrollment=enrollment, step=step, kind=kind, state=state)
    change = {"steps": [{"key": "hello", "kind": "email", "template": "hello"}, {"key": "rest", "kind": "remove_trait",
                                                                                "trait": "x"}]}  # fmt: skip
    foreseen = affected(campaign, read(text(shop, **change)))
    assert (foreseen.inside, foreseen.stay, foreseen.lost) == (3, 1, (("rest", 1),))

    kept = publish(version=written(campaign, shop, ann, **change), by=ann, now=NOW)
    assert not Enrollment.objects.filter(version=kept).exists()
    moved = publish(version=written(campaign, shop, ann, **change), by=ann, now=NOW, move_people=True)

    assert [one.id for one in Enrollment.objects.filter(version=moved)] == [stays.id]
    assert campaign.entries.first().did == "Published version 3; customers moved to it: 1"


def test_a_moved_wait_hears_of_what_the_new_version_waits_for(campaign, shop, ann):
    def waits(event: str) -> dict[str, Any]:
        return {"steps": [{"key": "w", "kind": "wait_for", "event": event, "timeout": {"days": 1}}]}

    first = publish(version=written(campaign, shop, ann, **waits("A")), by=ann, now=NOW)
    StepRunFactory(enrollment=EnrollmentFactory(version=first), step="w", kind="wait_for", awaits="A")
    publish(version=written(campaign, shop, ann, **waits("B")), by=ann, now=NOW, move_people=True)

    assert StepRun.objects.get().awaits == "B"


def test_a_draft_that_was_deleted_is_gone_and_noted(campaign, shop, ann):
    version = written(campaign, shop, ann)
    delete_draft(version=version, by=ann, now=NOW)

    assert not campaign.versions.exists()
    assert campaign.entries.first().did == "Deleted the draft of version 1"
    with pytest.raises(CampaignNotEditable, match="deleted"):
        submit(version=version, by=ann, now=NOW)


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ({"kind": "task", "title": "Call {{ customer.name }}"}, "title"),
        ({"kind": "task", "title": "Call", "notes": "{% if x %}"}, "notes"),
        ({"kind": "alert", "team": "desk", "message": "Look at {customer}"}, "message"),
    ],
)
def test_texts_for_our_own_people_are_no_templates(
    campaign: Campaign, shop: Lifecycle, step: dict[str, Any], place: str
) -> None:
    TeamFactory(code="desk")
    steps = [{"key": "one", **step}]

    with pytest.raises(DefinitionError, match=r"Only \{name\} is filled in") as refused:
        write_draft(campaign=campaign, definition=text(shop, steps=steps), by=None, now=NOW)

    assert [one.path for one in refused.value.problems] == [f"steps[0].{place}"]
    said = [{"key": "one", **step, place: "Look at {name}"}]
    assert write_draft(campaign=campaign, definition=text(shop, steps=said), by=None, now=NOW).number == 1
