"""Moves and events start campaigns: whom they concern enters, once for each occasion that re-entry allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q

from campaigns.definition.parts import EnteredTag, HappenedEvent
from campaigns.models import Campaign, CampaignState, CampaignVersion, Enrollment, TriggerKind, VersionState
from campaigns.queries.definitions import flow_of
from campaigns.queries.marks import listening
from campaigns.sql import enroll as statements
from lifecycle.engine.locks import again_after_deadlock
from lifecycle.engine.outbox import Batch, take
from lifecycle.models import Customer, Event, StatusTag, Topic, Transition

from .entering import Coming, enter
from .exits import cancel_moves, hold_customers
from .news import act_upon, catch_up, concerned

CONSUMER = "campaigns"
AT_ONCE = 10_000


class NotEnrolled(ValueError):
    """Nobody was enrolled; the sentence says why."""


@again_after_deadlock
@transaction.atomic
def enroll_from_outbox(*, now: datetime, most: int = AT_ONCE) -> int:
    """Let the next moves and events act upon campaigns. Returns how many messages were read; 0: none for now."""
    batch = take(consumer=CONSUMER, most=most)
    if batch:
        enroll_from(messages=batch, now=now)
    return len(batch.messages)


@transaction.atomic
def enroll_from(*, messages: Batch, now: datetime) -> None:
    """Let moves and events act upon campaigns.

    1. Hold the campaigns that they start, so that none is paused meanwhile, and the customers inside whom they concern.
    2. Cancel what moves had started that were taken back.
    3. Enroll whom they bring in.
    4. End, convert and wake. For who is new, also by what had been heard of before: messages come in the order of
       their transactions, not in the order in which things happened.
    """
    taken_back = messages.subjects(Topic.ROLLED_BACK)
    moves = sorted(set(messages.subjects(Topic.TRANSITION)).difference(taken_back))
    events = sorted(set(messages.subjects(Topic.EVENT)))
    versions, heard = hold_versions(_triggered_by(moves, events)), listening()
    started = Enrollment.objects.filter(transition_id__in=taken_back).values_list("customer", flat=True)
    hold_customers({*concerned(listening=heard, moves=moves, events=events), *started})
    if taken_back:
        cancel_moves(moves=taken_back, now=now)
    entered = {
        version.id: enter(version=version, coming=_coming(version, moves, events), now=now) for version in versions
    }
    act_upon(listening=heard, moves=moves, events=events, now=now)
    new = [one.id for version in heard.versions.intersection(entered) for one in entered[version]]
    catch_up(listening=heard, entered=new, now=now)


@transaction.atomic
def enroll_customers(
    *, version: CampaignVersion, customers: Iterable[Customer], occasion: str, by: Any, now: datetime
) -> int:
    """Enroll customers that a person or another system names, whatever the trigger and the entry condition say.

    Re-entry holds for them as well. Returns how many entered. Raises ``NotEnrolled``.
    """
    held = hold_versions(Q(id=version.id))
    if not held:
        raise NotEnrolled("Customers can only be enrolled in the live version of a campaign that is on.")
    ids = [one.id for one in customers]
    return len(enter(version=held[0], coming=of_customers(ids, occasion, now), now=now, asks=False))


def of_customers(ids: list[int], occasion: str, at: datetime) -> Coming:
    """Customers who all come upon one occasion, now."""
    values = {"customers": ids, "occasions": [occasion] * len(ids), "ats": [at] * len(ids)}
    return Coming(statements.NAMED, values)


def hold_versions(which: Q) -> list[CampaignVersion]:
    """Live versions that customers may enter, by their rank. Their campaigns are held until the transaction ends.

    So no campaign is paused or edited meanwhile, and nobody else decides about re-entry.
    """
    live = CampaignVersion.objects.filter(which, state=VersionState.LIVE)
    campaigns = Campaign.objects.filter(id__in=live.values("campaign"), state=CampaignState.LIVE).order_by("id")
    held = list(campaigns.select_for_update(no_key=True).values_list("id", flat=True))
    return list(live.filter(campaign__in=held).select_related("campaign").order_by("priority", "campaign"))


def _triggered_by(moves: list[int], events: list[int]) -> Q:
    """Versions whose trigger speaks of a tag or an event among these."""
    entered, left = Q(trigger_kind=TriggerKind.ENTERED_TAG), Q(trigger_kind=TriggerKind.LEFT_TAG)
    moved = Transition.objects.filter(id__in=moves).order_by()
    names = Event.objects.filter(id__in=events).order_by().values_list("name", flat=True).distinct()
    return (
        (entered & Q(trigger_tag__in=list(moved.values_list("to_tag", flat=True).distinct())))
        | (left & Q(trigger_tag__in=list(moved.values_list("from_tag", flat=True).distinct())))
        | Q(trigger_kind=TriggerKind.EVENT, trigger_event__in=list(names))
    )


def _coming(version: CampaignVersion, moves: list[int], events: list[int]) -> Coming:
    trigger = flow_of(version).definition.trigger
    match trigger:
        case HappenedEvent(name=name, where=where):
            text = msgspec.json.encode(where).decode()
            return Coming(statements.HAPPENED, {"events": events, "event": name, "where": text})
        case EnteredTag(from_tag=code):
            values = {"moves": moves, "tag": version.trigger_tag_id, "from_tag": _tag(version, code)}
            return Coming(statements.ENTERED_TAG, values)
        case _:
            return Coming(statements.LEFT_TAG, {"moves": moves, "tag": version.trigger_tag_id})


def _tag(version: CampaignVersion, code: str | None) -> int | None:
    """The id of a tag beside the one that triggers; none where the trigger names none."""
    if code is None or version.trigger_tag is None:
        return None
    return StatusTag.objects.get(lifecycle=version.trigger_tag.lifecycle_id, code=code).id
