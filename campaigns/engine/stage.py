"""The customer of a scenario: what happens to it, done the way it is always done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from campaigns.definition.scenario import Given, Reader, ScenarioError
from campaigns.models import ConsentSource, Topic
from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import SentEvent, check_batch
from lifecycle.engine.rollback import Batch, RollbackRefused, roll_back
from lifecycle.engine.transitions import TransitionNotAllowed, override_tag
from lifecycle.metrics.facts import IDENTIFY
from lifecycle.models import Customer, CustomerStatus, StatusTag, Transition

from .consent import give_consent, withdraw_consent

SOURCE = "scenario"
SAID = "Given by the scenario."
ALL_TOPICS = "all"


def arrive(reader: Reader, name: str, *, now: datetime) -> Customer:
    """Create the customer, with what is known of it, where it stands and what it wants to hear. No move leads there."""
    tell(name, IDENTIFY, {"email": reader.email, "timezone": reader.timezone, **reader.traits}, "0", now=now)
    customer = Customer.objects.get(external_id=name)
    for lifecycle, code in reader.tags.items():
        tag = _tag(lifecycle, code)
        mine = CustomerStatus.objects.filter(customer=customer, lifecycle=tag.lifecycle_id)
        mine.update(tag=tag, entered_at=now, seen_until=now)
    say(customer, reader.topics, now=now)
    return customer


def happen(one: Given, customer: Customer, *, lifecycle: str, number: int, now: datetime) -> None:
    """Let one thing happen. ``lifecycle``: where no other is named; ``number``: makes an event another one."""
    try:
        if one.event is not None:
            tell(customer.external_id, one.event, one.properties, str(number), now=now)
        elif one.move is not None:
            _move(customer, _tag(one.lifecycle or lifecycle, one.move), now)
        elif one.taken_back:
            _take_back(one.lifecycle or lifecycle, now)
        else:
            say(customer, one.topics, now=now)
    except (ScenarioError, TransitionNotAllowed, RollbackRefused) as error:
        raise ScenarioError(f"given at {one.at}: {error}") from None


def tell(customer: str, name: str, properties: dict[str, Any], key: str, *, now: datetime) -> None:
    batch = check_batch([SentEvent(key, customer, name, now, properties)], now=now)
    if batch.rejected:
        raise ScenarioError(f"{batch.rejected[0].reason}.")
    ingest(batch=batch, source=SOURCE, now=now)


def say(customer: Customer, words: Mapping[str, bool], *, now: datetime) -> None:
    """Yes or no to topics, or to ``all`` marketing."""
    topics = {topic.key: topic for topic in Topic.objects.all()}
    for key, is_yes in words.items():
        if key not in topics and key != ALL_TOPICS:
            raise ScenarioError(f"There is no topic {key}; there are {', '.join([ALL_TOPICS, *topics])}.")
        change = give_consent if is_yes else withdraw_consent
        change(customers=[customer], topic=topics.get(key), wording=SAID, source=ConsentSource.IMPORT, by=None, now=now)


def _move(customer: Customer, tag: StatusTag, now: datetime) -> None:
    status = CustomerStatus.objects.select_related("tag").get(customer=customer, lifecycle=tag.lifecycle_id)
    override_tag(customer=customer, to_tag=tag, seen_tag=status.tag, reason=SAID, by=None, now=now)


def _take_back(lifecycle: str, now: datetime) -> None:
    last = Transition.objects.filter(lifecycle__code=lifecycle).order_by("-id").first()
    if last is None:
        raise ScenarioError("there is no move to take back.")
    nobody = get_user_model()(id=0, username=SOURCE)  # a rollback has an author
    roll_back(Batch(transition=last), by=nobody, reason=SAID, now=now)


def _tag(lifecycle: str, code: str) -> StatusTag:
    tag = StatusTag.objects.select_related("lifecycle").filter(lifecycle__code=lifecycle, code=code).first()
    if tag is None:
        raise ScenarioError(f"There is no tag {code} in a lifecycle {lifecycle}.")
    return tag
