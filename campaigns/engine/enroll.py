"""Moves and events start campaigns: whom they concern enters, once for each occasion that re-entry allows."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from campaigns.definition.parts import EnteredTag, HappenedEvent
from campaigns.models import CampaignEntry, CampaignVersion, Enrollment, TriggerKind
from campaigns.queries.definitions import flow_of
from campaigns.queries.marks import listening
from campaigns.sql import enroll as statements
from lifecycle.engine.locks import again_after_deadlock
from lifecycle.engine.outbox import Batch, take
from lifecycle.models import Customer, Topic
from lifecycle.sql.run import rows

from .entering import AT_ONCE, Coming, enroll_found, enter, hold_versions
from .exits import cancel_moves, hold_customers
from .news import act_upon, catch_up, concerned, take_back_goals
from .running import pause

CONSUMER = "campaigns"
log = logging.getLogger(__name__)


class NotEnrolled(ValueError):
    """Nobody was enrolled; the sentence says why."""


@again_after_deadlock
@transaction.atomic
def enroll_from_outbox(*, now: datetime, most: int = AT_ONCE) -> int:
    """Let the next moves and events act upon campaigns. Returns how many messages were read; 0: none for now."""
    batch = take(consumer=CONSUMER, most=most)
    if batch:
        enroll_from(messages=batch, now=now)
    return len(batch)


@transaction.atomic
def enroll_from(*, messages: Batch, now: datetime) -> None:
    """Let moves and events act upon campaigns.

    1. Hold the campaigns that they start, so that none is paused meanwhile, and the customers inside whom they concern.
    2. Cancel what moves had started that were taken back; what they had reached is reached no more.
    3. Enroll whom they bring in.
    4. End, convert and wake. For who is new, also by what had been heard of before: messages come in the order of
       their transactions, not in the order in which things happened.
    """
    taken_back = messages.subjects(Topic.ROLLED_BACK)
    moves = sorted(set(messages.subjects(Topic.TRANSITION)).difference(taken_back))
    events = sorted(set(messages.subjects(Topic.EVENT)))
    versions, heard = hold_versions(_triggered_by(moves, events)), listening()
    started = Enrollment.objects.filter(transition_id__in=taken_back).values_list("customer", flat=True)
    hold_customers({*concerned(listening=heard, moves=[*moves, *taken_back], events=events), *started})
    if taken_back:
        cancel_moves(moves=taken_back, now=now)
        take_back_goals(listening=heard, moves=taken_back, now=now)
    entered = {version.id: _entered(version, moves, events, now) for version in versions}
    act_upon(listening=heard, moves=moves, events=events, now=now)
    new = [number for version in heard.versions.intersection(entered) for number in entered[version]]
    catch_up(listening=heard, entered=new, now=now, taken_back=taken_back)


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
    found = sorted((customer.id, occasion, now) for customer in customers)
    number = enroll_found(version=held[0], found=found, now=now, asks=False)
    if number:
        CampaignEntry.objects.create(
            campaign=held[0].campaign, at=now, by=by, did=f"Enrolled {number:,} customers by name"
        )
    return number


def _entered(version: CampaignVersion, moves: list[int], events: list[int], now: datetime) -> list[int]:
    """A campaign that cannot take anybody in stops no other: it is paused, and its log says why."""
    try:
        with transaction.atomic():
            return enter(version=version, coming=_coming(version, moves, events), now=now)
    except (InterfaceError, OperationalError):  # it is not the campaign that is at fault
        raise
    except Exception as error:
        log.exception("Nobody could enter version %d of campaign %s", version.number, version.campaign.key)
        reason = f"Customers could not be taken in: {type(error).__name__}: {error}"[:500]
        pause(campaign=version.campaign, by=None, reason=reason, now=now)
        return []


def _triggered_by(moves: list[int], events: list[int]) -> Q:
    """Versions whose trigger speaks of a tag or an event among these."""
    [(entered, left, names)] = rows(statements.ABOUT, moves=moves, events=events)
    return (
        Q(trigger_kind=TriggerKind.ENTERED_TAG, trigger_tag__in=[tag for tag in entered if tag])
        | Q(trigger_kind=TriggerKind.LEFT_TAG, trigger_tag__in=[tag for tag in left if tag])
        | Q(trigger_kind=TriggerKind.EVENT, trigger_event__in=names)
    )


def _coming(version: CampaignVersion, moves: list[int], events: list[int]) -> Coming:
    trigger = flow_of(version).definition.trigger
    match trigger:
        case HappenedEvent(name=name, where=where):
            text = msgspec.json.encode(where).decode()
            return Coming(statements.HAPPENED, {"events": events, "event": name, "where": text})
        case EnteredTag(from_tag=code):
            values = {"moves": moves, "tag": version.trigger_tag_id, "from_tag": code}
            return Coming(statements.ENTERED_TAG, values)
        case _:
            return Coming(statements.LEFT_TAG, {"moves": moves, "tag": version.trigger_tag_id})
