"""The versions of a campaign: written, submitted, published. ``running`` pauses, resumes and ends campaigns."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from campaigns.definition.parts import Definition, EnteredTag, HappenedEvent, LeftTag
from campaigns.definition.text import DefinitionError, write_definition
from campaigns.models import Campaign, CampaignState, CampaignVersion, ConditionMet, VersionState
from campaigns.queries.audience import audience
from campaigns.queries.definitions import read
from campaigns.queries.references import missing
from lifecycle.models import StatusTag
from lifecycle.rules.parse import Problem

from .entries import CampaignNotEditable, locked, note, refuse_while_leaving
from .listening import listen
from .moving import move_people as move_people_to

OPEN = (VersionState.DRAFT, VersionState.IN_REVIEW)


class SecondPersonNeeded(PermissionError):
    """The version was not published: whoever wrote it cannot put it in force too."""


def checked(found: object) -> Definition:
    """A definition all of whose names lead somewhere. Raises ``DefinitionError`` with every mistake."""
    definition = read(found)
    try:
        text = json.dumps(found, allow_nan=False, ensure_ascii=False)
        text.encode()
    except ValueError:
        text = "\x00"
    if "\\u0000" in text or "\x00" in text:
        raise DefinitionError([Problem("", "it has a character or a number that cannot be stored")])
    if problems := missing(definition):
        raise DefinitionError(problems)
    return definition


@transaction.atomic
def write_draft(
    *, campaign: Campaign, definition: object, by: Any, now: datetime, seen_at: datetime | None = None
) -> CampaignVersion:
    """Write the draft of a campaign, or begin one. ``seen_at``: when the text that was read had been written.

    Raises ``DefinitionError`` and ``CampaignNotEditable``.
    """
    text = checked(definition)
    campaign = locked(campaign)
    version = campaign.versions.filter(state__in=OPEN).first()
    if version is None:
        latest = campaign.versions.order_by("-number").first()
        version = CampaignVersion(campaign=campaign, number=latest.number + 1 if latest else 1)
    elif version.state == VersionState.IN_REVIEW:
        raise CampaignNotEditable(f"{version} is in review; take it back before you change it.")
    elif seen_at is not None and version.written_at != seen_at:
        raise CampaignNotEditable(f"{version} was changed by {version.written_by or 'somebody'} after you read it.")
    version.definition = write_definition(text)
    version.priority = text.priority
    version.trigger_kind, version.trigger_tag, version.trigger_event = _trigger_columns(text)
    version.written_by, version.written_at, version.audience = by, now, None
    version.save()
    note(campaign, f"Wrote version {version.number}", by=by, now=now)
    return version


def submit(*, version: CampaignVersion, by: Any, now: datetime) -> CampaignVersion:
    """Hand a draft over for review, with the audience that it is expected to have."""
    return _step(version, (VersionState.DRAFT,), VersionState.IN_REVIEW, "Submitted", by=by, now=now)


def take_back(*, version: CampaignVersion, by: Any, now: datetime, reason: str = "") -> CampaignVersion:
    """Out of review, to be changed."""
    return _step(version, (VersionState.IN_REVIEW,), VersionState.DRAFT, "Sent back", by=by, now=now, reason=reason)


@transaction.atomic
def delete_draft(*, version: CampaignVersion, by: Any, now: datetime) -> None:
    """Throw away what nobody has been enrolled into."""
    version = _in(version, OPEN)
    note(version.campaign, f"Deleted the draft of version {version.number}", by=by, now=now)
    version.delete()


def why_not_publish(version: CampaignVersion, by: Any, expected: int | None) -> str:
    """Why it takes somebody else to publish, in a sentence; empty if it does not. ``expected``: the audience.

    Administrators and marketers have the permission to publish. What they wrote themselves they publish alone only up
    to ``CAMPAIGN_FOUR_EYES_ABOVE`` customers a month (0: never); above, or if nobody can count in time, another person
    who has the permission puts it in force. Superusers are no exception.
    """
    least = settings.CAMPAIGN_FOUR_EYES_ABOVE
    if by is None:
        return f"Somebody has to answer for publishing {version}."
    if not by.has_perm("campaigns.publish_campaign"):
        return f"{by} may not publish campaigns."
    if least and expected is not None and expected <= least:
        return ""
    if version.written_by_id is None:
        return f"Nobody is known to have written {version}: somebody has to save it first, and another publish it."
    if version.written_by_id != by.pk:
        return ""
    many = "more customers than can be counted in time" if expected is None else f"{expected:,} customers a month"
    return f"{version} would reach {many} and was written by {by}, so another person has to publish it."


@transaction.atomic
def publish(
    *, version: CampaignVersion, by: Any, now: datetime, move_people: bool = False, is_shipped: bool = False
) -> CampaignVersion:
    """Put a draft, or what was in review, in force in place of the live version; the campaign goes live if it was off.

    Who is inside keeps the version it entered with; with ``move_people`` it goes on in the new one where its step
    still exists. ``is_shipped``: it came with the product, so no second person is needed. Raises ``DefinitionError``,
    ``CampaignNotEditable`` and ``SecondPersonNeeded``.
    """
    version = _in(version, OPEN)
    text = checked(version.definition)
    expected = audience(text, now=now)
    if not is_shipped and (why := why_not_publish(version, by, expected)):
        raise SecondPersonNeeded(why)
    campaign = version.campaign
    refuse_while_leaving(campaign)
    looked_at = _looked_at(campaign, version) or now
    campaign.versions.filter(state=VersionState.LIVE).update(state=VersionState.RETIRED)
    version.state, version.looked_at, version.audience = VersionState.LIVE, looked_at, expected
    version.published_by, version.published_at = by, now
    version.trigger_kind, version.trigger_tag, version.trigger_event = _trigger_columns(text)
    version.save()
    if campaign.state in {CampaignState.OFF, CampaignState.ENDING}:
        campaign.state, campaign.state_reason, campaign.state_at = CampaignState.LIVE, "", now
    campaign.state_before = CampaignState.LIVE  # what a pause goes back to: a version that takes people in
    campaign.save()
    moved = move_people_to(version=version, definition=text) if move_people else 0
    with_people = f"; customers moved to it: {moved:,}" if moved else ""
    note(campaign, f"Published version {version.number}{with_people}", by=by, now=now)
    listen()
    return version


def _looked_at(campaign: Campaign, version: CampaignVersion) -> datetime | None:
    """Until when the version before has looked for the very same: what came since then is not lost on the new one."""
    live = campaign.versions.filter(state=VersionState.LIVE).first()
    if (
        live is None
        or campaign.state != CampaignState.LIVE
        or live.definition["trigger"] != version.definition["trigger"]
    ):
        return None
    ConditionMet.objects.filter(version=live).update(version=version)
    return live.looked_at


@transaction.atomic
def _step(
    version: CampaignVersion, before: tuple[str, ...], after: str, did: str, *, by: Any, now: datetime, reason: str = ""
) -> CampaignVersion:
    version = _in(version, before)
    version.state = after
    if after == VersionState.IN_REVIEW:
        version.audience, version.submitted_by = audience(checked(version.definition), now=now), by
    version.save()
    note(version.campaign, f"{did} version {version.number}", by=by, now=now, reason=reason)
    return version


def _in(version: CampaignVersion, states: tuple[str, ...]) -> CampaignVersion:
    """The version as it is now, its campaign locked; it has to be in one of the states."""
    campaign = locked(version.campaign)
    found = CampaignVersion.objects.select_related("written_by").filter(pk=version.pk).first()
    if found is None:
        raise CampaignNotEditable(f"{version} was deleted.")
    if found.state not in states:
        raise CampaignNotEditable(f"{found} is {found.get_state_display().lower()} already.")
    found.campaign = campaign
    return found


def _trigger_columns(definition: Definition) -> tuple[str, StatusTag | None, str | None]:
    """What enrolling looks versions up by."""
    trigger = definition.trigger
    kind: str = trigger.__struct_config__.tag  # type: ignore[assignment]  # a text for all of them
    match trigger:
        case EnteredTag(lifecycle=lifecycle, tag=code) | LeftTag(lifecycle=lifecycle, tag=code):
            return kind, StatusTag.objects.get(lifecycle__code=lifecycle, code=code), None
        case HappenedEvent(name=name):
            return kind, None, name
        case _:
            return kind, None, None
